"""Settings in files: written whole, at once or once the contactor is open, whatever happens."""

import unittest

from fake_flash import Flash, PowerCut
from pilotwire.record import files, segments
from pilotwire.record.files import DEFERRED, MOST, STORED, Files, TooMuchError
from pilotwire.record.segments import replace

PATH = "r/guests.json"
OLD, NEW = b"old" * 30, b"newer" * 50


class FilesTest(unittest.TestCase):
    def setUp(self):
        self.flash = Flash().use(files, segments)
        self.free = True
        self.reset()

    def tearDown(self):
        self.flash.restore(files, segments)

    def reset(self):
        self.flash.left = None
        self.files = Files("r", lambda: self.free, self.flash.sync)

    def stored(self, path=PATH):
        """What is on flash, None for nothing."""
        data = self.flash.files.get(path)
        return None if data is None else bytes(data)


class Now(FilesTest):
    def test_is_on_flash_when_the_call_returns(self):
        for data in (OLD, NEW, b"x"):
            self.assertEqual(self.files.put("guests.json", data), STORED)
            self.assertEqual((self.stored(), self.files.read("guests.json")), (data, data))
            self.assertFalse(self.flash.unsynced)
        self.assertEqual(list(self.flash.files), [PATH])

    def test_nothing_in_it_removes_the_file_whether_it_is_there_or_not(self):
        self.files.put("guests.json", OLD)
        for _ in range(2):
            self.assertEqual(self.files.put("guests.json", b""), STORED)
            self.assertEqual((self.stored(), self.files.read("guests.json")), (None, b""))

    def test_reads_no_more_of_a_file_than_memory_holds(self):
        self.flash.files[PATH] = bytearray(3 * MOST)
        self.assertEqual(len(self.files.read("guests.json")), MOST + 1)

    def test_trouble_of_flash_is_raised_and_leaves_what_was_there(self):
        self.files.put("guests.json", OLD)
        for name, value in (("room", 10), ("refused", ("rename",)), ("broken", True)):
            setattr(self.flash, name, value)
            with self.assertRaises(OSError):
                self.files.put("guests.json", NEW)
            setattr(self.flash, name, getattr(Flash(), name))
            self.assertEqual(self.files.read("guests.json"), OLD)
            self.assertEqual(self.files.settle(), "")


class Later(FilesTest):
    def setUp(self):
        super().setUp()
        self.files.put("guests.json", OLD)
        self.free = False

    def test_is_read_as_if_it_were_written_but_no_flash_is_touched(self):
        written = self.flash.written
        for data in (NEW, b"", OLD):
            self.assertEqual(self.files.put("guests.json", data), DEFERRED)
            self.assertEqual(self.files.read("guests.json"), data)
            self.assertEqual(self.files.settle(), "")
        self.assertEqual((self.stored(), self.flash.written), (OLD, written))

    def test_is_written_one_at_a_time_and_named_once_the_contactor_is_open(self):
        self.files.put("guests.json", NEW)
        self.files.put("schedule.json", b"s")
        self.free = True
        self.assertEqual(
            {self.files.settle(), self.files.settle()}, {"guests.json", "schedule.json"}
        )
        self.assertEqual((self.stored(), self.stored("r/schedule.json")), (NEW, b"s"))
        self.assertEqual(self.files.settle(), "")

    def test_a_removal_waits_too(self):
        self.files.put("guests.json", b"")
        self.assertEqual(self.stored(), OLD)
        self.free = True
        self.assertEqual(self.files.settle(), "guests.json")
        self.assertIsNone(self.stored())

    def test_the_last_one_of_a_name_is_what_is_written(self):
        for data in (NEW, b"", b"last"):
            self.files.put("guests.json", data)
        self.free = True
        self.assertEqual((self.files.settle(), self.files.settle()), ("guests.json", ""))
        self.assertEqual(self.stored(), b"last")

    def test_one_that_comes_when_the_contactor_is_open_replaces_what_waits(self):
        self.files.put("guests.json", NEW)
        self.free = True
        self.assertEqual(self.files.put("guests.json", b"now"), STORED)
        self.assertEqual((self.files.settle(), self.stored()), ("", b"now"))

    def test_more_than_memory_can_spare_is_refused_and_changes_nothing(self):
        self.files.put("guests.json", bytes(1_000))
        self.files.put("schedule.json", bytes(1_048))
        for name, data in (("tariff.json", b"x"), ("guests.json", bytes(1_001))):
            before = self.files.read(name)
            with self.assertRaises(TooMuchError):
                self.files.put(name, data)
            self.assertEqual(self.files.read(name), before)
        self.files.put("guests.json", bytes(999))  # in place of the other
        self.files.put("tariff.json", b"x")

    def test_waits_on_where_flash_fails(self):
        self.files.put("guests.json", NEW)
        self.free = True
        self.flash.broken = True
        with self.assertRaises(OSError):
            self.files.settle()
        self.flash.broken = False
        self.assertEqual(self.files.read("guests.json"), NEW)
        self.assertEqual((self.files.settle(), self.stored()), ("guests.json", NEW))


class PowerCuts(FilesTest):
    def cut(self, call, before, after):
        """`call` with the power gone at each byte and operation: a reset finds old or new."""
        left = 0
        seen = set()
        while True:
            self.flash.files.clear()
            self.flash.files.update({PATH: bytearray(before)} if before else {})
            self.reset()
            self.flash.left = left
            try:
                call()
                break
            except PowerCut:
                self.reset()
                seen.add(self.files.read("guests.json"))
                self.files.put("guests.json", b"next")  # whatever is left of the other
                self.assertEqual(self.stored(), b"next")
            left += 1
        self.assertEqual(self.files.read("guests.json"), after)
        self.assertTrue(seen <= {before, after}, seen)
        self.assertTrue(before in seen)

    def test_leave_the_old_file_or_the_new_one(self):
        for before, after in ((b"", NEW), (OLD, NEW), (OLD, b"")):
            self.cut(lambda after=after: self.files.put("guests.json", after), before, after)

    def test_while_it_is_written_later_leave_the_old_file_or_the_new_one(self):
        def later():
            self.free = False
            self.files.put("guests.json", NEW)
            self.free = True
            self.files.settle()

        self.cut(later, OLD, NEW)

    def test_leave_one_of_the_two_for_whoever_replaces_a_file_elsewhere(self):
        self.cut(lambda: replace(PATH, NEW, self.flash.sync), OLD, NEW)


if __name__ == "__main__":
    unittest.main()
