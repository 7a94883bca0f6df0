"""The energy meter's serial side: a Modbus RTU slave on a pty, in real time.

pymodbus parses the requests and builds the replies. What stands between it and the pty is the
line itself: characters take their time at the baud rate, and `fault` spoils what a real line or
meter would. What the registers hold is in registers.py.
"""

import asyncio
import os
import termios
import tty
from collections import deque
from collections.abc import Callable

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerBase
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from .meter import Reading
from .registers import Registers

FAULTS = (
    "silent",  # no reply at all
    "garbage",  # bytes of a line gone wild, as many as the reply has
    "wrong_crc",  # the reply with its last bit turned
    "half_frame",  # the first half of the reply
    "other_address",  # the reply of the next slave, sound in itself
    "exception",  # device busy
    "late",  # held back, and sent in front of the next request's own reply
    "echo",  # the request comes back, as from a two-wire adapter, then the reply
)
MAX_REGISTERS = 80  # an SDM630 refuses more in one request
_READING = (3, 4)
_SILENCE_CHARACTERS = 3.5
_LUMP_S = 0.004  # characters arrive in lumps of this, as from a UART with a FIFO


class MeterSlave:
    """`read` is asked for the values at every request; `fault` is None or one of FAULTS.
    `registers` are a meter's, an SDM630's by default. With `strict` it understands only a port
    that is set to its own speed (a pseudo-terminal knows no parity).

    `path` is the firmware's end, open from here with VMIN = VTIME = 0, so that a read never
    waits. Both ends stay open until the `async with` block ends: a firmware may come and go.
    `parity` "N", "E" or "O", `stop` 1 or 2: together with `baud` they give a character's time.
    `turnaround_s` is what the meter thinks, beyond the standard's 3.5 characters of silence.
    `requests` counts what was asked of this address.
    """

    def __init__(
        self,
        read: Callable[[], Reading],
        address: int = 1,
        baud: int = 9600,
        parity: str = "N",
        stop: int = 1,
        turnaround_s: float = 0.0,
        registers: Registers | None = None,
        strict: bool = False,
    ):
        self.fault: str | None = None
        self.requests = 0
        self.character_s = (9 + (parity != "N") + stop) / baud
        self._read = read
        self._address = address
        self._registers = registers or Registers("sdm630")
        self._turnaround_s = turnaround_s
        self._speed = getattr(termios, f"B{baud}") if strict else None
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        settings = termios.tcgetattr(self._slave)
        settings[6][termios.VMIN] = settings[6][termios.VTIME] = 0
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._line_free = 0.0  # loop time at which the last character has passed
        self._held = b""
        self._outgoing: deque[tuple[float, bytes]] = deque()
        self._work = asyncio.Event()

    async def __aenter__(self) -> "MeterSlave":
        self._loop = asyncio.get_running_loop()
        device = SimDevice(
            0,  # whoever is asked: what is not for this address ends in _reply
            simdata=SimData(0, count=0x1_0000, datatype=DataType.REGISTERS),
            action=self._refresh,
        )
        server = ModbusSerialServer(device, port=self.path)
        self._protocol = server.callback_new_connection()
        self._protocol.connection_made(_Line(self._reply))
        self._loop.add_reader(self._master, self._hear)
        self._sender = asyncio.create_task(self._send())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._loop.remove_reader(self._master)
        self._sender.cancel()
        await asyncio.gather(self._sender, return_exceptions=True)
        os.close(self._master)
        os.close(self._slave)

    def wire_s(self, characters: float) -> float:
        """Time that so many characters take on the line."""
        return characters * self.character_s

    async def _refresh(
        self,
        function: int,
        _start: int,
        first: int,
        count: int,
        registers: list[int],
        _values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """pymodbus asks before it answers from `registers`: fill them with what holds now."""
        if function not in _READING:
            return ExcCodes.ILLEGAL_FUNCTION
        if count > MAX_REGISTERS:
            return ExcCodes.ILLEGAL_VALUE
        if self.fault == "exception":
            return ExcCodes.DEVICE_BUSY
        words = self._registers.words(self._read(), function, first, count)
        registers[first : first + count] = words
        return None

    def _hear(self) -> None:
        data = os.read(self._master, 1024)
        if self._speed and termios.tcgetattr(self._slave)[4] != self._speed:
            return
        now = self._loop.time()
        self._line_free = max(self._line_free, now + self.wire_s(len(data)))
        if self.fault == "echo":
            self._transmit(now, data)
        self._protocol.data_received(data)

    def _reply(self, frame: bytes) -> None:
        """What pymodbus answers, to whomever the request was addressed."""
        if frame[0] != self._address:
            return
        self.requests += 1
        if self._held:
            self._answer(self._held)
            self._held = b""
        elif self.fault == "late":
            self._held = frame
            return
        spoilt = spoil(frame, self.fault, self._protocol.framer)
        if spoilt:
            self._answer(spoilt)

    def _answer(self, frame: bytes) -> None:
        pause_s = self.wire_s(_SILENCE_CHARACTERS) + self._turnaround_s
        self._transmit(max(self._loop.time(), self._line_free) + pause_s, frame)

    def _transmit(self, start: float, frame: bytes) -> None:
        self._line_free = max(self._line_free, start + self.wire_s(len(frame)))
        self._outgoing.append((start, frame))
        self._work.set()

    async def _send(self) -> None:
        """Put the characters on the line, each lump when its last one has passed."""
        lump = max(1, int(_LUMP_S / self.character_s))
        while True:
            await self._work.wait()
            self._work.clear()
            while self._outgoing:
                start, frame = self._outgoing.popleft()
                for sent in range(0, len(frame), lump):
                    piece = frame[sent : sent + lump]
                    end = start + self.wire_s(sent + len(piece))
                    await asyncio.sleep(end - self._loop.time())
                    os.write(self._master, piece)


def spoil(frame: bytes, fault: str | None, framer: FramerBase) -> bytes:
    """The reply as it leaves under `fault`; empty when nothing does."""
    if fault == "silent":
        return b""
    if fault == "garbage":
        return bytes(0x55 ^ i * 37 & 0xFF for i in range(len(frame)))
    if fault == "wrong_crc":
        return frame[:-1] + bytes((frame[-1] ^ 1,))
    if fault == "half_frame":
        return frame[: len(frame) // 2]
    if fault == "other_address":
        return framer.encode(frame[1:-2], frame[0] + 1, 0)
    return frame


class _Line(asyncio.Transport):
    """What pymodbus writes to."""

    def __init__(self, reply: Callable[[bytes], None]):
        super().__init__()
        self._reply = reply

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._reply(bytes(data))

    def close(self) -> None:
        """The pty is the slave's to close."""
