"""FRAM on the bus: what is in it after a power cut, and what is none."""

import unittest

from fake_flash import Flash, PowerCut
from fake_fram import FakeI2c
from pilotwire.record.fram import Fram, find
from pilotwire.record.frame import BODY, FIRST, Key, pack
from pilotwire.record.kinds import OPEN
from pilotwire.record.layout import encode

AREAS = (0, 1, 2)
MOST = 1_014  # bytes


def framed(wh):
    """Checkpoints differ in little, and seldom in their length."""
    return pack(OPEN, 1, 1, FIRST, encode({"charge": 1, "end_wh": wh}, BODY), Key(b"secret"))


class Finding(unittest.TestCase):
    def test_takes_what_answers_at_once_after_a_write(self):
        self.assertIsNotNone(find(FakeI2c(Flash())))

    def test_changes_nothing_that_was_there(self):
        i2c = FakeI2c(Flash())
        for i in range(len(i2c.memory)):
            i2c.memory[i] = i * 7 & 0xFF
        before = bytes(i2c.memory)
        find(i2c)
        self.assertEqual(i2c.memory, before)

    def test_takes_no_eeprom_which_is_busy_after_a_write(self):
        self.assertIsNone(find(FakeI2c(Flash(), slow=True)))

    def test_takes_nothing_where_nothing_is(self):
        self.assertIsNone(find(FakeI2c(Flash(), fitted=False)))
        self.assertIsNone(find(None))


class FramTest(unittest.TestCase):
    def setUp(self):
        self.power = Flash()
        self.i2c = FakeI2c(self.power)
        self.fram = find(self.i2c)

    def reset(self):
        self.power.left = None
        self.fram = find(self.i2c)
        return self.fram

    def loaded(self):
        return [self.fram.load(area) for area in AREAS]


class Areas(FramTest):
    def test_are_empty_at_first(self):
        for fill in (0x00, 0xFF, 0x5A):
            for i in range(len(self.i2c.memory)):
                self.i2c.memory[i] = fill
            self.assertEqual(self.loaded(), [b"", b"", b""], fill)
            self.reset()

    def test_hold_what_was_saved_last_each_for_itself(self):
        expected = [b"", b"", b""]
        for i in range(9):
            area = i * i % 3
            expected[area] = bytes((i,)) * (i * 100)
            self.assertTrue(self.fram.save(area, expected[area]))
            for _ in range(2):
                self.assertEqual(self.loaded(), expected)
            if i % 4 == 3:
                self.reset()

    def test_hold_up_to_1014_bytes(self):
        for area in AREAS:
            for fill in b"abc":
                self.fram.save(area, bytes((fill,)) * MOST)
        self.assertEqual(self.reset() and self.loaded(), [b"c" * MOST] * 3)

    def test_that_were_never_read_since_the_start_are_written_all_the_same(self):
        for before in range(4):
            for text in (b"one", b"two", b"three")[:before]:
                self.fram.save(1, text)
            self.reset().save(1, b"last")
            self.assertEqual(self.reset().load(1), b"last", before)

    def test_of_which_a_bit_has_changed_hold_what_was_saved_before(self):
        self.fram.save(0, b"old")
        self.fram.save(0, b"new")
        whole = bytes(self.i2c.memory)
        for bit in range(8 * 13):
            self.i2c.memory[bit >> 3] ^= 1 << (bit & 7)  # the second is in the even half
            self.assertEqual(self.reset().load(0), b"old", bit)
            self.i2c.memory[:] = whole
        self.assertEqual(self.reset().load(0), b"new")

    def test_that_are_erased_hold_nothing_in_either_copy(self):
        for area in AREAS:
            for _ in range(2):
                self.fram.save(area, b"somebody" * 126)
            self.fram.save(area, b"")  # which covers none of that
        self.fram.erase(1)
        self.assertEqual(bytes(self.i2c.memory[2_048:4_096]), bytes(2_048))
        self.assertEqual(self.loaded(), [b"", b"", b""])
        self.assertEqual(bytes(self.i2c.memory).count(b"somebody"), 4 * 126)
        self.fram.save(1, b"next")
        self.assertEqual(self.reset().load(1), b"next")


class PowerCuts(FramTest):
    def test_at_any_byte_leave_the_old_or_the_new_never_a_mix(self):
        self.cut_everywhere([bytes((i,)) * (11 * i) for i in range(1, 6)])

    def test_leave_no_mix_of_frames_either_which_end_with_a_crc_of_their_own(self):
        self.cut_everywhere([framed(wh) for wh in (5, 6, 7, 8)])

    def cut_everywhere(self, values):
        for known in range(len(values) - 1):
            new = values[known + 1]
            for left in range(10 + len(new) + 1):
                self.i2c.memory[:] = bytes(len(self.i2c.memory))
                self.reset()
                for value in values[: known + 1]:
                    self.fram.save(2, value)
                self.power.left = left
                try:
                    self.fram.save(2, new)
                except PowerCut:
                    expected = values[known]
                else:
                    expected = new
                self.assertEqual(self.reset().load(2), expected, (known, left))
                self.assertTrue(self.fram.save(2, b"next"))  # and takes nothing with it
                self.assertEqual(self.reset().load(2), b"next", (known, left))

    def test_one_after_the_other_leave_the_last_that_was_whole(self):
        self.fram.save(0, b"whole")
        for left in range(14):
            self.power.left = left
            with self.assertRaises(PowerCut):
                self.fram.save(0, b"torn")
            self.assertEqual(self.reset().load(0), b"whole", left)


class Trouble(FramTest):
    def test_of_the_bus_is_told_and_raises_nothing(self):
        self.fram.save(0, b"kept")
        self.i2c.broken = True
        self.assertFalse(self.fram.save(0, b"lost"))
        self.assertTrue(self.fram.failed)
        self.assertEqual(self.fram.load(0), b"")
        self.i2c.broken = False
        self.assertEqual(self.reset().load(0), b"kept")
        self.assertFalse(self.fram.failed)

    def test_of_the_bus_is_no_erasure(self):
        self.i2c.broken = True
        with self.assertRaises(OSError):
            self.fram.erase(0)
        self.assertTrue(self.fram.failed)
        self.i2c.broken = False
        self.fram.erase(0)
        self.assertFalse(self.fram.failed)

    def test_of_the_bus_at_the_start_costs_nothing_that_was_kept(self):
        self.fram.save(0, b"old")
        self.fram.save(0, b"kept")
        fram = Fram(self.i2c)
        self.i2c.broken = True
        self.assertEqual(fram.load(0), b"")
        self.i2c.broken = False
        self.assertTrue(fram.save(0, b"new"))
        self.assertEqual(self.reset().load(0), b"new")


if __name__ == "__main__":
    unittest.main()
