"""The meter that answers frame by frame: what an SDM630 says, and its silence."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plant.frames import MeterFrames
from plant.meter import Reading
from pymodbus.framer import FramerRTU

READING = Reading(
    voltage_v=(230.0, 231.0, 232.0),
    current_a=(16.0, 15.0, 14.0),
    power_w=(3_680.0, 3_465.0, 3_248.0),
    power_factor=1.0,
    frequency_hz=50.0,
    import_wh=12_345.0,
    export_wh=0.0,
)


def framed(body: bytes) -> bytes:
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


def ask(body: bytes) -> bytes:
    return MeterFrames(lambda: READING).answer(framed(body))


def test_registers_are_big_endian_singles():
    reply = ask(struct.pack(">BBHH", 1, 4, 0x00, 8))
    assert reply == framed(b"\x01\x04\x10" + struct.pack(">4f", 230.0, 231.0, 232.0, 16.0))
    assert ask(struct.pack(">BBHH", 1, 4, 0x48, 2))[3:7] == struct.pack(">f", 12.345)


def test_a_read_may_begin_in_the_middle_of_a_value():
    whole = ask(struct.pack(">BBHH", 1, 4, 0, 6))[3:-2]
    assert ask(struct.pack(">BBHH", 1, 4, 1, 3))[3:-2] == whole[2:8]


@pytest.mark.parametrize(("function", "count", "code"), [(1, 2, 1), (4, 81, 3)])
def test_what_it_has_not_it_refuses(function, count, code):
    assert ask(struct.pack(">BBHH", 1, function, 0, count)) == framed(
        bytes((1, 0x80 | function, code))
    )


def test_another_address_and_a_damaged_frame_are_not_answered():
    request = framed(struct.pack(">BBHH", 1, 4, 0, 2))
    meter = MeterFrames(lambda: READING)
    assert meter.answer(framed(struct.pack(">BBHH", 2, 4, 0, 2))) == b""
    assert meter.answer(request[:-1] + bytes((request[-1] ^ 1,))) == b""
    assert meter.answer(request[:5]) == b""
    assert meter.requests == 0


@given(st.binary(max_size=300), st.booleans())
def test_nothing_on_the_line_raises(body, sound):
    meter = MeterFrames(lambda: READING)
    assert len(meter.answer(framed(b"\x01" + body) if sound else body)) <= 256
