"""The lease that schedule.json grants: always what holds at this moment, asked for seldom."""

import json
import unittest

from pilotwire.power.leases import Leases
from pilotwire.power.timetable import Timetable
from pilotwire.zone import parse

HOUR_S = 3_600
DAY_S = 86_400
MONDAY = 1_800_230_400  # 2027-01-18 00:00 UTC
SCHEDULE = {"windows": [[127, 22 * 60, 6 * 60, 32_000]], "otherwise_ma": 8_000}
WRONG = (
    (b"{", ""),
    (b"\xff\xfe", ""),
    (b"[]", "schedule: an object of windows and otherwise_ma wanted"),
    (b'{"windows": [], "otherwise_ma": -1}', "otherwise_ma: 0 to 80000 wanted"),
)


class Granting(unittest.TestCase):
    def setUp(self):
        self.leases = Leases(32_000, lambda: 0)
        self.file = json.dumps(SCHEDULE).encode()
        self.broken = False
        self.reads = 0
        self.timetable = Timetable(self.leases, self.read, parse(""))

    def read(self):
        self.reads += 1
        if self.broken:
            raise OSError(5)
        return self.file

    def look(self, unix):
        self.timetable.look(unix)
        return self.leases.granted("schedule")

    def test_follows_the_windows(self):
        for hour, ma in ((0, 32_000), (5, 32_000), (6, 8_000), (21, 8_000), (22, 32_000)):
            self.assertEqual(self.look(MONDAY + hour * HOUR_S), ma, hour)

    def test_without_a_clock_is_what_holds_otherwise_at_any_time(self):
        for unix, ma in ((None, 8_000), (MONDAY, 32_000), (None, 8_000), (None, 8_000)):
            self.assertEqual(self.look(unix), ma)

    def test_follows_a_clock_that_jumps(self):
        noon = MONDAY + 12 * HOUR_S
        for unix, ma in ((noon, 8_000), (MONDAY, 32_000), (noon - DAY_S, 8_000), (MONDAY, 32_000)):
            self.assertEqual(self.look(unix), ma)

    def test_reads_the_file_no_more_often_than_it_must(self):
        for unix in [None] * 9 + list(range(MONDAY, MONDAY + DAY_S, 60)):
            self.look(unix)
        self.assertEqual(self.reads, 4)  # without a clock, at midnight, at 6:00, at 22:00

    def test_says_how_long_it_holds_where_that_is_known(self):
        self.look(MONDAY + HOUR_S)
        for hour, left_h in ((1, 5), (5, 1), (0, None), (6, None)):
            left_s = self.timetable.left_s(MONDAY + hour * HOUR_S)
            self.assertEqual(left_s, left_h and left_h * HOUR_S, hour)
        self.look(None)
        self.assertIsNone(self.timetable.left_s(MONDAY))
        self.broken = True
        self.timetable.changed()
        self.look(MONDAY)
        self.assertIsNone(self.timetable.left_s(MONDAY))

    def test_follows_another_schedule_at_once(self):
        for unix in (MONDAY, None):
            self.setUp()
            self.look(unix)
            self.file = b'{"windows": [], "otherwise_ma": 7000}'
            self.timetable.changed()
            self.assertEqual(self.look(unix), 7_000, unix)

    def test_without_a_schedule_sets_no_limit_and_is_no_trouble(self):
        self.look(MONDAY)
        self.file = b""
        self.timetable.changed()
        for unix in (MONDAY, None, MONDAY + 400 * DAY_S):
            self.assertIsNone(self.look(unix))
        self.assertEqual(self.timetable.trouble, "")

    def test_lets_nothing_through_where_the_file_is_no_schedule_and_says_why(self):
        for unix in (MONDAY, None):
            for self.file, trouble in WRONG:
                self.timetable.changed()
                self.assertEqual(self.look(unix), 0)
                told = self.timetable.trouble
                self.assertEqual(told[:15], "schedule.json: ")
                self.assertTrue(told.endswith(trouble) and len(told) <= 135, told)

    def test_goes_on_with_what_held_while_flash_cannot_be_read_and_asks_again(self):
        for unix, ma in ((MONDAY, 32_000), (None, 8_000)):
            self.setUp()
            self.look(unix)
            self.broken = True
            self.timetable.changed()
            for _ in range(2):
                self.assertEqual(self.look(unix), ma)
                self.assertEqual(self.timetable.trouble[:15], "schedule.json: ")
            self.broken = False
            self.file = b'{"windows": [], "otherwise_ma": 7000}'
            self.assertEqual((self.look(unix), self.timetable.trouble), (7_000, ""))

    def test_is_well_again_with_a_good_file(self):
        self.file = b"{"
        self.look(MONDAY)
        self.file = json.dumps(SCHEDULE).encode()
        self.timetable.changed()
        self.assertEqual((self.look(MONDAY), self.timetable.trouble), (32_000, ""))


if __name__ == "__main__":
    unittest.main()
