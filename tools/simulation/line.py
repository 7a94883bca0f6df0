"""The meter's bus in virtual time: bytes take their time, and the meter may fail in many ways."""

import struct
from collections.abc import Callable

from plant import Reading
from plant.registers import Identity, Registers
from plant.slave import MAX_REGISTERS, spoil
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU

from .rng import Rng
from .tasks import Clock

_READING = (3, 4)
_REQUEST_BYTES = 8
_FRAMER = FramerRTU(DecodePDU(True))


class MeterLine:
    """SDM630s at `addresses`, and the port at the other end of their line.

    `read` gives what the meter measures, None while it has no supply. `fault` is None or one of
    plant.slave.FAULTS, of which `fault_percent` of the requests suffer; `turnaround_us` is what
    the meter thinks.
    """

    def __init__(
        self,
        clock: Clock,
        read: Callable[[], Reading | None],
        rng: Rng,
        baud: int = 9_600,
        addresses: tuple[int, ...] = (1, 2),
    ):
        self.fault: str | None = None
        self.fault_percent = 100
        self.turnaround_us = 20_000
        self._clock = clock
        self._read = read
        self._rng = rng
        self._addresses = addresses
        self._character_us = 10_000_000 // baud
        self._coming: list[tuple[int, bytes]] = []  # from when on, one character after the other
        self._held = b""
        self.registers = Registers("sdm630", Identity(serial="1"))
        self._answered: tuple[tuple, bytes] = ((), b"")  # the latest, and what it rests on

    def exchange(self, serial: str) -> None:
        """Another meter of that kind is put in."""
        self.registers.identity = Identity(serial=serial)
        self._answered = ((), b"")

    # The port, as energy/rtu.py wants it.

    def write(self, frame: bytes | bytearray) -> int:
        frame = bytes(frame)
        now_us = self._clock.now_us
        heard_us = now_us + len(frame) * self._character_us
        fault = self.fault if self._rng.chance(self.fault_percent) else None
        if fault == "echo":
            self._coming.append((now_us, frame))
        reply = self._reply(frame, fault)
        if reply and self._held:
            reply, self._held = self._held + reply, b""
        elif fault == "late":
            reply, self._held = b"", reply
        spoilt = spoil(reply, fault, _FRAMER) if reply else b""
        if spoilt:
            self._coming.append((heard_us + self.turnaround_us, spoilt))
        return len(frame)

    def readinto(self, buffer: bytearray | memoryview) -> int:
        """What has come by now, at once."""
        now_us = self._clock.now_us
        taken = 0
        waiting = []
        for start_us, data in self._coming:
            come = min(max((now_us - start_us) // self._character_us, 0), len(data))
            fits = min(come, len(buffer) - taken)
            buffer[taken : taken + fits] = data[:fits]
            taken += fits
            if fits < len(data):
                waiting.append((start_us + fits * self._character_us, data[fits:]))
        self._coming = waiting
        return taken

    def power_on(self) -> None:
        """A board that starts hears nothing of what was on the line before."""
        self._coming = []
        self._held = b""

    def _reply(self, frame: bytes, fault: str | None) -> bytes:
        """What the meter answers to a request that is for it."""
        reading = self._read()
        asked = (frame, fault == "exception", reading)
        if asked != self._answered[0]:
            self._answered = (asked, self._answer(*asked))
        return self._answered[1]

    def _answer(self, frame: bytes, busy: bool, reading: Reading | None) -> bytes:
        if len(frame) != _REQUEST_BYTES or frame[0] not in self._addresses:
            return b""
        if _FRAMER.encode(frame[1:-2], frame[0], 0) != frame:
            return b""
        if reading is None:
            return b""
        function, first, count = struct.unpack(">BHH", frame[1:6])
        if busy or function not in _READING or count > MAX_REGISTERS:
            return _FRAMER.encode(bytes((function | 0x80, 6)), frame[0], 0)
        registers = self.registers.words(reading, function, first, count)
        data = struct.pack(f">{count}H", *registers)
        return _FRAMER.encode(bytes((function, len(data))) + data, frame[0], 0)
