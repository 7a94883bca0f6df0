"""Modbus RTU frames: Modbus over Serial Line 1.02, annex B; Application Protocol 1.1b3, 6.3."""

import unittest

from pilotwire.energy import modbus
from pilotwire.energy.modbus import ModbusError, check_reply, crc16, request_into

# Requests and replies as printed in the Modbus documents and in the Eastron manual.
FRAMES = (
    b"\x02\x07\x41\x12",
    b"\x11\x03\x00\x6b\x00\x03\x76\x87",
    b"\x11\x03\x06\xae\x41\x56\x52\x43\x40\x49\xad",
    b"\x11\x04\x00\x08\x00\x01\xb2\x98",
    b"\x11\x04\x02\x00\x0a\xf8\xf4",
    b"\x0a\x81\x02\xb0\x53",
    b"\x01\x04\x00\x00\x00\x02\x71\xcb",
    b"\x01\x04\x04\x43\x66\x33\x34\x1b\x38",
)
REQUESTS = (
    ((0x11, 3, 0x6B, 3), FRAMES[1]),
    ((0x11, 4, 8, 1), FRAMES[3]),
    ((1, 4, 0, 2), FRAMES[6]),
)
REFUSED = (
    (0, 4, 0, 1),
    (248, 4, 0, 1),
    (1, 6, 0, 1),
    (1, 4, 0, 0),
    (1, 4, 0, 126),
    (1, 4, -1, 1),
    (1, 4, 0xFFFF, 2),
)
ASKED = FRAMES[6]  # address 1, function 4, 2 registers
# What came back, and the reason why it is no answer to that.
WRONG = (
    (b"", "timeout", 0),
    (b"\x01\x04\x04\x43", "short", 0),
    (b"\x01\x04\x04\x43\x66\x33\x34\x1b", "short", 0),
    (b"\x01\x04\x04\x43\x66\x33\x34\x1b\x39", "crc", 0),
    (b"\x01\x04\xff\x43\x66\x33\x34\x1b\x38", "crc", 0),  # a length that cannot be
    (b"\x02\x04\x04\x43\x66\x33\x34", "address", 0),
    (b"\x02\x84\x01", "address", 0),
    (b"\x01\x03\x04\x43\x66\x33\x34", "function", 0),
    (b"\x01\x83\x02", "function", 0),
    (b"\x01\x04\x02\x43\x66", "count", 0),
    (b"\x01\x84\x02", "exception", 2),
    (b"\x01\x84\x06", "exception", 6),
)
CRC_ADDED_FROM = 5  # the first five rows are on the wire as they stand


def sealed(body):
    crc = crc16(body, 0, len(body))
    return body + bytes((crc & 0xFF, crc >> 8))


class Crc(unittest.TestCase):
    def test_agrees_with_published_frames(self):
        for frame in FRAMES:
            low, high = frame[-2:]
            self.assertEqual(crc16(frame, 0, len(frame) - 2), low | high << 8, frame)


class Request(unittest.TestCase):
    def test_is_the_published_frame(self):
        frame = bytearray(8)
        for asked, expected in REQUESTS:
            request_into(frame, *asked)
            self.assertEqual(bytes(frame), expected, asked)

    def test_out_of_range_is_refused(self):
        for asked in REFUSED:
            with self.assertRaises(ValueError):
                request_into(bytearray(8), *asked)


class Reply(unittest.TestCase):
    def test_published_reply_is_accepted_where_it_lies(self):
        for request, reply in ((FRAMES[1], FRAMES[2]), (FRAMES[3], FRAMES[4]), (ASKED, FRAMES[7])):
            self.assertEqual(modbus.reply_bytes(request), len(reply))
            check_reply(request, b"\xaa\xbb" + reply + b"\xcc", 2, 2 + len(reply))

    def test_anything_else_has_its_reason(self):
        for n, (frame, reason, code) in enumerate(WRONG):
            wire = frame if n < CRC_ADDED_FROM else sealed(frame)
            try:
                check_reply(ASKED, wire, 0, len(wire))
                self.fail(reason)
            except ModbusError as error:
                self.assertEqual((error.reason, error.code), (reason, code), wire)
