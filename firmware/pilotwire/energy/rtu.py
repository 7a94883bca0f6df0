"""Modbus RTU master on one serial line: Modbus over Serial Line 1.02, 2.4 and 2.5.

Half-duplex and without addresses in time: which request an answer belongs to is known only
from the order, so a request goes out on a quiet line, and after a failure an answer counts
only when no second one follows it.

The port is read without waiting, when the wire time says that bytes must have arrived: one or
two wake-ups in a good poll. A wait on an asyncio stream allocates 288 bytes each time, and a
deadline with `wait_for` 900 more (64-bit unix port); a sleep takes 32.
"""

import asyncio

from micropython import const

from ..ticks import since
from .modbus import (
    DATA,
    EXCEPTION_BYTES,
    MAX_REGISTERS,
    REQUEST_BYTES,
    ModbusError,
    check_reply,
    reply_bytes,
    request_into,
)


def _sleep_ms(ms):
    return asyncio.sleep(ms / 1000)


sleep_ms = getattr(asyncio, "sleep_ms", _sleep_ms)  # CPython has none

_ECHO_BYTES = const(7)
_STEP_MS = const(5)  # between looks while nothing has come
_NOISE_MS = const(500)  # a line that is not quiet for so long is broken
_MIN_GAP_MS = const(2)  # 1.75 ms from 19200 baud on (2.5.1.1)


def open_bus(open_port, ticks_ms, baud, parity, stop, gap_ms=0, response_ms=300):
    """The Bus on the port that `open_port(baud, parity, stop)` gives; None where it gives none."""
    port = open_port(baud, parity, stop)
    if port is None:
        return None
    bits = 9 + (parity != "N") + stop  # with the start bit
    return Bus(port, baud, ticks_ms, bits, gap_ms, response_ms)


class Bus:
    """The line's only master, for one caller at a time.

    `port`: `readinto(buffer)` takes what has come, at once (None or 0: nothing), `write(frame)`
    sends; `machine.UART` and a pty opened "r+b" with VMIN = VTIME = 0 are such. `any()` is used
    where there is one: `UART.readinto` alone waits as long as bytes keep coming.
    `ticks_ms`: the HAL's clock. `char_bits`: 10 for 8N1, 11 with parity or a second stop bit.
    `gap_ms`: silence a meter wants between frames, if more than the standard's 3.5 characters.
    `response_ms`: longest time from the end of a request to an answer's first byte.
    `buffer` holds the last answer.
    """

    def __init__(self, port, baud, ticks_ms, char_bits=10, gap_ms=0, response_ms=300):
        self._port = port
        self._any = getattr(port, "any", None)
        self._ticks_ms = ticks_ms
        self._char_us = (char_bits * 1_000_000 + baud - 1) // baud
        self._silence_ms = max(_MIN_GAP_MS, (7 * self._char_us + 1999) // 2000)  # 3.5 characters
        self._gap_ms = max(gap_ms, self._silence_ms)
        self._response_ms = response_ms
        self._request = bytearray(REQUEST_BYTES)
        self.buffer = bytearray(REQUEST_BYTES + 5 + 2 * MAX_REGISTERS + 1)  # echo, reply, excess
        self._rest = memoryview(self.buffer)
        self._tries = 0
        self._begun_ms = self._sent_ms = self._heard_ms = ticks_ms()
        self._start = 0  # of the reply in the buffer: behind the echo, if there is one
        self._got = 0  # bytes in the buffer
        self._refusal = 0  # code of an exception reply
        self._owed = False  # a request is unanswered: its answer may still come
        self._doubtful = False  # one was when the present request went out

    async def read(self, address, blocks, take, tries=3):
        """Ask `address` for each of `blocks`, (function, first register, count, ...) in turn.

        Ranges: see `request_into`. `take(block, start)` is called with each answer, whose
        registers lie in `buffer` from `start` on. A damaged or missing answer is asked for again,
        `tries` times in all; a refusal is an answer. Raises ModbusError, the last one.
        """
        # One coroutine for all requests, and few locals: frames are what a poll allocates.
        for block in blocks:
            request_into(self._request, address, block[0], block[1], block[2])
            self._tries = tries
            while self._tries:
                try:
                    self._begun_ms = self._ticks_ms()
                    wait_ms = self._unquiet_ms()
                    while wait_ms:
                        await sleep_ms(wait_ms)
                        wait_ms = self._unquiet_ms()
                    wait_ms = self._send()
                    while wait_ms:
                        await sleep_ms(wait_ms)
                        wait_ms = self._hear()
                    self._check()
                    if self._doubtful:
                        await sleep_ms(self._response_ms)
                        self._check_alone()
                    take(block, self._accept())
                    break
                except ModbusError as error:
                    self._tries -= 1
                    if error.reason == "exception" or self._tries <= 0:
                        raise

    def _unquiet_ms(self):
        """Throw away what has come; how much of the gap is still to be waited out."""
        came = self._take(0)
        now_ms = self._ticks_ms()
        if came:
            self._heard_ms = now_ms
        left_ms = self._gap_ms - since(now_ms, self._heard_ms)
        if not 0 < left_ms <= self._gap_ms:  # more than the gap: the counter went around
            return 0
        if since(now_ms, self._begun_ms) > _NOISE_MS:
            raise ModbusError("noise")
        return left_ms

    def _send(self):
        """Send the request; the time after which a prompt answer is complete."""
        self._doubtful = self._owed
        self._owed = True
        self._start = self._got = 0
        try:
            sent = self._port.write(self._request)
        except OSError:
            sent = 0
        if sent != REQUEST_BYTES:
            raise ModbusError("port")
        self._sent_ms = self._ticks_ms()
        return self._prompt_ms()

    def _prompt_ms(self):
        return self._wire_ms(REQUEST_BYTES + reply_bytes(self._request)) + self._silence_ms

    def _hear(self):
        """Take what has come; how long to wait for more, 0 when complete or overdue."""
        # The time is looked at before the bytes: a loop that was held up still finds them.
        self._heard_ms = self._ticks_ms()
        waited_ms = since(self._heard_ms, self._sent_ms)
        came = self._take(self._got)
        self._got += came
        if not self._start and self._echoed():
            self._start = REQUEST_BYTES
        missing = self._start + self._reply_bytes() - self._got
        if missing <= 0 or waited_ms >= self._prompt_ms() + self._response_ms:
            return 0
        return self._wire_ms(missing) if came else _STEP_MS

    def _reply_bytes(self):
        """Length of the reply as far as it is known: a refusal is shorter."""
        if self._got >= self._start + 2 and self.buffer[self._start + 1] & 0x80:
            return EXCEPTION_BYTES
        return reply_bytes(self._request)

    def _check(self):
        """Raise ModbusError unless the buffer holds an answer; a refusal is kept for later."""
        self._refusal = 0
        try:
            check_reply(self._request, self.buffer, self._start, max(self._start, self._got))
        except ModbusError as error:
            if error.reason != "exception":
                raise
            self._refusal = error.code

    def _check_alone(self):
        """Raise ModbusError if a second answer has come: the first was an earlier request's."""
        if self._got > self._start + self._reply_bytes() or self._take(self._got):
            raise ModbusError("late")

    def _accept(self):
        """Where the registers begin in the buffer; raises ModbusError if the slave refuses."""
        self._owed = False
        if self._refusal:
            raise ModbusError("exception", self._refusal)
        return self._start + DATA

    def _echoed(self):
        """Whether what came begins with our own request, heard by our own receiver.

        Seven of its eight bytes are enough (the shortest reply has no more). No meter's reply
        begins like that: its data would have to hold the request's count and CRC.
        """
        i = 0
        while i < _ECHO_BYTES and self.buffer[i] == self._request[i]:
            i += 1
        return i == _ECHO_BYTES <= self._got

    def _take(self, at):
        """Read what has come into the buffer from `at` on; how many bytes."""
        try:
            if self._any:
                return self._port.readinto(self._rest[at : at + self._any()]) or 0
            return self._port.readinto(self._rest[at:] if at else self.buffer) or 0
        except OSError:
            raise ModbusError("port") from None

    def _wire_ms(self, characters):
        return (characters * self._char_us + 999) // 1000
