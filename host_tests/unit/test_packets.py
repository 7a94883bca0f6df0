"""Packets that a client sends, byte for byte (MQTT 3.1.1)."""

import unittest

from pilotwire.link import packets

LENGTHS = (
    (0, b"\x00"),
    (127, b"\x7f"),
    (128, b"\x80\x01"),
    (16_383, b"\xff\x7f"),
    (16_384, b"\x80\x80\x01"),
    (2_097_152, b"\x80\x80\x80\x01"),
    (268_435_455, b"\xff\xff\xff\x7f"),
)


class Packets(unittest.TestCase):
    def test_a_length_takes_one_to_four_bytes(self):
        for size, coded in LENGTHS:
            self.assertEqual(packets.head(0x30, size), b"\x30" + coded)

    def test_connect_says_what_there_is(self):
        for user, will, flags, payload in (
            (None, None, 0x02, b"\x00\x02id"),
            (b"me", None, 0xC2, b"\x00\x02id\x00\x02me\x00\x03key"),
            (None, b"t", 0x2E, b"\x00\x02id\x00\x01t\x00\x010"),
            (b"me", b"t", 0xEE, b"\x00\x02id\x00\x01t\x00\x010\x00\x02me\x00\x03key"),
        ):
            body = b"\x00\x04MQTT\x04" + bytes((flags, 0x01, 0x2C)) + payload
            self.assertEqual(
                packets.connect(b"id", user, b"key", 300, will, b"0"),
                bytes((0x10, len(body))) + body,
            )

    def test_subscribe_of_a_long_filter(self):
        topic = b"t" * 200
        packet = packets.subscribe(0x1234, topic)
        self.assertEqual(packet, b"\x82\xcd\x01\x12\x34\x00\xc8" + topic + b"\x01")

    def test_publish_up_to_its_payload(self):
        for retain, pid, start in (
            (False, 0, b"\x30\x08\x00\x01t"),
            (True, 0, b"\x31\x08\x00\x01t"),
            (False, 0xFFFF, b"\x32\x0a\x00\x01t\xff\xff"),
            (True, 1, b"\x33\x0a\x00\x01t\x00\x01"),
        ):
            self.assertEqual(packets.publish(b"t", 5, retain, pid), start)


if __name__ == "__main__":
    unittest.main()
