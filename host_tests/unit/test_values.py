"""Registers as integers: every kind, every way of a meter to say that it has no value."""

import struct
import unittest

from pilotwire.energy.values import FLOAT, LITTLE, SIGNED, UNSIGNED, value

U16, S16 = 8 | UNSIGNED, 8 | SIGNED
U32, S32, F32 = 16 | UNSIGNED, 16 | SIGNED, 16 | FLOAT
U64, S64, F64 = 32 | UNSIGNED, 32 | SIGNED, 32 | FLOAT

FLOATS = (
    # value, factor, expected
    (230.2, 1000, 230_200),
    (-0.0004, 1000, 0),
    (-0.0006, 1000, -1),
    (0.0005, 1000, 1),
    (0.5, 1, 1),
    (-0.5, 1, -1),
    (2.5, 1, 3),
    (-11040.25, 1000, -11_040_250),
    (-11040.25, -1000, 11_040_250),
    (12345.678, 1000, 12_345_678),  # kWh to Wh, still exact
    (16777216.0, 1000, 16_777_216_000),
    (1e9, 1_000, 1_000_000_000_000),
    (2e9, 1_000, None),
    (1e-45, 1_000_000, 0),  # the smallest denormal
    (1.5e-6, 1_000_000, 2),
    (0.0, 1000, 0),
    (float("inf"), 1000, None),
    (float("-inf"), 1000, None),
    (float("nan"), 1000, None),
)
INTEGERS = (
    # kind, words, factor, expected
    (U16, b"\x12\x34", 1, 0x1234),
    (U16, b"\xff\xfe", 10, 655_340),
    (U16, b"\xff\xff", 1, None),
    (S16, b"\xff\xff", 100, -100),
    (S16, b"\x7f\xfe", 1, 32_766),
    (S16, b"\x7f\xff", 1, None),
    (S16, b"\x80\x00", 1, None),
    (S16, b"\x80\x01", 1, -32_767),
    (U32, b"\x00\x01\x86\xa0", 10, 1_000_000),
    (U32, b"\xff\xff\xff\xfe", 1, 4_294_967_294),
    (U32, b"\xff\xff\xff\xff", 1, None),
    (S32, b"\xff\xff\xff\x9c", 100, -10_000),
    (S32, b"\x7f\xff\xff\xff", 1, None),
    (S32, b"\x80\x00\x00\x00", 1, None),
    (U64, b"\x00\x00\x00\x01\x00\x00\x00\x02", 10, 42_949_672_980),
    (U64, b"\xff" * 8, 10, None),
    (U64, b"\x00\x00\x10" + b"\x00" * 5, 1, None),  # 17 TWh
    (S64, b"\xff" * 7 + b"\x9c", 1, -100),
    (S64, b"\x7f" + b"\xff" * 7, 1, None),
)


def swapped(data):
    """The least significant word first; the bytes of a word stay as they are."""
    return b"".join([data[i : i + 2] for i in range(len(data) - 2, -1, -2)])


class Value(unittest.TestCase):
    def check(self, kind, data, factor, expected):
        self.assertEqual(value(b"\xee" + data, 1, kind, factor), expected, (kind, data))
        self.assertEqual(value(swapped(data), 0, kind | LITTLE, factor), expected, (kind, data))

    def test_of_a_float_is_the_nearest_integer_or_none(self):
        for number, factor, expected in FLOATS:
            self.check(F32, struct.pack(">f", number), factor, expected)

    def test_of_a_double_is_exact_beyond_24_bits(self):
        self.check(F64, struct.pack(">d", 123_456.789), 1000, 123_456_789)
        self.check(F64, struct.pack(">d", -0.25), 1000, -250)
        self.check(F64, struct.pack(">d", 0.0), 1000, 0)
        for none in ("nan", "inf", "-inf", "1e12"):
            self.check(F64, struct.pack(">d", float(none)), 1000, None)

    def test_of_an_integer_is_its_number_or_none(self):
        for kind, data, factor, expected in INTEGERS:
            self.check(kind, data, factor, expected)
