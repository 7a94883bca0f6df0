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
CHRISTMAS = [20261224, 20261226, 0, 1440, 32_000]
# (dates, the complaint)
REFUSED_DATES = (
    (None, "dates: a list of at most 16 wanted"),
    ([CHRISTMAS] * 17, "dates: a list of at most 16 wanted"),
    ([NIGHT], "dates: 0: 5 integers wanted"),
    ([[20231224, 20261226, 0, 1440, 0]], "dates: 0: day 20240101 to 21001231 wanted"),
    ([[20261224, 261226, 0, 1440, 0]], "dates: 0: last_day 20240101 to 21001231 wanted"),
    ([[20261224, 20261226, 1440, 60, 0]], "dates: 0: first 0 to 1439 wanted"),
    ([[20261224, 20261226, 60, 60, 0]], "dates: 0: first and last are the same"),
    ([CHRISTMAS[:4] + [80_001]], "dates: 0: ma 0 to 80000 wanted"),
)
NO_DAY = "dates: 0: a day that there is, and one not before it"
NO_DAYS = (20260229, 20270229, 21000229, 20260431, 20261301, 20260001, 20260100, 20260132)
DAYS = (20240229, 20280229, 20261231, 20270101, 20260430)
# (two windows of dates, whether they overlap)
PAIRS_OF_DATES = (
    ([20261224, 20261226, 0, 720], [20261226, 20261226, 719, 720], True),
    ([20261224, 20261226, 0, 720], [20261226, 20261226, 720, 721], False),
    ([20261224, 20261226, 0, 720], [20261227, 20261227, 0, 720], False),
    ([20261224, 20261224, 22 * H, 6 * H], [20261225, 20261225, 5 * H, 7 * H], True),
    ([20261224, 20261224, 22 * H, 6 * H], [20261225, 20261225, 6 * H, 7 * H], False),
    ([20261224, 20261224, 22 * H, 6 * H], [20261224, 20261224, 5 * H, 7 * H], False),
    ([20261224, 20261224, 22 * H, 6 * H], [20261224, 20261230, 5 * H, 7 * H], True),
    ([20261231, 20261231, 22 * H, 6 * H], [20270101, 20270101, 0, 1], True),
    ([20261224, 20261226, 12 * H, 11 * H], [20261227, 20261228, 11 * H, 10 * H], False),
    ([20261224, 20261226, 12 * H, 11 * H], [20261227, 20261228, 10 * H, 9 * H], True),
)


def refusal(data, rule=None, unix=None):
    """What `check` says against it, "" for nothing."""
    try:
        check(data, rule, unix)
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

    def test_is_a_dates_before_the_weeks_and_the_weeks_again_after_it(self):
        dates = [
            [20260324, 20260325, 12 * H, 18 * H, 10_000],
            [20260325, 20260325, 23 * H, 2 * H, 11_000],
        ]
        data = dict(SCHEDULE, dates=dates)
        expected = {
            1: ((11, 16_000), (12, 10_000), (17, 10_000), (18, 0), (22, 32_000)),
            2: ((5, 32_000), (12, 10_000), (18, 0), (22, 32_000), (23, 11_000)),
            3: ((1, 11_000), (2, 32_000), (12, 16_000), (16, 0), (23, 32_000)),
        }
        for day in expected:
            for hour, ma in expected[day]:
                unix = MONDAY + day * DAY_S + hour * 3_600
                self.assertEqual(limit_at(data, BERLIN, unix)[0], ma, (day, hour))

    def test_changes_with_a_date_when_that_starts_and_ends_whatever_was_asked_before(self):
        dates = [[20260325, 20260326, 0, 30, 10_000], [20260325, 20260325, 1410, 1440, 11_000]]
        data = {"windows": [], "otherwise_ma": 0, "dates": dates}
        changes = []
        unix = MONDAY + 5 * 60
        while unix < MONDAY + 5 * DAY_S:
            minute = (unix - MONDAY) // 60
            ma, unix = limit_at(data, BERLIN, unix)
            if not changes or changes[-1][1] != ma:
                changes.append((minute, ma))
        wednesday, thursday = 2 * 1440, 3 * 1440
        expected = [(5, 0), (wednesday, 10_000), (wednesday + 30, 0), (wednesday + 1410, 11_000)]
        expected += [(thursday, 10_000), (thursday + 30, 0)]
        self.assertEqual(changes, expected)


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

    def test_takes_dates_and_names_the_place_of_wrong_ones(self):
        self.assertEqual(refusal(dict(SCHEDULE, dates=[CHRISTMAS])), "")
        self.assertEqual(refusal(dict(SCHEDULE, dates=[])), "")
        for dates, complaint in REFUSED_DATES:
            self.assertEqual(refusal(dict(SCHEDULE, dates=dates)), complaint)

    def test_takes_days_that_there_are_in_order(self):
        for day in DAYS:
            self.assertEqual(refusal(dict(SCHEDULE, dates=[[day, day, 0, 60, 0]])), "", day)
        for day in NO_DAYS:
            for span in ([20260101, day], [day, 21001231]):
                self.assertEqual(refusal(dict(SCHEDULE, dates=[span + [0, 60, 0]])), NO_DAY, day)
        self.assertEqual(refusal(dict(SCHEDULE, dates=[[20261226, 20261225, 0, 60, 0]])), NO_DAY)

    def test_refuses_two_windows_of_dates_that_hold_at_once(self):
        for one, other, overlap in PAIRS_OF_DATES:
            for pair in ((one, other), (other, one)):
                data = dict(SCHEDULE, dates=[row + [6_000] for row in pair])
                self.assertEqual(refusal(data), "dates: 1: overlaps with 0" if overlap else "")

    def test_refuses_dates_that_are_past_by_local_time_where_the_time_is_known(self):
        tuesday = [20260324, 20260324, 0, 1440, 0]
        night = [20260323, 20260324, 22 * H, 6 * H, 0]
        for dates, ends in (([tuesday], 2 * DAY_S), ([CHRISTMAS, night], 2 * DAY_S + 6 * 3_600)):
            data = dict(SCHEDULE, dates=dates)
            past = "dates: %d: past" % (len(dates) - 1)
            self.assertEqual(refusal(data, BERLIN, MONDAY + ends - 1), "")
            self.assertEqual(refusal(data, BERLIN, MONDAY + ends), past)
            self.assertEqual(refusal(data, BERLIN, None), "")


if __name__ == "__main__":
    unittest.main()
