"""A frame: its bytes, what is found when any of them changes, and its seal."""

import unittest
from binascii import crc32, hexlify
from hashlib import sha256

from pilotwire.record.frame import BODY, FIRST, LEAST, MOST, Frame, Key, is_sealed, length, pack

SECRET = b"0123456789abcdef0123456789abcdef"

# RFC 4231, section 4: test cases 1 to 5; the fifth gives these 128 bits itself.
MACS = (
    (b"\x0b" * 20, b"Hi There", b"b0344c61d8db38535ca8afceaf0bf12b"),
    (b"Jefe", b"what do ya want for nothing?", b"5bdcc146bf60754e6a042426089575c7"),
    (b"\xaa" * 20, b"\xdd" * 50, b"773ea91e36800e46854db8ebd09181a7"),
    (bytes(range(1, 26)), b"\xcd" * 50, b"82558a389a443c0ea4cc819899f2083a"),
    (b"\x0c" * 20, b"Test With Truncation", b"a3b6167473100ee06e0c796c2955552b"),
)


def made(body=b"abc", secret=SECRET):
    return pack(2, 0x01020304, 0x0506, b"h" * 32, body, Key(secret))


class Packing(unittest.TestCase):
    def test_lays_out_every_part_at_its_place(self):
        data = made()
        head = b"5a 02 03 04030201 0605".replace(b" ", b"")
        self.assertEqual(hexlify(data[:9]), head)
        self.assertEqual(data[9:44], b"h" * 32 + b"abc")
        self.assertEqual(data[44:60], Key(SECRET).mac(data[:44]))
        self.assertEqual(int.from_bytes(data[60:], "little"), crc32(data[:60]))

    def test_has_its_bytes_for_ever(self):
        hashed = hexlify(sha256(made()).digest())
        self.assertEqual(
            hashed, b"6972822faf7ad24575b82b539b0bf2dcb39debf232830af57494ffdf9d0fab4c"
        )

    def test_makes_no_frame_longer_than_it_may_be(self):
        self.assertEqual((LEAST, BODY, MOST), (61, 195, 256))
        for size in (0, 1, BODY):
            data = made(b"x" * size)
            self.assertEqual(len(data), LEAST + size)
            self.assertEqual(length(data), len(data))

    def test_starts_count_on_from_nothing_once_they_have_filled_their_two_bytes(self):
        self.assertEqual(Frame(pack(3, 1, 65_537, FIRST, b"", Key(SECRET))).boot, 1)


class Parts(unittest.TestCase):
    def test_come_back_as_they_went(self):
        for seq, boot, body in ((1, 1, b""), (0xFFFFFFFF, 0xFFFF, b"\x5a" * BODY)):
            found = Frame(pack(5, seq, boot, FIRST, body, Key(SECRET)))
            parts = (found.kind, found.seq, found.boot, found.before, found.body)
            self.assertEqual(parts, (5, seq, boot, FIRST, body))

    def test_hash_is_that_of_the_whole_frame(self):
        self.assertEqual(Frame(made()).hash(), sha256(made()).digest())


class Length(unittest.TestCase):
    def test_is_nothing_for_a_frame_cut_off_anywhere(self):
        for data in (made(b""), made(), made(b"x" * BODY)):
            for size in range(len(data)):
                self.assertEqual(length(data[:size]), 0, size)
                self.assertEqual(length(data[:size] + bytes(len(data) - size)), 0, size)

    def test_is_nothing_for_a_frame_of_which_a_bit_has_changed(self):
        for data in (made(b""), made(b"x" * 20)):
            for bit in range(8 * len(data)):
                changed = bytearray(data)
                changed[bit >> 3] ^= 1 << (bit & 7)
                self.assertEqual(length(changed + bytes(MOST)), 0, bit)

    def test_is_found_at_any_place_and_whatever_follows(self):
        data = made()
        for before in range(3):
            for after in (b"", b"\x5a", bytes(MOST)):
                self.assertEqual(length(b"\x5a" * before + data + after, before), len(data))

    def test_is_nothing_where_there_is_nothing(self):
        for data, at in ((b"", 0), (b"\x5a", 0), (made(), len(made())), (bytes(300), 0)):
            self.assertEqual(length(data, at), 0)

    def test_is_nothing_for_what_does_not_begin_as_a_frame(self):
        data = b"\x5b" + made()[1:-4]
        self.assertEqual(length(data + crc32(data).to_bytes(4, "little")), 0)

    def test_is_nothing_for_what_is_longer_than_a_frame_may_be(self):
        body = b"x" * (BODY + 1)
        data = b"\x5a\x02" + bytes((len(body),)) + bytes(38) + body + bytes(16)
        data += crc32(data).to_bytes(4, "little")
        self.assertEqual(length(data), 0)


class Seal(unittest.TestCase):
    def test_is_the_one_of_the_standard(self):
        for secret, data, mac in MACS:
            self.assertEqual(hexlify(Key(secret).mac(data)), mac)

    def test_is_the_devices_own(self):
        self.assertTrue(is_sealed(Frame(made()), Key(SECRET)))
        self.assertFalse(is_sealed(Frame(made()), Key(SECRET[:-1] + b"x")))

    def test_covers_all_that_the_crc_would_let_somebody_change(self):
        data = made()
        for place in range(1, len(data) - 4):
            changed = bytearray(data[:-4])
            changed[place] ^= 1
            changed += crc32(changed).to_bytes(4, "little")
            if length(changed):
                self.assertFalse(is_sealed(Frame(bytes(changed)), Key(SECRET)), place)


if __name__ == "__main__":
    unittest.main()
