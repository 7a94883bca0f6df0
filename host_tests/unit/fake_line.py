"""A serial line in virtual time: what comes, comes so many ms after a request, byte by byte."""

import asyncio

from pilotwire.energy import rtu
from pilotwire.energy.modbus import crc16

_real_sleep_ms = rtu.sleep_ms


def sealed(body):
    """`body` with its CRC."""
    crc = crc16(body, 0, len(body))
    return bytes(body) + bytes((crc & 0xFF, crc >> 8))


def reply(request, data):
    """The slave's reply to `request` with the registers' bytes `data`."""
    return sealed(bytes((request[0], request[1], len(data))) + data)


class FakeLine:
    """Port and clock of a Bus. Also makes the bus sleep in this line's time: `close` undoes it.

    `script`: for each request in turn, a list of (ms after it, bytes); then silence.
    `sent`: (ms, frame) of every request.
    """

    def __init__(self):
        self.now_ms = 1_000
        self.script = []
        self.sent = []
        self.coming = []  # (ms, bytes), in order of time
        self.sleeps = 0
        self.stall_ms = 0  # the next sleep takes so much longer
        self.broken = False
        rtu.sleep_ms = self._sleep_ms

    def close(self):
        rtu.sleep_ms = _real_sleep_ms

    def ticks_ms(self):
        return self.now_ms

    async def _sleep_ms(self, ms):
        self.sleeps += 1
        self.now_ms += ms + self.stall_ms
        self.stall_ms = 0
        await asyncio.sleep(0)

    def arrive(self, ms, data):
        self.coming.append((self.now_ms + ms, data))
        self.coming.sort()

    def write(self, frame):
        if self.broken:
            raise OSError(5)
        self.sent.append((self.now_ms, bytes(frame)))
        if self.script:
            for ms, data in self.script.pop(0):
                self.arrive(ms, data)
        return len(frame)

    def due(self):
        return b"".join([data for ms, data in self.coming if ms <= self.now_ms])

    def readinto(self, buffer):
        if self.broken:
            raise OSError(5)
        data = self.due()
        later = [item for item in self.coming if item[0] > self.now_ms]
        n = min(len(data), len(buffer))
        buffer[:n] = data[:n]
        self.coming = ([(self.now_ms, data[n:])] if n < len(data) else []) + later
        return n or None


class FakeUart(FakeLine):
    """As on a board: a read of more than `any()` says has come would hold up the loop."""

    def any(self):
        return len(self.due())

    def readinto(self, buffer):
        if len(buffer) > self.any():
            raise AssertionError("the read would wait")
        return FakeLine.readinto(self, buffer)
