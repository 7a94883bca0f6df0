"""The time from an NTP server (SNTP, RFC 4330): one question over UDP, a checked answer.

The answer must repeat the 64 random bits that we sent as our own time: nobody who has not seen the
question can set the clock. Whoever sits on the way can; a backend's `time` command comes over TLS.
"""

import asyncio
import struct

from micropython import const

from ..ticks import since

PORT = const(123)
_TRIES = const(2)
_WAIT_MS = const(2_000)  # for each
_BYTES = const(48)
_ASK = b"\x23"  # version 4, mode 3: a client
_SERVER = const(4)  # mode
_UNSYNCHRONISED = const(3)  # leap indicator
_STRATUM_MAX = const(15)
_1900 = 2_208_988_800  # seconds before 1970
_ERA = 1 << 32  # seconds: 7 February 2036
_2024 = 1_704_067_200  # no box of ours is older


async def ask(hal, address, port=PORT):
    """Set the clock by the server at `address`; returns unix time.

    OSError: "silent", or what was wrong with its answer: "kiss-of-death" (it does not want to be
    asked so often), "unsynchronised", "past". Within 5 s; the time is right to half of the way
    there and back, at most 1 s.
    """
    for _ in range(_TRIES):
        nonce = hal.secret(8)
        line = hal.datagrams(address, port)
        try:
            sent_ms = hal.ticks_ms()
            line.send(_ASK + bytes(39) + nonce)
            data, seen_ms = await _answer(hal, line, nonce, sent_ms)
        finally:
            line.close()
        if data:
            unix, late_ms = time_of(data)
            late_ms += since(seen_ms, sent_ms) // 2
            left_ms = 1_000 - late_ms % 1_000  # a clock of whole seconds is set when one begins
            await asyncio.sleep(left_ms / 1_000)
            unix += late_ms // 1_000 + 1
            hal.set_clock(unix, "synchronised")
            return unix
    raise OSError("silent")


async def _answer(hal, line, nonce, sent_ms):
    """(the packet that answers `nonce`, when it came), or (None, 0)."""
    while True:
        left_ms = _WAIT_MS - since(hal.ticks_ms(), sent_ms)
        data = await line.receive(_BYTES, left_ms) if left_ms > 0 else None
        if data is None:
            return None, 0
        if is_answer(data, nonce):
            return data, hal.ticks_ms()


def is_answer(data, nonce):
    """Whether a server has sent this, in answer to our question."""
    return len(data) >= _BYTES and data[0] & 7 == _SERVER and data[24:32] == nonce


def time_of(data):
    """(unix time, ms of the second that began then) at which the server sent `data`. OSError:
    what is wrong with it."""
    stratum = data[1]
    if not stratum:  # "kiss of death", section 8
        raise OSError("kiss-of-death")
    if stratum > _STRATUM_MAX or data[0] >> 6 == _UNSYNCHRONISED:
        raise OSError("unsynchronised")
    seconds, fraction = struct.unpack(">II", data[40:48])
    if not seconds >> 31:  # section 3: the era that begins in 2036
        seconds += _ERA
    unix = seconds - _1900
    if unix < _2024:
        raise OSError("past")
    return unix, (fraction >> 16) * 1_000 >> 16
