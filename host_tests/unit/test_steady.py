"""A jittering wish: on and off no faster and no more often than a vehicle stands."""

import unittest

from pilotwire.power.steady import Steady

ON_S, OFF_S = 300, 200
NIGHT_S = 4 * 3600


class Wishes(unittest.TestCase):
    def setUp(self):
        self.now_ms = 0
        self.steady = Steady(8_000, 6_000, ON_S, OFF_S, 0, False)

    def look(self, s, wish_ma, draws=True):
        """The current `s` seconds later."""
        self.now_ms += s * 1_000
        return self.steady.look(self.now_ms, wish_ma, draws)

    def test_a_first_wish_is_granted_at_once_and_whole(self):
        for wish_ma in (8_000, 12_345, 1_000_000):
            self.setUp()
            self.assertEqual(self.look(0, wish_ma, False), wish_ma)
            self.assertEqual(self.steady.reason, "")

    def test_starts_with_what_the_vehicle_needs_to_start(self):
        self.assertEqual(self.look(0, 7_999, False), 0)
        self.assertEqual(self.steady.reason, "start")
        self.assertEqual(self.look(1, 5_999, False), 0)
        self.assertEqual(self.steady.reason, "")
        self.assertEqual(self.look(1, 8_000, False), 8_000)

    def test_keeps_that_up_until_it_has_started(self):
        self.look(0, 9_000, False)
        self.assertEqual(self.look(1, 6_500, False), 8_000)
        self.assertEqual(self.look(1, 6_500, True), 6_500)
        self.assertEqual(self.look(1, 6_500, False), 6_500, "it has started")

    def test_holds_the_least_for_the_on_time_then_stops(self):
        self.look(0, 16_000)
        for s, ma, reason in ((1, 6_000, "on-time"), (ON_S - 2, 6_000, "on-time"), (1, 0, "")):
            self.assertEqual(self.look(s, 0), ma)
            self.assertEqual(self.steady.reason, reason)

    def test_says_when_it_may_change(self):
        self.look(0, 16_000)
        self.assertIsNone(self.steady.wait_s)
        self.look(1, 0)
        self.assertEqual(self.steady.wait_s, ON_S - 1)
        self.look(ON_S, 0)
        self.assertIsNone(self.steady.wait_s)
        self.look(1, 16_000)
        self.assertEqual(self.steady.wait_s, OFF_S - 1)

    def test_stays_off_for_the_off_time(self):
        self.look(0, 16_000)
        self.look(ON_S, 0)
        self.assertEqual(self.look(OFF_S - 1, 16_000, False), 0)
        self.assertEqual(self.steady.reason, "off-time")
        self.assertEqual(self.look(1, 16_000, False), 16_000)

    def test_follows_every_wish_that_is_enough(self):
        self.look(0, 16_000)
        for wish_ma in (6_000, 32_000, 7_000):
            self.assertEqual(self.look(1, wish_ma), wish_ma)

    def test_another_vehicle_starts_without_waiting(self):
        self.look(0, 16_000)
        self.look(ON_S, 0)
        self.steady.begin()
        self.assertEqual(self.look(1, 16_000, False), 16_000)


class Interruptions(unittest.TestCase):
    def begin(self, hold):
        self.now_ms = 0
        self.steady = Steady(6_000, 6_000, ON_S, OFF_S, 2, hold)

    def look(self, s, wish_ma, draws=True):
        self.now_ms += s * 1_000
        return self.steady.look(self.now_ms, wish_ma, draws)

    def interrupt(self, draws=True):
        self.look(OFF_S, 16_000, False)
        self.look(1, 16_000, draws)
        self.look(ON_S, 0, draws)

    def test_of_a_drawing_vehicle_are_counted(self):
        self.begin(False)
        for draws, count in ((True, 1), (False, 1), (True, 2)):
            self.interrupt(draws)
            self.assertEqual(self.steady.interruptions, count)

    def test_after_the_last_it_stays_off(self):
        self.begin(False)
        self.interrupt()
        self.interrupt()
        self.assertEqual(self.look(OFF_S, 16_000, False), 0)
        self.assertEqual(self.steady.reason, "interruptions")
        self.assertIsNone(self.steady.wait_s)

    def test_a_night_of_rest_makes_good(self):
        self.begin(False)
        self.interrupt()
        self.interrupt()
        self.assertEqual(self.look(NIGHT_S - 1, 16_000, False), 0)
        self.assertEqual(self.look(1, 16_000, False), 16_000)
        self.assertEqual(self.steady.interruptions, 0)

    def test_after_the_last_it_holds_the_least_if_it_is_to(self):
        self.begin(True)
        self.interrupt()
        self.interrupt()
        self.assertEqual(self.look(OFF_S, 16_000, False), 16_000)
        self.look(1, 16_000)
        self.assertEqual(self.look(ON_S, 0), 6_000)
        self.assertEqual(self.steady.reason, "interruptions")
        self.assertEqual(self.look(10 * NIGHT_S, 0), 6_000)
        self.steady.begin()
        self.assertEqual(self.look(1, 0, False), 0)


if __name__ == "__main__":
    unittest.main()
