"""The pipe between packets and the network: bounds, framing, exact skipping."""

import unittest

from pilotwire.link.pipe import FullError, MalformedError, Pipe

LENGTHS = (
    (b"\x30\x00", (0x30, 2, 0)),
    (b"\x30\x7f", (0x30, 2, 127)),
    (b"\x30\x80\x01", (0x30, 3, 128)),
    (b"\x30\xff\x7f", (0x30, 3, 16_383)),
    (b"\x30\x80\x80\x01", (0x30, 4, 16_384)),
    (b"\x30\xff\xff\xff\x7f", (0x30, 5, 268_435_455)),
)


class Out(unittest.TestCase):
    def test_takes_what_fits_and_refuses_the_rest_whole(self):
        pipe = Pipe(8, 4)
        pipe.write(b"abc")
        self.assertEqual(pipe.room(), 1)
        self.assertRaises(FullError, pipe.write, b"de")
        pipe.write(b"d")
        self.assertEqual(pipe.take(9), b"abcd")

    def test_is_sent_in_order_in_pieces(self):
        pipe = Pipe(8, 8)
        pipe.write(b"abcdefgh")
        sent = pipe.take(3)
        pipe.write(b"ijk")
        while pipe.unsent:
            sent += pipe.take(3)
        self.assertEqual(sent, b"abcdefghijk")


class In(unittest.TestCase):
    def test_skips_what_has_not_arrived_to_the_byte(self):
        for held in range(5):
            pipe = Pipe(4, 4)
            pipe.feed(b"abcd"[:held])
            pipe.drop(10)
            skipped = held
            for piece in (b"xyz", b"xyzxy", b"z"):
                pipe.feed(piece[: 10 - skipped])
                skipped = min(10, skipped + len(piece))
            pipe.feed(b"x" * (10 - skipped) + b"end")
            self.assertEqual(pipe.copy(0, 4), b"end", held)

    def test_header_waits_for_the_whole_length(self):
        for data, header in LENGTHS:
            pipe = Pipe(8, 8)
            for at in range(len(data)):
                self.assertEqual(pipe.header(), None, data)
                pipe.feed(data[at : at + 1])
            self.assertEqual(pipe.header(), header, data)

    def test_length_of_five_bytes_is_malformed(self):
        pipe = Pipe(8, 8)
        pipe.feed(b"\x30\x80\x80\x80\x80")
        self.assertRaises(MalformedError, pipe.header)

    def test_clear_forgets_everything(self):
        pipe = Pipe(8, 8)
        pipe.feed(b"abc")
        pipe.drop(100)
        pipe.write(b"abc")
        pipe.clear()
        pipe.feed(b"d")
        self.assertEqual((pipe.copy(0, 8), pipe.unsent), (b"d", 0))


if __name__ == "__main__":
    unittest.main()
