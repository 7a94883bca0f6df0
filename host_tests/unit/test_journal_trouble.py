"""The journal when flash is full, damaged, torn or dead: what it refuses, and what it keeps."""

import os
import unittest

from book import (
    ENDED,
    OPENING,
    STARTED,
    JournalTest,
    collect,
    is_chain,
    secret,
    segment,
)
from pilotwire.record import frame
from pilotwire.record.frame import FIRST, Key, pack
from pilotwire.record.journal import Journal
from pilotwire.record.kinds import CHARGE, DAY
from pilotwire.record.layout import encode

COUNT = 18
BYTES = 16_000
ENOSPC = 28


class Full(JournalTest):
    """A ring in which only the first frame of each segment is there, to spare memory."""

    def fill(self, left, kept=True, acknowledged=0):
        """Up to `left` bytes of the last segment; 100 numbers in each."""
        self.box.kept = kept
        key = Key(secret(32))
        self.box.flash.files.clear()
        collect()
        data = bytearray(BYTES - left)
        for index in range(COUNT):
            self.box.put(segment(index), pack(DAY, index * 100 + 1, 1, FIRST, b"", key))
        data[: frame.LEAST] = self.box.flash.files[segment(COUNT - 1)]
        data[-frame.LEAST :] = pack(DAY, COUNT * 100, 1, FIRST, b"", key)
        self.box.flash.files[segment(COUNT - 1)] = data
        self.assertEqual(len(data), BYTES - left)
        self.reset()
        while self.j.acked < acknowledged:
            self.j.acknowledge(self.j.read()["seq"])

    def assert_refused(self, call):
        try:
            call()
        except OSError as error:
            self.assertEqual(error.args[0], ENOSPC)
        else:
            self.fail(call)

    def test_of_records_that_nobody_acknowledges_takes_no_charge(self):
        self.fill(left=1_000)
        self.assert_refused(lambda: self.j.open({}))
        self.assertIsNone(self.j.opening)
        self.assertEqual(self.box.file(OPENING), b"")
        self.assertEqual(self.reset().seq, 1_800)

    def test_always_takes_the_end_of_a_charge(self):
        self.fill(left=1_100)
        self.assertEqual(self.j.open({}), 1_801)
        for _ in range(9):
            self.j.note({"event": "meter", "before": "x" * 20, "after": "y" * 20})
            self.j.settle()
        self.assertTrue(self.j.lost > 0)
        self.j.close({"charge": 1_801, "by": "x" * 20, "limits": [[1, 2, "box"]] * 60})
        self.assertEqual(self.box.history(1_801)[-1]["charge"], 1_801)
        self.assertIsNone(self.reset().opening)
        self.assert_refused(lambda: self.j.open({}))

    def test_of_acknowledged_ones_drops_the_oldest(self):
        self.fill(left=100, acknowledged=1)
        self.assert_refused(lambda: self.j.open({}))  # up to 100 are in that segment
        self.fill(left=100, acknowledged=100)
        self.assertEqual(self.j.open({}), 1_801)
        self.j.close({"charge": 1_801, "by": "x" * 20, "meter": "y" * 16})
        self.assertEqual(self.box.numbers()[0], 101)
        self.assertEqual(self.box.numbers()[-1], 1_801)

    def test_without_a_backend_drops_the_oldest(self):
        self.fill(left=100, kept=False)
        for _ in range(3):
            self.assertEqual(self.j.open({}), self.j.seq + 1)
            self.j.close({"charge": self.j.seq + 1, "by": "x" * 20, "meter": "y" * 16})
        self.assertEqual(self.box.numbers()[0], 101)

    def test_of_what_was_read_long_ago_still_gives_the_oldest_that_nobody_has_acknowledged(self):
        self.fill(left=10)
        self.box.put(segment(0), pack(DAY, 100, 1, FIRST, b"", Key(secret(32))))
        self.reset()
        for number in (99, 100):  # what is before is missing
            self.assertEqual(self.j.read()["seq"], number)
            self.j.acknowledge(number)
        self.box.charge()  # takes the place of the segment that was read last
        self.assertEqual(len(self.box.file(segment(0))), len(list(self.box.frames())[-1].data))
        self.box.charge(3)
        self.assertEqual(self.j.read()["seq"], 101)

    def test_flash_in_the_middle_of_a_record_damages_no_other(self):
        for call in ("open", "close"):
            for room in range(0, 90, 4):
                self.box.flash.files.clear()
                self.reset()
                self.box.charge()
                if call == "close":
                    self.j.open({})
                self.box.flash.room = room
                with self.assertRaises(OSError):
                    getattr(self.j, call)({"charge": 2, "by": "x" * 20, "box": "y" * 20})
                self.box.flash.room = None
                getattr(self.j, call)({"charge": 2, "wh": room})
                if call == "open":
                    self.j.close({"charge": 2, "wh": room})
                self.assert_whole(2)
                self.assertEqual(self.box.history()[1]["wh"], room)

    def test_flash_keeps_an_acknowledgement_for_later(self):
        self.box.charge()
        self.box.acknowledge()
        self.box.flash.room = 0
        self.assert_refused(self.j.settle)
        self.box.flash.room = None
        self.j.settle()
        self.assertEqual(self.reset().pending, 0)


class Unrecorded(JournalTest):
    """A free charge goes on although its opening record could not be written."""

    def setUp(self):
        super().setUp()
        self.box.charge()
        self.box.flash.room = 0
        with self.assertRaises(OSError):
            self.j.open({"start_wh": 1})

    def assert_once(self):
        for _ in range(2):
            self.j.settle()
            said = [(one["seq"], one["charge"]) for one in self.box.history()]
            self.assertEqual(said, [(1, 1), (2, 2)])
            self.assertIsNone(self.j.opening)
            self.reset()

    def test_is_on_record_once_when_flash_is_well_again(self):
        self.box.flash.room = None
        self.j.close({"charge": None, "wh": 5})
        self.assert_once()

    def test_is_on_record_once_when_its_end_had_to_wait_too(self):
        ended = {"charge": None, "wh": 5}
        with self.assertRaises(OSError):
            self.j.close(ended)
        self.j.note(ended, CHARGE)
        with self.assertRaises(OSError):
            self.j.settle()
        self.box.flash.room = None
        self.assert_once()


class Damage(JournalTest):
    def test_at_the_end_gives_no_number_twice(self):
        for last in (1, 2):
            self.box.flash.files.clear()
            self.reset()
            self.box.charge(last)
            whole = self.box.file(segment(0))
            for place in range(len(whole) * (last - 1) // last, len(whole)):
                data = bytearray(whole)
                data[place] ^= 0x20
                self.box.put(segment(0), data)
                self.reset().settle()
                self.assertTrue(self.box.numbers()[last - 1] > last, place)

    def test_of_the_only_record_of_a_segment_gives_no_number_twice(self):
        self.box.charge()
        while not self.box.file(segment(1)):
            last = self.j.seq
            self.box.charge()
        data = bytearray(self.box.file(segment(1)))
        for place in (0, 20, len(data) - 1):
            data[place] ^= 1
            self.box.put(segment(1), data)
            self.reset().settle()
            self.assertTrue(self.j.seq > last + 1, place)
            self.assertFalse(last + 1 in self.box.numbers(), place)
            data[place] ^= 1

    def test_that_a_byte_would_heal_is_not_healed_by_what_follows(self):
        """One frame in 256 ends with the byte with which the next begins, or with any other."""
        key = Key(secret(32))
        for missing in (0x5A, 0x00, 0xFF):
            count = 0
            torn = b"?"
            while torn[-1] != missing:
                count += 1
                torn = pack(DAY, 1, 1, FIRST, encode({"count": count}, 195), key)
            self.box.put(segment(0), torn[:-1])
            self.reset().note({"event": "cover"})
            self.j.settle()
            said = [record["event"] for record in self.box.history()]
            self.assertEqual(said, ["damage", "cover"], missing)
            self.assertTrue(self.box.numbers()[0] > 1)
            self.assertTrue(is_chain(self.box.frames()))

    def test_is_on_record(self):
        self.box.charge(2)
        size = self.box.size // 2
        self.box.put(segment(0), self.box.file(segment(0))[:-10])
        self.reset().settle()
        event = self.box.history()[-1]
        self.assertEqual((event["event"], event["count"]), ("damage", size - 10))
        written = self.box.flash.written
        self.reset().settle()
        self.assertEqual(self.box.flash.written, written)

    def test_of_an_opening_record_ends_in_no_charge(self):
        self.j.open({"start_wh": 5})
        whole = self.box.file(OPENING)
        for damaged in (whole[:-1], whole + b"?", b"?", b"?" + whole[1:]):
            self.box.put(OPENING, damaged)
            self.assertIsNone(self.reset().opening)
            self.j.settle()
            self.assertEqual(self.box.file(OPENING), b"")
            self.box.charge()
        self.box.put(OPENING, b"")
        self.assertIsNone(self.reset().opening)
        self.j.settle()
        self.box.charge()
        self.assertIsNone(self.reset().opening)

    def test_that_doubles_a_segment_stops_nothing(self):
        self.box.charge(3)
        self.box.put(segment(7), self.box.file(segment(0)))
        self.reset()
        self.box.charge(70)
        self.assertEqual(self.j.seq, 73)
        self.assertEqual(set(range(1, 74)) - set(self.box.numbers()), set())

    def test_that_leaves_an_opening_record_which_cannot_be_removed_closes_no_charge_twice(self):
        self.j.open({})
        self.box.flash.refused = ("remove",)
        self.j.close(ENDED)
        with self.assertRaises(OSError):
            self.j.settle()
        self.assertIsNone(self.reset().opening)
        self.box.flash.refused = ()
        self.j.settle()
        self.assertIsNone(self.reset().opening)
        self.assertEqual(self.kinds(), ["charge"])


class Unreadable(JournalTest):
    """Flash fails at the start: the numbers are unknown, so nothing is written, ever after."""

    def setUp(self):
        super().setUp()
        self.box.charge()
        self.box.flash.broken = True
        self.reset()
        self.box.flash.broken = False

    def test_takes_no_charge(self):
        for call in (lambda: self.j.open({}), lambda: self.j.close(ENDED), self.j.settle):
            with self.assertRaises(OSError):
                call()
        self.assertEqual(self.reset().seq, 1)
        self.assert_whole(1)

    def test_stops_nothing_else(self):
        self.j.start(STARTED)
        self.j.note({"event": "cover"})
        self.j.note(dict(ENDED), CHARGE)
        self.assertEqual((self.j.read(), self.j.pending, self.box.history()), (None, 0, []))
        self.assertFalse(self.j.acknowledge(0))
        with self.assertRaises(ValueError):
            self.j.acknowledge(1)


class RamDisk:
    """Block device of `blocks` times 512 bytes, for littlefs."""

    def __init__(self, blocks):
        self._blocks = [bytearray(512) for _ in range(blocks)]

    def readblocks(self, block, buffer, offset=0):
        for at in range(0, len(buffer), 512):
            size = min(512, len(buffer) - at)
            buffer[at : at + size] = self._blocks[block][offset : offset + size]
            block += 1

    def writeblocks(self, block, buffer, offset=0):
        for at in range(0, len(buffer), 512):
            size = min(512, len(buffer) - at)
            self._blocks[block][offset : offset + size] = buffer[at : at + size]
            block += 1

    def ioctl(self, operation, _):
        return {4: len(self._blocks), 5: 512}.get(operation, 0)


@unittest.skipIf(not hasattr(os, "VfsLfs2"), "littlefs is MicroPython's")
class OnLittlefs(unittest.TestCase):
    def setUp(self):
        disk = None
        collect()
        disk = RamDisk(72)
        os.VfsLfs2.mkfs(disk)
        os.mount(os.VfsLfs2(disk), "/ram")

    def tearDown(self):
        os.umount("/ram")

    def start(self):
        return Journal("/ram", lambda: True, lambda: None, secret)

    def test_fills_the_flash_and_goes_on_once_there_is_room(self):
        with open("/ram/other", "wb") as file:
            file.write(b"x" * 9_000)
        j = self.start()
        ended = {"box": "b" * 20, "meter": "m" * 16, "by": "y" * 20}
        try:
            while True:
                j.close(dict(ended, charge=j.open(ended), wh=j.seq + 1))
        except OSError as error:
            self.assertEqual(error.args[0], ENOSPC)
        self.assertTrue(j.seq > 62)  # more than a segment
        os.remove("/ram/other")
        if j.opening:
            j.close(dict(ended, charge=j.opening["charge"], wh=j.seq + 1))
        j.close(dict(ended, charge=j.open(ended), wh=j.seq + 1))
        last = j.seq
        j = self.start()
        self.assertEqual((j.seq, j.opening), (last, None))
        for number in range(1, last + 1):
            self.assertEqual(j.read()["wh"], number)
            j.acknowledge(number)
            j.settle()
        self.assertEqual(self.start().pending, 0)


if __name__ == "__main__":
    unittest.main()
