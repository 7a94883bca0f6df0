"""A line through points, and a current that falls at once and rises slowly."""

import unittest

from pilotwire.pilot.handover import NO_LIMIT_MA
from pilotwire.power.slopes import Ramp, along

CURVE = [[-250, 1_000], [-50, 0]]
STAIRS = [[0, 0], [10, 100], [20, 100], [30, 1_000]]


class Along(unittest.TestCase):
    def test_goes_through_its_points_and_is_level_beyond(self):
        for points, x, y in (
            (CURVE, -10_000, 1_000),
            (CURVE, -250, 1_000),
            (CURVE, -249, 995),
            (CURVE, -150, 500),
            (CURVE, -51, 5),
            (CURVE, -50, 0),
            (CURVE, 10_000, 0),
            (STAIRS, -1, 0),
            (STAIRS, 5, 50),
            (STAIRS, 10, 100),
            (STAIRS, 15, 100),
            (STAIRS, 20, 100),
            (STAIRS, 25, 550),
            (STAIRS, 31, 1_000),
        ):
            self.assertEqual(along(points, x), y, (points, x))


class Following(unittest.TestCase):
    def setUp(self):
        self.now_ms = 0
        self.ramp = Ramp(1_000, 32_000, self.now_ms)

    def follow(self, wanted_ma, seconds=0):
        self.now_ms += seconds * 1_000
        return self.ramp.follow(wanted_ma, self.now_ms)

    def test_is_at_once_downward_and_in_steps_below(self):
        for wanted_ma, ma in ((20_000, 20_000), (19_999, 19_750), (6_086, 6_000), (0, 0)):
            self.assertEqual(self.follow(wanted_ma), ma)

    def test_is_1_a_a_minute_upward(self):
        self.follow(10_000)
        for minute in range(1, 22):
            self.assertEqual(self.follow(NO_LIMIT_MA, 60), 10_000 + minute * 1_000)
        self.assertEqual(self.follow(NO_LIMIT_MA, 60), NO_LIMIT_MA)

    def test_upward_does_not_depend_on_how_often_it_is_asked(self):
        self.follow(10_000)
        for _ in range(600 * 7):
            self.now_ms += 143
            self.follow(NO_LIMIT_MA)
        self.assertEqual(self.ramp.ma, 20_000)  # ten minutes, 0.6 s

    def test_upward_ends_where_it_is_wanted(self):
        self.follow(10_000)
        self.assertEqual(self.follow(12_100, 600), 12_000)

    def test_begins_with_6_a(self):
        self.follow(0)
        self.assertEqual(self.follow(NO_LIMIT_MA), 6_000)
        self.follow(0)
        self.assertEqual(self.follow(4_000, 600), 4_000)

    def test_says_how_long_it_takes(self):
        self.assertEqual(self.ramp.left_s(), 0)
        self.follow(10_000)
        left_s = self.ramp.left_s()
        self.assertTrue(self.follow(NO_LIMIT_MA, left_s - 16) < NO_LIMIT_MA)
        self.assertEqual(self.follow(NO_LIMIT_MA, 16), NO_LIMIT_MA)


if __name__ == "__main__":
    unittest.main()
