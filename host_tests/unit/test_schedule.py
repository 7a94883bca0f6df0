"""How much current a schedule allows, and which schedules are refused."""

import unittest

from pilotwire.power.schedule import check, limit_at
from pilotwire.zone import parse

H = 60
DAY_S = 86_400
BERLIN = parse("60 120 3.5.0.120 10.5.0.180")
MONDAY = 1_774_220_400  # 2026-03-23 00:00 in Berlin
WORKDAYS, FRIDAY, SATURDAY, SUNDAY, WEEKEND, ALL = 31, 16, 32, 64, 96, 127
NIGHT = [ALL, 22 * H, 6 * H, 32_000]
PEAK = [WORKDAYS, 16 * H, 22 * H, 0]
SCHEDULE = {"windows": [NIGHT, PEAK], "otherwise_ma": 16_000}

OBJECT = "schedule: an object of windows and otherwise_ma wanted"
OTHERWISE = "otherwise_ma: 0 to 80000 wanted"
# (windows, otherwise_ma, the complaint)
REFUSED = (
    (None, 0, "windows: a list of at most 16 wanted"),
    ([NIGHT[:3]], 0, "windows: 0: 4 integers wanted"),
    ([NIGHT, [0, 0, 1, 0]], 0, "windows: 1: days 1 to 127 wanted"),
    ([NIGHT, [1, 600, 700, -1]], 0, "windows: 1: ma 0 to 80000 wanted"),
    ([NIGHT, [1, 600, 700, 80_001]], 0, "windows: 1: ma 0 to 80000 wanted"),
    ([], -1, OTHERWISE),
    ([], 80_001, OTHERWISE),
    ([], None, OTHERWISE),
    ([], 6_000.0, OTHERWISE),
    ([], False, OTHERWISE),
)
# (two windows, whether they overlap)
PAIRS = (
    ([ALL, 0, 60], [ALL, 60, 120], False),
    ([ALL, 0, 61], [ALL, 60, 120], True),
    ([ALL, 0, 1440], [ALL, 720, 721], True),
    ([WORKDAYS, 0, 1440], [WEEKEND, 0, 1440], False),
    ([FRIDAY, 22 * H, 6 * H], [SATURDAY, 5 * H, 7 * H], True),
    ([FRIDAY, 22 * H, 6 * H], [SATURDAY, 6 * H - 1, 7 * H], True),
    ([FRIDAY, 22 * H, 6 * H], [SATURDAY, 6 * H, 7 * H], False),
    ([FRIDAY, 22 * H, 6 * H], [FRIDAY, 0, 6 * H], False),
    ([FRIDAY, 22 * H, 6 * H], [FRIDAY, 23 * H, 1440], True),
    ([SUNDAY, 22 * H, 6 * H], [1, 0, 1], True),
    ([SUNDAY, 22 * H, 6 * H], [2, 0, 1], False),
    ([FRIDAY, 22 * H, 6 * H], [SATURDAY, 22 * H, 6 * H], False),
    ([FRIDAY, 12 * H, 11 * H], [SATURDAY, 10 * H, 9 * H], True),
    ([FRIDAY, 5, 6], [FRIDAY, 5, 6], True),
)


def refusal(data):
    """What `check` says against it, "" for nothing."""
    try:
        check(data)
    except ValueError as error:
        return error.args[0]
    return ""


class LimitAt(unittest.TestCase):
    def test_is_the_windows_or_else_the_other_one_by_local_time(self):
        for day, minute, expected in (
            (0, 0, (32_000, 6 * H)),
            (0, 6 * H, (16_000, 16 * H)),
            (0, 16 * H, (0, 22 * H)),
            (0, 22 * H, (32_000, 30 * H)),
            (5, 16 * H, (16_000, 22 * H)),
        ):
            midnight = MONDAY + day * DAY_S
            ma, until_unix = limit_at(SCHEDULE, BERLIN, midnight + minute * 60)
            self.assertEqual((ma, (until_unix - midnight) // 60), expected, (day, minute))

    def test_without_a_clock_is_the_other_one(self):
        self.assertEqual(limit_at(SCHEDULE, BERLIN, None), (16_000, None))

    def test_without_windows_is_the_other_one(self):
        data = {"windows": [], "otherwise_ma": 7_000}
        self.assertEqual(limit_at(data, BERLIN, MONDAY), (7_000, MONDAY + DAY_S))


class Check(unittest.TestCase):
    def test_takes_what_is_right(self):
        self.assertEqual(refusal(SCHEDULE), "")
        hours = [[ALL, i * 90, i * 90 + 90, 80_000] for i in range(16)]
        self.assertEqual(refusal({"windows": hours, "otherwise_ma": 80_000}), "")

    def test_refuses_what_is_no_schedule(self):
        for data in (None, 5, [], {}, {"windows": []}, dict(SCHEDULE, colour=1)):
            self.assertEqual(refusal(data), OBJECT)

    def test_names_the_place(self):
        for windows, otherwise_ma, complaint in REFUSED:
            self.assertEqual(
                refusal({"windows": windows, "otherwise_ma": otherwise_ma}), complaint
            )

    def test_refuses_two_windows_that_hold_at_once(self):
        for one, other, overlap in PAIRS:
            for pair in ((one, other), (other, one)):
                windows = [row + [6_000] for row in pair]
                found = refusal({"windows": windows, "otherwise_ma": 0})
                self.assertEqual(found, "windows: 1: overlaps with 0" if overlap else "", pair)


if __name__ == "__main__":
    unittest.main()
