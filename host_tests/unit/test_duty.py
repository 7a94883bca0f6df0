"""IEC 61851-1 tables A.7 and A.8, GB/T 18487.1-2023 tables A.2 and A.3."""

import unittest

from pilotwire.pilot.duty import MAX_MA_GBT, MAX_MA_IEC, X1, F, current_for, duty_for

TABLE_A7 = (
    (6_000, 1_000),
    (8_000, 1_333),
    (10_000, 1_666),
    (13_000, 2_166),
    (16_000, 2_666),
    (20_000, 3_333),
    (25_000, 4_166),
    (32_000, 5_333),
    (40_000, 6_666),
    (48_000, 8_000),
    (51_000, 8_500),
    (52_000, 8_500),
    (52_499, 8_500),
    (52_500, 8_500),
    (55_000, 8_600),
    (60_000, 8_800),
    (63_000, 8_920),
    (70_000, 9_200),
    (80_000, 9_600),
)

TABLE_A8 = (
    (0, 0),
    (299, 0),
    (500, 0),
    (799, 0),
    (800, 6_000),
    (999, 6_000),
    (1_000, 6_000),
    (2_666, 15_996),
    (8_500, 51_000),
    (8_600, 55_000),
    (9_600, 80_000),
    (9_601, 80_000),
    (9_700, 80_000),
    (9_701, 0),
    (10_000, 0),
)


class Steady(unittest.TestCase):
    def test_is_the_whole_period_or_none_of_it(self):
        self.assertEqual((X1, F), (10_000, 0))


class DutyFor(unittest.TestCase):
    def test_follows_table_a7(self):
        for limit_ma, duty in TABLE_A7:
            self.assertEqual(duty_for(limit_ma), duty, limit_ma)

    def test_offers_nothing_below_6_a(self):
        for limit_ma in (0, 1, 5_999):
            self.assertEqual(duty_for(limit_ma), X1, limit_ma)

    def test_stops_at_the_profiles_largest_current(self):
        self.assertEqual(duty_for(100_000, MAX_MA_IEC), 9_600)
        self.assertEqual(duty_for(80_000, MAX_MA_GBT), 8_920)

    def test_never_offers_more_than_the_limit(self):
        for max_ma in (MAX_MA_IEC, MAX_MA_GBT):
            for limit_ma in range(6_000, 82_000, 7):
                offered_ma = current_for(duty_for(limit_ma, max_ma), max_ma)
                self.assertTrue(offered_ma <= min(limit_ma, max_ma), limit_ma)

    def test_wastes_no_more_than_a_step_of_the_timer(self):
        for limit_ma in range(6_000, 51_000, 7):
            self.assertTrue(limit_ma - current_for(duty_for(limit_ma)) < 6, limit_ma)
        for limit_ma in range(52_500, 80_001, 7):
            self.assertTrue(limit_ma - current_for(duty_for(limit_ma)) < 1_525, limit_ma)


class CurrentFor(unittest.TestCase):
    def test_follows_table_a8(self):
        for duty, current_ma in TABLE_A8:
            self.assertEqual(current_for(duty), current_ma, duty)

    def test_stays_at_63_a_for_gbt(self):
        for duty in (8_920, 9_000, 9_500, 9_700):
            self.assertEqual(current_for(duty, MAX_MA_GBT), 63_000, duty)
