"""The network between box and broker, as TCP shows it: late, held up, cut, or dead silent."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from .rng import Rng
from .tasks import Clock, Event, Loop

_WINDOW = 5_744  # bytes unacknowledged, lwIP's default of four segments
_RETRY_US = 200_000  # first retransmission
_SEARCH_US = 4_000_000  # a look-up that fails takes its time
_RESET = 104
_REFUSED = 111
_NO_NAME = -2
_DNS_PORT = 53
_DNS_HEAD = b"\x81\x80\0\1\0\1\0\0\0\0"  # an answer to one question
_DNS_RECORD = b"\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\1"  # 192.0.2.1 for 300 s


class Network:
    """What stands for the time being is in attributes: `down` (bytes wait), `loss_percent`,
    `delay_us`, `refuses` (no port open), `no_name` (DNS fails), `hangs` (a connection that is
    asked for never comes). `carried_bytes` went over connections so far, either way.
    """

    def __init__(self, clock: Clock, rng: Rng, accept: Callable[[Connection], object]):
        self.delay_us = 10_000
        self.loss_percent = 0
        self.down = False
        self.refuses = False
        self.no_name = False
        self.hangs = False
        self.carried_bytes = 0
        self.clock = clock
        self._rng = rng
        self._accept = accept
        self._connections: list[Connection] = []

    async def open(self, loop: Loop, host: str, _port: int) -> tuple[Stream, Stream]:
        """asyncio's open_connection. OSError."""
        if self.no_name and not host.replace(".", "").isdigit():
            await loop.sleep_ms(_SEARCH_US // 1_000)
            raise OSError(_NO_NAME)
        await loop.sleep_ms(self.transit_us() * 2 // 1_000)
        if self.refuses:
            raise OSError(_REFUSED)
        while self.hangs or self.down:
            await loop.sleep_ms(1_000)
        connection = Connection(self, loop)
        self._connections.append(connection)
        self._accept(connection)
        return connection.stream, connection.stream

    def transit_us(self) -> int:
        """How long the next segment takes."""
        us = self.delay_us // 2 + self._rng.below(self.delay_us)
        retry_us = _RETRY_US
        while self._rng.chance(self.loss_percent) and retry_us < 60_000_000:
            us += retry_us
            retry_us *= 2
        return us

    def loses(self) -> bool:
        """Whether a datagram is lost."""
        return self._rng.chance(self.loss_percent)

    def reset(self) -> None:
        """Every connection ends at once, for both ends."""
        for connection in self._connections:
            connection.reset()
        self._connections = []

    def die(self) -> None:
        """Every connection goes half-open: nobody hears anything any more."""
        for connection in self._connections:
            connection.dead = True
        self._connections = []


class Datagrams:
    """What hal.datagrams gives: the name servers at port 53, who know one address, and nobody
    else."""

    def __init__(self, network: Network, loop: Loop, port: int):
        self._network = network
        self._loop = loop
        self._port = port
        self._due: list[tuple[int, bytes]] = []

    def send(self, query: bytes) -> None:
        network = self._network
        lost = network.down or network.no_name or network.hangs
        if self._port == _DNS_PORT and not lost and not network.loses():
            due_us = network.clock.now_us + 2 * network.delay_us
            answer = query[:2] + _DNS_HEAD + query[12:] + _DNS_RECORD
            self._due.append((due_us, answer))

    async def receive(self, size: int, timeout_ms: int) -> bytes | None:
        now_us = self._network.clock.now_us
        if not self._due or self._due[0][0] > now_us + timeout_ms * 1_000:
            await self._loop.sleep_ms(timeout_ms)
            return None
        due_us, data = self._due.pop(0)
        await self._loop.sleep_ms((due_us - now_us) // 1_000)
        return data[:size]

    def close(self) -> None:
        self._due = []


class Connection:
    """One TCP connection. The broker's end: `on_data`, `on_end` are called; `send`, `close`."""

    def __init__(self, network: Network, loop: Loop):
        self.dead = False
        self.closed = False
        self.on_data: Callable[[bytes], object] = lambda _data: None
        self.on_end: Callable[[], object] = lambda: None
        self.stream = Stream(self, loop)
        self._network = network
        self._last_us = {True: 0, False: 0}  # arrival of the latest, to the broker or the box
        self._under_way: dict[bool, deque[Callable[[], object]]] = {True: deque(), False: deque()}

    @property
    def behind_us(self) -> int:
        """How long what the box has sent is still under way, at least."""
        due_us = self._last_us[True] - self._network.clock.now_us
        return max(due_us, _RETRY_US) if self._under_way[True] else 0

    def send(self, data: bytes) -> None:
        """Towards the box."""
        self._network.carried_bytes += len(data)
        self._carry(False, lambda: self.stream.feed(data))

    def close(self) -> None:
        """By the broker."""
        if not self.closed:
            self.closed = True
            self._carry(False, self.stream.end)

    def reset(self) -> None:
        self.stream.fail()
        self._ended()

    # The box's end has these.

    def write(self, data: bytes) -> None:
        self._network.carried_bytes += len(data)
        self._carry(True, lambda: self._arrived(data))

    def finish(self) -> None:
        """By the box."""
        self._carry(True, self._ended)

    def _arrived(self, data: bytes) -> None:
        self.stream.taken(len(data))
        if not self.closed:
            self.on_data(data)

    def _ended(self) -> None:
        if not self.closed:
            self.closed = True
            self.on_end()

    def _carry(self, up: bool, deliver: Callable[[], object]) -> None:
        """In order, when the network lets it through; never, if the connection is dead."""
        network = self._network
        due_us = max(network.clock.now_us + network.transit_us(), self._last_us[up])
        self._last_us[up] = due_us
        under_way = self._under_way[up]
        under_way.append(deliver)

        def arrive() -> None:
            if self.dead:
                return
            if network.down:
                network.clock.after(_RETRY_US, arrive)
            else:
                under_way.popleft()()  # the oldest, whichever was held up

        network.clock.agenda.at(due_us, arrive)


class Stream:
    """The box's end: asyncio's reader and writer in one."""

    def __init__(self, connection: Connection, loop: Loop):
        self._connection = connection
        self._data = b""
        self._buffer = b""
        self._unacknowledged = 0
        self._ended = self._failed = self._closed = False
        self._moved: Event = loop.Event()

    async def read(self, size: int) -> bytes:
        while not self._data and not self._ended:
            self._check()
            self._moved.clear()
            await self._moved.wait()
        data, self._data = self._data[:size], self._data[size:]
        return data

    def write(self, data: bytes) -> None:
        self._check()
        self._buffer += bytes(data)

    async def drain(self) -> None:
        while self._unacknowledged + len(self._buffer) > _WINDOW:
            self._check()
            self._moved.clear()
            await self._moved.wait()
        self._check()
        data, self._buffer = self._buffer, b""
        if data:
            self._unacknowledged += len(data)
            self._connection.write(data)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._connection.finish()

    async def wait_closed(self) -> None:
        """At once, as on MicroPython."""

    # The network's side.

    def feed(self, data: bytes) -> None:
        self._data += data
        self._moved.set()

    def end(self) -> None:
        self._ended = True
        self._moved.set()

    def fail(self) -> None:
        self._failed = True
        self._moved.set()

    def taken(self, size: int) -> None:
        self._unacknowledged -= size
        self._moved.set()

    def _check(self) -> None:
        if self._failed or self._closed:
            raise OSError(_RESET)
