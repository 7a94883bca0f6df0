"""A broker in memory and a clock that jumps: the link's tests run hours in no time.

Works on both interpreters. `run(coro)` runs a coroutine in virtual time; `now_ms()` reads it.
"""

import asyncio
import sys

# New tasks are queued by the real clock (MicroPython's modasyncio.c): never in virtual future.
_AHEAD_MS = 1_000_000
_now_ms = 0


def now_ms():
    return _now_ms


def run(coro, limit_s=5_000):
    """asyncio.run in virtual time: where all tasks wait, the clock jumps to the first to wake."""

    def jump(seconds):
        global _now_ms
        _now_ms += max(0, round(seconds * 1000))
        if _now_ms > limit_s * 1000:
            raise RuntimeError("everybody waits for ever")

    global _now_ms
    _now_ms = 0
    if sys.implementation.name == "micropython":
        _run_micropython(coro, jump)
    else:
        _run_cpython(coro, jump)


def _run_micropython(coro, jump):
    core = asyncio.core
    kept = core.ticks
    started_ms = kept() + _AHEAD_MS
    core.ticks = lambda: started_ms + _now_ms
    asyncio.new_event_loop()
    # dt is the time to the next task in ms, less than 0 when there is none
    core._io_queue.wait_io_event = lambda dt: jump(dt / 1000 if dt >= 0 else 1e6)
    try:
        asyncio.run(coro)
    finally:
        core.ticks = kept
        asyncio.new_event_loop()


def _run_cpython(coro, jump):
    class Loop(asyncio.SelectorEventLoop):
        def __init__(self):
            super().__init__()
            select = self._selector.select

            def jumping_select(timeout):
                jump(1e6 if timeout is None else timeout)
                return select(0)

            self._selector.select = jumping_select
            self._clock_resolution = 1e-3

        def time(self):
            return _now_ms / 1000

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(coro)


class Stream:
    """One end of a connection, in the shape both interpreters' asyncio streams have."""

    def __init__(self, on_write, fails=None):
        self._on_write = on_write
        self._fails = fails
        self._data = b""
        self._written = b""
        self._arrived = asyncio.Event()
        self._ended = False
        self.closed = False
        self.reads_by_peer = True  # False: drain waits for ever, as with a full TCP window

    def feed(self, data):
        self._data += data
        self._arrived.set()

    def end(self):
        self._ended = True
        self._arrived.set()

    async def read(self, size):
        if self._fails:
            await asyncio.sleep(1)
            raise self._fails
        while not self._data and not self._ended:
            self._arrived.clear()
            await self._arrived.wait()
        data, self._data = self._data[:size], self._data[size:]
        return data

    def write(self, data):
        if self.closed:
            raise OSError(9)
        self._written += data

    async def drain(self):
        while not self.reads_by_peer or self._fails:
            await asyncio.sleep(1)
        data, self._written = self._written, b""
        self._on_write(data)
        await asyncio.sleep(0)

    def close(self):
        self.closed = True

    async def wait_closed(self):
        pass


class FakeBroker:
    """Answers CONNECT, SUBSCRIBE and PINGREQ unless told otherwise; keeps what it was sent.

    `packets` are (first byte, body) of everything received; `streams` every connection's far end.
    """

    def __init__(self):
        self.packets = []
        self.streams = []
        self.connack = b"\x20\x02\x00\x00"
        self.suback_code = 1
        self.puback = True
        self.silent = False
        self.unreachable = False  # True, or what is raised
        self.drops = None  # a handshake fails with this
        self.opened_ms = []
        self._rest = b""

    async def open_connection(self, _host, _port):
        self.opened_ms.append(now_ms())
        if self.unreachable:
            raise self.unreachable if self.unreachable is not True else OSError(111)
        self._rest = b""
        stream = Stream(self._take, self.drops)
        self.streams.append(stream)
        return stream, stream

    def feed(self, data):
        self.streams[-1].feed(data)

    def of_type(self, first):
        return [body for kind, body in self.packets if kind & 0xF0 == first]

    def _take(self, data):
        self._rest += data
        while True:
            size, at = 0, 1
            while True:
                if at >= len(self._rest):
                    return
                byte = self._rest[at]
                size |= (byte & 0x7F) << 7 * (at - 1)
                at += 1
                if not byte & 0x80:
                    break
            if len(self._rest) < at + size:
                return
            first, body = self._rest[0], bytes(self._rest[at : at + size])
            self._rest = self._rest[at + size :]
            self.packets.append((first, body))
            if not self.silent:
                self._answer(first, body)

    def _answer(self, first, body):
        if first == 0x10:
            self.feed(self.connack)
        elif first == 0x82:
            self.feed(b"\x90\x03" + body[:2] + bytes([self.suback_code]))
        elif first == 0xC0:
            self.feed(b"\xd0\x00")
        elif first & 0xF6 == 0x32 and self.puback:
            at = 2 + (body[0] << 8 | body[1])
            self.feed(b"\x40\x02" + body[at : at + 2])


def publish(topic, payload, first=0x30, pid=0):
    """The bytes of a PUBLISH as a broker sends it."""
    body = bytes([len(topic) >> 8, len(topic) & 255]) + topic
    if first & 6:
        body += bytes([pid >> 8, pid & 255])
    size = len(body) + len(payload)
    head = bytes([first])
    while size > 0x7F:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + body + payload
