"""Which windows of the week hold, and until when that stays so."""

import unittest

from pilotwire.windows import check, holding
from pilotwire.zone import parse

H = 60  # minutes
DAY_S = 86_400
UTC = parse("")
BERLIN = parse("60 120 3.5.0.120 10.5.0.180")
MONDAY = 1_774_224_000  # 2026-03-23 00:00 UTC
SPRING = 1_774_746_000  # 2026-03-29 01:00 UTC, a Sunday
AUTUMN = 1_792_890_000  # 2026-10-25 01:00 UTC, a Sunday
WORKDAYS, FRIDAY, SATURDAY, SUNDAY, ALL = 31, 16, 32, 64, 127


def at(day, minute):
    return MONDAY + day * DAY_S + minute * 60


class Holding(unittest.TestCase):
    def held(self, window, rule, expected):
        """`expected`: (unix, whether it holds from then on, to just before the next)."""
        before = False
        for unix, holds in expected:
            self.assertEqual(holding([window], rule, unix - 1)[0], [0] * before, unix)
            self.assertEqual(holding([window], rule, unix)[0], [0] * holds, unix)
            before = holds

    def test_is_from_its_first_minute_to_before_its_last_on_its_days(self):
        self.held(
            [WORKDAYS, 9 * H, 17 * H],
            UTC,
            (
                (at(0, 9 * H), True),
                (at(0, 17 * H), False),
                (at(4, 9 * H), True),
                (at(4, 17 * H), False),
                (at(7, 9 * H), True),
                (at(7, 17 * H), False),
            ),
        )

    def test_past_midnight_belongs_to_the_day_on_which_it_starts(self):
        window = [FRIDAY, 22 * H, 6 * H]
        self.held(window, UTC, ((at(4, 22 * H), True), (at(5, 6 * H), False)))
        self.assertEqual(holding([window], UTC, at(4, 1 * H))[0], [])
        self.assertEqual(holding([window], UTC, at(5, 22 * H))[0], [])

    def test_of_sunday_night_goes_into_monday(self):
        window = [SUNDAY, 23 * H, 1 * H]
        self.assertEqual(holding([window], UTC, at(0, 30))[0], [0])
        self.assertEqual(holding([window], UTC, at(1, 30))[0], [])

    def test_may_be_a_whole_day_or_a_minute(self):
        self.held([SATURDAY, 0, 1440], UTC, ((at(5, 0), True), (at(6, 0), False)))
        self.held([SATURDAY, 1439, 1440], UTC, ((at(5, 1439), True), (at(6, 0), False)))
        self.held([SATURDAY, 720, 719], UTC, ((at(5, 720), True), (at(6, 719), False)))

    def test_several_at_once(self):
        rows = [[ALL, 0, 720], [ALL, 600, 800], [ALL, 719, 721]]
        self.assertEqual(holding(rows, UTC, at(0, 719))[0], [0, 1, 2])
        self.assertEqual(holding(rows, UTC, at(0, 720))[0], [1, 2])
        self.assertEqual(holding([], UTC, at(0, 0))[0], [])

    def test_that_starts_in_the_hour_left_out_starts_at_the_jump(self):
        self.held(
            [SUNDAY, 2 * H + 30, 5 * H],
            BERLIN,
            ((SPRING, True), (SPRING + 2 * H * 60, False)),
        )

    def test_in_the_hour_left_out_does_not_come(self):
        for unix in range(SPRING - DAY_S // 2, SPRING + DAY_S // 2, 60):
            self.assertEqual(holding([[SUNDAY, 2 * H, 3 * H]], BERLIN, unix)[0], [], unix)

    def test_in_the_hour_repeated_holds_both_times(self):
        window = [SUNDAY, 2 * H + 15, 2 * H + 45]
        self.held(
            window,
            BERLIN,
            (
                (AUTUMN - 45 * 60, True),
                (AUTUMN - 15 * 60, False),
                (AUTUMN + 15 * 60, True),
                (AUTUMN + 45 * 60, False),
            ),
        )


class Until(unittest.TestCase):
    def test_is_the_next_first_or_last_minute_on_whatever_day(self):
        rows = [[WORKDAYS, 9 * H, 17 * H], [SUNDAY, 20 * H, 4 * H]]
        for unix, until in (
            (at(0, 0), at(0, 4 * H)),
            (at(0, 4 * H), at(0, 9 * H)),
            (at(0, 9 * H) + 59, at(0, 17 * H)),
            (at(0, 17 * H) - 1, at(0, 17 * H)),
            (at(0, 20 * H), at(1, 4 * H)),
        ):
            self.assertEqual(holding(rows, UTC, unix)[1], until)

    def test_is_a_change_of_the_clock_where_that_is_sooner(self):
        self.assertEqual(holding([[ALL, 6 * H, 22 * H]], BERLIN, SPRING - 3_600)[1], SPRING)
        self.assertEqual(holding([[ALL, 6 * H, 22 * H]], BERLIN, AUTUMN - 1)[1], AUTUMN)

    def test_is_a_day_ahead_at_most(self):
        self.assertEqual(holding([], UTC, at(2, 5) + 7)[1], at(3, 5) + 7)
        self.assertEqual(holding([[1, 0, 1440]], UTC, at(2, 0))[1], at(3, 0))


A_LIST = "windows: a list of at most 16 wanted"
REFUSED = (
    (None, A_LIST),
    ({}, A_LIST),
    ("127", A_LIST),
    ([[ALL, i, i + 1] for i in range(17)], A_LIST),
    ([[ALL, 0, 1], 5], "windows: 1: 3 integers wanted"),
    ([[ALL, 0]], "windows: 0: 3 integers wanted"),
    ([[ALL, 0, 1, 2]], "windows: 0: 3 integers wanted"),
    ([[ALL, 0, 1.0]], "windows: 0: 3 integers wanted"),
    ([[True, 0, 1]], "windows: 0: 3 integers wanted"),
    ([["1", 0, 1]], "windows: 0: 3 integers wanted"),
    ([[0, 0, 1]], "windows: 0: days 1 to 127 wanted"),
    ([[128, 0, 1]], "windows: 0: days 1 to 127 wanted"),
    ([[1, -1, 1]], "windows: 0: first 0 to 1439 wanted"),
    ([[1, 1440, 1]], "windows: 0: first 0 to 1439 wanted"),
    ([[1, 5, 0]], "windows: 0: last 1 to 1440 wanted"),
    ([[1, 5, 1441]], "windows: 0: last 1 to 1440 wanted"),
    ([[1, 5, 10**30]], "windows: 0: last 1 to 1440 wanted"),
    ([[1, 5, 6], [1, 5, 5]], "windows: 1: first and last are the same"),
)


class Check(unittest.TestCase):
    def test_takes_16_of_the_width_that_is_wanted(self):
        check([[ALL, i, 1440 - i] for i in range(16)], 3)
        check([[1, 1439, 1, -5]], 4)
        check([], 3)

    def test_refuses_and_names_the_place(self):
        for rows, complaint in REFUSED:
            try:
                check(rows, 3)
            except ValueError as error:
                self.assertEqual(error.args[0], complaint)
            else:
                self.fail(rows)


if __name__ == "__main__":
    unittest.main()
