"""Whatever comes on the line: no crash, never a wrong value. pymodbus is the second opinion."""

import asyncio
import math
import random
import struct
from fractions import Fraction

import pytest
from hypothesis import example, given, strategies
from pilotwire.energy import rtu, values
from pilotwire.energy.modbus import ModbusError, check_reply, crc16, request_into
from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu.register_message import ReadInputRegistersResponse

ADDRESS, FUNCTION = 17, 4
COUNTS = strategies.integers(1, 125)
FACTORS = strategies.integers(1, 1_000_000)


def crc(data: bytes) -> bytes:
    return FramerRTU.compute_CRC(data).to_bytes(2, "big")


def request(count: int) -> bytearray:
    frame = bytearray(8)
    request_into(frame, ADDRESS, FUNCTION, 0x34, count)
    return frame


def good(count: int, seed: int = 0) -> bytes:
    registers = [(seed + i * 0x3A7) & 0xFFFF for i in range(count)]
    pdu = ReadInputRegistersResponse(dev_id=ADDRESS, registers=registers)
    body = bytes((ADDRESS, FUNCTION)) + pdu.encode()
    return body + crc(body)


def accepted(count: int, frame: bytes) -> bool:
    try:
        check_reply(request(count), frame, 0, len(frame))
    except ModbusError:
        return False
    return True


@given(strategies.binary(max_size=300))
def test_crc_is_the_published_one(data):
    assert crc16(data, 0, len(data)).to_bytes(2, "little") == crc(data)


@given(COUNTS, strategies.integers(0, 0xFFFF))
def test_reply_of_pymodbus_is_accepted(count, seed):
    assert accepted(count, good(count, seed))


@given(COUNTS, strategies.binary(max_size=300), strategies.booleans())
@example(1, bytes((ADDRESS, FUNCTION, 2, 0, 0)), True)
@example(1, bytes((ADDRESS, FUNCTION, 4, 0, 0, 0, 0)), True)
@example(2, bytes((ADDRESS, FUNCTION | 0x80, 2)), True)
def test_only_the_answer_asked_for_is_accepted(count, body, sealed):
    """`sealed` gives the noise a right CRC, so that the fields alone decide."""
    frame = body + crc(body) if sealed else body
    head = bytes((ADDRESS, FUNCTION, 2 * count))
    length = 5 + 2 * count
    sound = frame[:3] == head and crc(frame[: length - 2]) == frame[length - 2 : length]
    assert accepted(count, frame) == (sound and len(frame) >= length)


@given(COUNTS, strategies.data())
def test_up_to_three_turned_bits_are_always_found(count, data):
    frame = bytearray(good(count))
    bits = strategies.integers(0, 8 * len(frame) - 1)
    for bit in data.draw(strategies.sets(bits, min_size=1, max_size=3)):
        frame[bit >> 3] ^= 1 << (bit & 7)
    assert not accepted(count, bytes(frame))


@given(COUNTS, strategies.data())
def test_a_burst_of_up_to_16_bits_is_always_found(count, data):
    frame = good(count)
    burst = data.draw(strategies.integers(1, 0xFFFF))
    shift = data.draw(strategies.integers(0, 8 * len(frame) - 16))
    # Bits leave a UART lowest first: as a number in that order a burst is a plain shift.
    turned = int.from_bytes(frame, "little") ^ burst << shift
    assert not accepted(count, turned.to_bytes(len(frame), "little"))


def spoilt(rng, count):
    """A good frame with something done to it, or nothing but noise."""
    frame = bytearray(good(count, rng.getrandbits(16)))
    match rng.randrange(6):
        case 0:
            return rng.randbytes(rng.randrange(40))
        case 1:
            return bytes(frame[: rng.randrange(len(frame))])
        case 2:
            return bytes(frame) + rng.randbytes(rng.randrange(1, 6))
        case 3:
            frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
        case 4:  # sound in itself, and another's
            frame[rng.randrange(3)] ^= 1 << rng.randrange(8)
            frame[-2:] = crc(bytes(frame[:-2]))
        case _:
            for _ in range(rng.randrange(2, 6)):
                frame[rng.randrange(len(frame))] = rng.getrandbits(8)
    return bytes(frame)


def test_200_000_random_frames_bring_no_crash_and_no_wrong_value():
    rng = random.Random(1)
    accepted_ = 0
    for _ in range(200_000):
        count = rng.randrange(1, 5)
        frame = spoilt(rng, count)
        if not accepted(count, frame):
            continue
        accepted_ += 1
        body = frame[: 5 + 2 * count]
        assert body[:3] == bytes((ADDRESS, FUNCTION, 2 * count))
        assert body[-2:] == crc(body[:-2])
    assert accepted_ > 1_000  # those with something behind them, which the bus looks at


KINDS = {"f": 16 | values.FLOAT, "d": 32 | values.FLOAT}
KINDS |= {letter: 8 << n | values.SIGNED for n, letter in enumerate("hiq")}
KINDS |= {letter: 8 << n | values.UNSIGNED for n, letter in enumerate("HIQ")}


@given(strategies.sampled_from(sorted(KINDS)), strategies.binary(min_size=8, max_size=8), FACTORS)
@example("f", b"\x4e\xff\xff\xff" * 2, 1_000_000)
@example("f", b"\x80\x00\x00\x00" * 2, 1)
@example("d", b"\x7f\xf0" + bytes(6), 1)
def test_a_value_is_exact_or_none(letter, data, factor):
    data = data[: struct.calcsize(letter)]
    (number,) = struct.unpack(">" + letter, data)
    got = values.value(data, 0, KINDS[letter], factor)
    if letter in "fd":
        exact = abs(Fraction(number)) * factor if math.isfinite(number) else Fraction(2**40)
        expected = int(exact + Fraction(1, 2)) * (1 if number >= 0 else -1)
        none = abs(expected) >= 2**40
    else:
        bits = 8 * len(data)
        ends = (2 ** (bits - 1) - 1, -(2 ** (bits - 1))) if letter.islower() else (2**bits - 1,)
        expected = number * factor
        none = number in ends or abs(expected) >= 2**40
    assert got is None if none else got == expected


class Noise:
    """A line on which `chunks` come, one at each look, once a request is out."""

    def __init__(self, chunks):
        self.chunks = chunks
        self.now_ms = 0

    def ticks_ms(self):
        return self.now_ms

    async def sleep_ms(self, ms):
        self.now_ms += ms

    def write(self, frame):
        self.waiting = list(self.chunks)
        return len(frame)

    waiting = ()

    def readinto(self, buffer):
        if not self.waiting:
            return None
        chunk = self.waiting.pop(0)
        n = min(len(chunk), len(buffer))
        buffer[:n] = chunk[:n]
        return n


@pytest.fixture(scope="module")
def virtual():
    kept = rtu.sleep_ms
    yield
    rtu.sleep_ms = kept


REASONS = ("", "timeout", "short", "crc", "count", "address", "function", "exception", "late")
CHUNKS = strategies.one_of(
    strategies.binary(max_size=40),
    strategies.sampled_from([bytes(request(3)), good(3), good(3)[:5], good(3)[5:], good(2)]),
)


@given(strategies.lists(CHUNKS, max_size=12))
@example([bytes(request(3)), good(3)])
def test_bus_returns_a_sound_frame_or_a_reason(virtual, chunks):
    line = Noise(chunks)
    rtu.sleep_ms = line.sleep_ms
    bus = rtu.Bus(line, 9600, line.ticks_ms)
    reason, starts = "", []
    try:
        block = (FUNCTION, 0x34, 3)
        asyncio.run(bus.read(ADDRESS, (block,), lambda _, start: starts.append(start)))
    except ModbusError as error:
        reason = error.reason
    assert reason in REASONS
    at = starts[0] if starts else 3
    assert bool(reason) == (not starts)
    assert reason or bytes(bus.buffer[at - 3 : at + 8]) == good(3)
    assert line.now_ms < 10_000
