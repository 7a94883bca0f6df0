"""The random delay: each start and step up once, never a step down."""

import unittest

from pilotwire.pilot.handover import NO_LIMIT_MA
from pilotwire.power.delay import Delay


class Waiting(unittest.TestCase):
    def setUp(self):
        self.drawn = 0
        self.share = 0.5  # of what can be drawn
        self.delay = Delay(600, self.random_bits)
        self.now_ms = 5_000

    def random_bits(self, n):
        self.drawn += 1
        return min(int(self.share * (1 << n)), (1 << n) - 1)

    def after(self, seconds, ma, skip=False):
        self.now_ms += int(seconds * 1_000)
        return self.delay.look(self.now_ms, ma, skip)

    def test_delays_a_start_to_the_second(self):
        self.assertEqual(self.after(0, 0), 0)
        self.assertEqual(self.after(1, 16_000), 0)
        self.assertEqual(self.delay.left_s(self.now_ms), 300)
        self.assertEqual(self.after(299.999, 16_000), 0)
        self.assertEqual(self.delay.left_s(self.now_ms), 1)
        self.assertEqual(self.after(0.001, 16_000), 16_000)
        self.assertEqual(self.delay.left_s(self.now_ms), 0)
        self.assertEqual(self.drawn, 1)

    def test_delays_a_step_up_and_goes_on_as_before_meanwhile(self):
        for before, ma in ((0, 6_000), (6_000, NO_LIMIT_MA)):
            for seconds in (1, 150, 149):
                self.assertEqual(self.after(seconds, ma), before)
            self.assertEqual(self.after(1, ma), ma)
        self.assertEqual(self.drawn, 2)

    def test_draws_from_no_second_to_all_of_them(self):
        for most_s in (600, 1_800):
            self.delay.most_s = most_s
            for self.share, seconds in ((0, 0), (1, most_s), (0.5, most_s // 2)):
                self.after(0, 0)
                self.after(0, 9_000)
                self.assertEqual(self.delay.left_s(self.now_ms), seconds)

    def test_of_no_seconds_is_none(self):
        self.delay.most_s = 0
        self.share = 1
        self.assertEqual(self.after(0, 16_000), 16_000)

    def test_never_delays_a_step_down(self):
        self.after(0, 16_000, skip=True)
        for ma in (15_999, 6_000, 0):
            self.assertEqual(self.after(0, ma), ma)
        self.assertEqual(self.drawn, 0)

    def test_goes_down_while_it_waits_and_waits_on_for_what_is_still_more(self):
        self.after(0, 16_000, skip=True)
        self.after(0, 32_000)
        self.assertEqual(self.after(100, 20_000), 16_000)
        self.assertEqual(self.after(200, 20_000), 20_000)
        self.assertEqual(self.drawn, 1)

    def test_draws_once_for_what_rises_while_it_waits(self):
        self.after(0, 6_000)
        self.assertEqual(self.after(200, 16_000), 0)
        self.assertEqual(self.after(100, 16_000), 16_000)
        self.assertEqual(self.drawn, 1)

    def test_draws_again_for_a_start_after_one_that_was_called_off(self):
        self.after(0, 6_000)
        self.assertEqual(self.after(100, 0), 0)
        self.assertEqual(self.delay.left_s(self.now_ms), 0)
        self.assertEqual(self.after(250, 6_000), 0)
        self.assertEqual(self.after(300, 6_000), 6_000)
        self.assertEqual(self.drawn, 2)

    def test_may_be_skipped_before_and_while_it_waits(self):
        self.assertEqual(self.after(0, 6_000, skip=True), 6_000)
        self.assertEqual(self.after(0, 16_000), 6_000)
        self.assertEqual(self.after(1, 16_000, skip=True), 16_000)
        self.assertEqual(self.after(1, 16_000), 16_000)  # the same event
        self.assertEqual(self.drawn, 1)

    def test_a_setting_that_changes_while_it_waits_is_for_the_next(self):
        self.after(0, 6_000)
        self.delay.most_s = 10
        self.assertEqual(self.after(299, 6_000), 0)
        self.assertEqual(self.after(1, 6_000), 6_000)
        self.after(0, 7_000)
        self.assertEqual(self.delay.left_s(self.now_ms), 5)

    def test_after_a_reset_is_that_of_a_start(self):
        self.after(0, 6_000, skip=True)
        self.delay = Delay(600, self.random_bits)
        self.assertEqual(self.after(0, 6_000), 0)
        self.assertEqual(self.delay.left_s(self.now_ms), 300)


if __name__ == "__main__":
    unittest.main()
