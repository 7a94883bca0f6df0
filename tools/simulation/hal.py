"""The mock HAL's other half: ring 0's part is hal/mock.py, this is the rest, in virtual time."""

from array import array
from collections.abc import Callable
from typing import Any

from pilotwire.hal.mock import MockHal
from pilotwire.pilot import handover

from .line import MeterLine
from .network import Datagrams, Network, Stream
from .rng import Rng
from .tasks import Clock, Loop

ROOT = ""
# Everything that ring 0 knows is fitted.
BOARD = {
    "name": "simulated",
    "rated_ma": 63_000,
    "phases": 3,
    "outputs": {"rcd_test": True, "lock": True, "three_phases": True},
}


SECRET = bytes(range(32))
_DAY_S = 86_400
_UNSUPPORTED = 95


class Fram:
    """An FM24CL64B as machine.I2C shows it; `failed`: its bus is broken."""

    def __init__(self) -> None:
        self.failed = False
        self._memory = bytearray(8_192)

    def readfrom_mem(self, address: int, place: int, n: int, addrsize: int = 8) -> bytes:
        self._check(address, addrsize)
        return bytes(self._memory[place : place + n])

    def writeto_mem(self, address: int, place: int, data: bytes, addrsize: int = 8) -> None:
        self._check(address, addrsize)
        self._memory[place : place + len(data)] = data

    def _check(self, address: int, addrsize: int) -> None:
        if self.failed or address != 0x50 or addrsize != 16:
            raise OSError(5)


class SimulatedHal(MockHal):
    """The board of one life. `moved`: ring 0 has driven something else than before; `told`: it
    has said something new.
    """

    root = ROOT
    firmware = "51d0c0de"
    handshake_blocks_guard = False

    def __init__(
        self,
        clock: Clock,
        loop: Loop,
        rng: Rng,
        started: str,
        line: MeterLine,
        network: Network,
        wall: Callable[[], tuple[int | None, str]],
        board: dict[str, Any],
        fram: Fram | None,
    ):
        super().__init__()
        self.board = board
        self.started = started
        self.moved = False
        self.told = False
        self.tick: Callable[[], object] | None = None
        self.fed_us = clock.now_us
        self._clock = clock
        self._begun_us = clock.now_us
        self._loop = loop
        self._rng = rng
        self._line = line
        self._network = network
        self._wall = wall
        self._fram = fram
        self._woken = loop.Event()
        self._set: tuple[int, str, int] | None = None  # the clock: unix time, quality, when

    @property
    def driven(self) -> int:
        """The other outputs, as bits."""
        return sum(1 << i for i, on in enumerate(self.outputs) if on)

    # Ring 0's part.

    def sample(self, inputs: array) -> int:
        inputs[handover.ALL] = self.inputs
        return 10

    def drive(self, duty: int, closed: int) -> None:
        if duty != self.duty or closed != self.closed:
            self.duty = duty
            self.closed = closed
            self.moved = True

    def switch(self, output: int, on: int) -> None:
        self.outputs[output] = on
        self.moved = True

    def feed(self) -> None:
        self.fed_us = self._clock.now_us

    def wake(self) -> None:
        self.told = True
        self._woken.set()

    # The rest.

    def start(self, tick: Callable[[], object]) -> None:
        self.tick = tick

    async def woken(self, timeout_s: float) -> None:
        try:
            await self._loop.wait_for(self._woken.wait(), timeout_s)
        except self._loop.TimeoutError:
            return
        self._woken.clear()

    def ticks_ms(self) -> int:
        return (self._clock.now_us - self._begun_us) // 1_000

    def clock(self) -> tuple[int | None, str]:
        if not self._set:
            return self._wall()
        unix, quality, at_us = self._set
        age_s = (self._clock.now_us - at_us) // 1_000_000
        if quality == "synchronised" and age_s > _DAY_S:
            quality = "set"
        return unix + age_s, quality

    def set_clock(self, unix: int, quality: str) -> None:
        """From now on it runs by itself: what happens to the wall's clock does not reach it."""
        self._set = None if quality == "none" else (unix, quality, self._clock.now_us)

    def serial(self, _baud: int, _parity: str, _stop: int, bus: int) -> MeterLine | None:
        return self._line if bus == 1 else None

    async def open_connection(
        self, host: str, port: int, context: object = None, _name: object = None
    ) -> tuple[Stream, Stream]:
        if context:
            raise OSError(_UNSUPPORTED)  # system tests are TLS's place
        return await self._network.open(self._loop, host, port)

    def datagrams(self, _address: str, port: int) -> Datagrams:
        return Datagrams(self._network, self._loop, port)

    def name_servers(self) -> list[str]:
        return ["192.0.2.53", "192.0.2.54"]

    async def join(self, _config: dict[str, Any]) -> None:
        """The network is there when it is there."""

    def network(self) -> tuple[str, str, int | None, str]:
        return "wifi", "192.0.2.7", -60, ""

    def random_bits(self, n: int) -> int:
        return self._rng.below(1 << n)

    def secret(self, n: int) -> bytes:
        return SECRET[:n]

    def i2c(self) -> Fram | None:
        return self._fram

    def sync(self) -> None:
        """littlefs writes when a file is flushed or closed."""
