"""Derating: along the curves, back only when it is cooler, never stopping a charge by itself."""

import unittest

from pilotwire.pilot.handover import NO_LIMIT_MA, OPEN, SHORTED, UNKNOWN
from pilotwire.power.derating import Derating

RATED_MA = 32_000
TRIP_DC = 850
SITE = {
    "heat": [[-250, 1_000], [-50, 0]],
    "damp": [[850, 1_000], [930, 0]],
    "cold": [-250, 500, 600],
    "rise_ma": 1_000,
}


class DeratingTest(unittest.TestCase):
    def setUp(self):
        self.make()

    def make(self, rated_ma=RATED_MA, trip_dc=TRIP_DC):
        self.now_ms = 0
        self.derating = Derating(SITE, rated_ma, trip_dc, self.now_ms)

    def look(self, dc, pm=UNKNOWN, closed=True, seconds=1, lost=False):
        self.now_ms += seconds * 1_000
        ma = self.derating.look(self.now_ms, dc, pm, closed, lost)
        return ma, self.derating.reason


class Heat(DeratingTest):
    def test_reduces_along_the_curve_and_before_the_trip(self):
        for dc, ma in (
            (250, NO_LIMIT_MA),
            (600, NO_LIMIT_MA),
            (601, 31_750),
            (700, 19_000),
            (799, 6_000),
            (849, 6_000),
            (1_200, 6_000),
        ):
            self.assertEqual(self.look(dc), (ma, "" if ma == NO_LIMIT_MA else "heat"), dc)

    def test_is_that_of_the_boards_own_trip(self):
        self.make(trip_dc=600)
        self.assertEqual(self.look(349), (NO_LIMIT_MA, ""))
        self.assertEqual(self.look(450), (19_000, "heat"))

    def test_that_goes_up_and_down_a_little_changes_nothing(self):
        self.assertEqual(self.look(700)[0], 19_000)
        for dc in (690, 700, 671, 699, 670):
            self.assertEqual(self.look(dc, seconds=3_600), (19_000, "heat"), dc)
        self.assertEqual(self.look(660, seconds=3_600), (20_250, "heat"))

    def test_that_is_over_lets_the_current_rise_by_1_a_a_minute(self):
        self.assertEqual(self.look(800), (6_000, "heat"))
        for minute in range(26):
            self.assertEqual(self.derating.left_s(), (26 - minute) * 60 + 1 if minute else None)
            ma = 7_000 + minute * 1_000 if minute < 25 else NO_LIMIT_MA
            self.assertEqual(self.look(200, seconds=60)[0], ma)
            self.assertEqual(self.derating.reason, "rise" if minute < 25 else "")
        self.assertEqual(self.derating.left_s(), 0)

    def test_on_a_board_that_can_no_more_than_6_a_leaves_them(self):
        self.make(rated_ma=6_000)
        self.assertEqual(self.look(849), (NO_LIMIT_MA, ""))


class Damp(DeratingTest):
    def test_reduces_along_its_curve_and_the_lesser_of_both_counts(self):
        for dc, pm, expected in (
            (250, 850, (NO_LIMIT_MA, "")),
            (250, 890, (19_000, "damp")),
            (750, 890, (12_500, "heat")),
            (750, 1_000, (6_000, "damp")),
        ):
            self.assertEqual(self.look(dc, pm), expected)

    def test_must_be_drier_by_2_percent_before_there_is_more(self):
        self.look(250, 890)
        self.assertEqual(self.look(250, 870, seconds=3_600), (19_000, "damp"))
        self.assertEqual(self.look(250, 830, seconds=3_600), (NO_LIMIT_MA, ""))


class Cold(DeratingTest):
    def test_start_is_slower_for_ten_minutes_of_current(self):
        for _ in range(2):
            self.assertEqual(self.look(-260, closed=False, seconds=9_999), (19_000, "cold"))
            self.assertEqual(self.look(-260, seconds=599), (19_000, "cold"))
            self.assertEqual(self.look(-260, seconds=1), (19_000, "rise"))
            self.assertEqual(self.look(-260, seconds=60), (20_000, "rise"))
            self.assertEqual(self.look(-260, seconds=3_600), (NO_LIMIT_MA, ""))

    def test_start_is_over_when_it_is_warmer(self):
        self.look(-260, closed=False)
        self.assertEqual(self.look(-221), (19_000, "cold"))
        self.assertEqual(self.look(-220, seconds=60)[1], "rise")

    def test_that_comes_during_a_charge_changes_nothing(self):
        self.look(-249, closed=False)
        self.assertEqual(self.look(-400), (NO_LIMIT_MA, ""))


class Sensors(DeratingTest):
    def test_that_are_broken_leave_6_a_at_once(self):
        for dc, pm in ((OPEN, 500), (SHORTED, 500), (250, OPEN), (250, SHORTED)):
            self.make()
            self.look(250, 500)
            self.assertEqual(self.look(dc, pm), (6_000, "sensor"))

    def test_that_were_never_there_leave_6_a_after_ten_seconds(self):
        self.assertEqual(self.look(UNKNOWN, seconds=9), (NO_LIMIT_MA, ""))
        self.assertEqual(self.look(UNKNOWN, seconds=1), (6_000, "sensor"))
        self.assertEqual(self.derating.left_s(), None)
        self.now_ms = 1 << 29  # the clock goes around
        self.assertEqual(self.look(UNKNOWN), (6_000, "sensor"))

    def test_that_are_lost_leave_6_a_whatever_the_others_say(self):
        self.assertEqual(self.look(250, 500, lost=True), (6_000, "sensor"))
        self.assertEqual(self.look(250, 500, seconds=60), (7_000, "rise"))

    def test_of_humidity_need_not_be_there(self):
        self.assertEqual(self.look(250, UNKNOWN, seconds=3_600), (NO_LIMIT_MA, ""))


if __name__ == "__main__":
    unittest.main()
