"""Surplus charging, in steps of a second, of a vehicle that follows at once or is not there."""

import unittest

from pilotwire.power.phases import Switches
from pilotwire.power.solar import Solar

ONE_W = 1_380  # 6 A on one phase
START_W, STOP_W, PATIENCE_WH = 100, 500, 10
PATIENCE_J = PATIENCE_WH * 3_600
TTL_S = 30
PAUSE_S = 600


class Sun(unittest.TestCase):
    def begin(self, minimum=False, phases=1, switches=None, smooth_s=0, most_phases=3):
        self.now_ms = 0
        self.connected = phases
        self.used = self.own_w = 0
        self.solar = Solar(
            minimum,
            16_000,
            START_W,
            STOP_W,
            PATIENCE_WH,
            smooth_s,
            TTL_S,
            most_phases,
            switches,
        )

    def look(self, surplus_w, s=1):
        """The current after `s` seconds with such a surplus each (None: silence)."""
        for _ in range(s):
            self.now_ms += 1_000
            grid_w = None if surplus_w is None else self.own_w - surplus_w
            ma = self.solar.look(self.now_ms, grid_w, self.own_w, self.connected, self.used)
        return ma

    def seconds_until(self, surplus_w, change, most=3_000):
        """Seconds of such a surplus until `change(ma)`."""
        for s in range(1, most):
            if change(self.look(surplus_w)):
                return s
        return None


class Surplus(Sun):
    def test_starts_once_the_patience_has_flowed_out(self):
        for more_w in (100, 400, 2_000):
            self.begin()
            self.look(0)
            s = self.seconds_until(ONE_W + START_W + more_w, lambda ma: ma > 0)
            self.assertEqual(s, PATIENCE_J // more_w + 1, more_w)

    def test_does_not_start_below_the_threshold(self):
        self.begin()
        self.assertEqual(self.look(ONE_W + START_W, 3_000), 0)
        self.assertEqual(self.solar.reason, "little")
        self.assertIsNone(self.solar.wait_s)

    def test_what_is_missing_in_between_counts(self):
        self.begin()
        self.look(ONE_W + START_W + 400, PATIENCE_J // 400 - 10)
        self.look(ONE_W + START_W - 400, 20)
        self.assertEqual(self.look(ONE_W + START_W + 400, 29), 0)
        self.assertTrue(self.look(ONE_W + START_W + 400, 3) > 0)

    def test_follows_the_surplus_in_steps_of_100_ma_and_never_above(self):
        self.begin()
        self.look(5_000, 600)
        for surplus_w, ma in ((2_300, 10_000), (2_322, 10_000), (2_323, 10_100), (1_380, 6_000)):
            self.assertEqual(self.look(surplus_w, 6), ma, surplus_w)
            self.assertEqual(self.solar.reason, "sun")

    def test_changes_the_current_every_10_s_at_most(self):
        self.begin()
        self.look(5_000, 600)
        last_ma = self.look(3_000, 6)
        kept_s = 0
        for s in range(60):
            ma = self.look(3_000 + 100 * s)
            kept_s += 1
            if ma != last_ma:
                if s > 10:
                    self.assertEqual(kept_s, 10)
                kept_s = 0
            last_ma = ma
        self.assertTrue(ma > 30_000)

    def test_holds_the_least_in_a_shortage_that_the_threshold_allows(self):
        self.begin()
        self.look(5_000, 600)
        self.assertEqual(self.look(ONE_W - STOP_W, 5_000), 6_000)
        self.assertEqual(self.solar.reason, "least")

    def test_stops_the_sooner_the_deeper_the_shortage(self):
        for short_w in (100, 400, 1_000):
            self.begin()
            self.look(5_000, 600)
            self.look(ONE_W - STOP_W)
            self.assertEqual(self.look(ONE_W - STOP_W - short_w), 6_000)
            wait_s = self.solar.wait_s
            s = self.seconds_until(ONE_W - STOP_W - short_w, lambda ma: ma == 0)
            self.assertEqual(s, PATIENCE_J // short_w, short_w)
            self.assertTrue(abs(wait_s - s) <= 1, (wait_s, s))

    def test_knows_what_the_vehicle_draws_itself(self):
        self.begin()
        self.look(3_000, 600)
        self.own_w = 2_990
        self.assertEqual(self.look(3_000, 10), 13_000)

    def test_a_vehicle_without_a_meter_is_taken_to_draw_what_it_may(self):
        self.begin()
        drawn_w = ma = 0
        for _ in range(600):
            self.now_ms += 1_000
            ma = self.solar.look(self.now_ms, drawn_w - 3_000, None, 1, 0)
            drawn_w = ma * 230 // 1_000
        self.assertEqual(ma, 13_000)

    def test_smooths_what_it_follows(self):
        self.begin(smooth_s=20)
        self.look(2_300, 600)
        self.assertEqual(self.look(2_300), 10_000)
        self.assertTrue(10_000 < self.look(4_600, 5) < 15_000)
        self.assertTrue(19_500 < self.look(4_600, 100) <= 20_000)

    def test_a_value_from_afar_counts_for_as_long_as_it_has_stood_for(self):
        self.begin(smooth_s=20)
        self.look(2_300, 600)
        self.look(None, 19)
        self.look(4_600)
        self.assertEqual(self.solar.surplus_w, 2_300 + 2_300 // 2)


class Silence(Sun):
    def test_falls_back_to_nothing_after_the_time_to_live(self):
        self.begin()
        self.look(5_000, 600)
        self.assertTrue(self.look(None, TTL_S - 1) > 6_000)
        self.assertEqual(self.look(None), 0)
        self.assertEqual(self.solar.reason, "silent")

    def test_falls_back_to_the_least_in_minimum(self):
        self.begin(minimum=True)
        self.assertTrue(self.look(5_000, 600) > 6_000)
        self.look(None, TTL_S)
        self.assertEqual(self.look(None), 6_000)
        self.assertEqual(self.solar.reason, "silent")

    def test_before_the_first_value_too(self):
        for minimum, ma in ((False, 0), (True, 6_000)):
            self.begin(minimum)
            self.assertEqual(self.look(None), ma)
            self.assertEqual(self.solar.reason, "silent")

    def test_what_was_before_it_counts_for_nothing(self):
        self.begin(smooth_s=20)
        self.look(5_000, 600)
        self.look(None, TTL_S)
        self.look(500)
        self.assertEqual(self.solar.surplus_w, 500)


class Minimum(Sun):
    def test_is_never_below_6_a_and_follows_the_sun_above(self):
        self.begin(minimum=True)
        for surplus_w, ma in ((-3_000, 6_000), (0, 6_000), (2_300, 10_000), (-8_000, 6_000)):
            self.assertEqual(self.look(surplus_w, 3_000), ma, surplus_w)


class OneAndThree(Sun):
    """Goes to three where one does not suffice, and back where three do not get 6 A each."""

    def begin(self, minimum=False, most=10, phases=1, most_phases=3):
        switches = Switches(PAUSE_S, most)
        super().begin(minimum, phases, switches, most_phases=most_phases)

    def look(self, surplus_w, s=1):
        """The same, on a box that switches at once."""
        for _ in range(s):
            ma = super().look(surplus_w)
            self.connected = self.solar.phases or self.connected
        return ma

    def test_starts_on_as_many_as_there_is_surplus_for(self):
        for surplus_w, phases in ((3_000, 1), (4_000, 1), (6_000, 3)):
            self.begin()
            self.assertTrue(self.look(surplus_w, 600) > 0)
            self.assertEqual(self.connected, phases, surplus_w)

    def test_starts_on_one_where_three_were_connected(self):
        self.begin(phases=3)
        self.assertEqual(self.look(2_300, 600), 10_000)
        self.assertEqual(self.connected, 1)

    def test_goes_to_three_and_back_and_does_not_stop_for_it(self):
        self.begin()
        self.look(3_000, 600)
        for surplus_w, phases, ma in ((6_900, 3, 10_000), (2_300, 1, 10_000), (6_900, 3, 10_000)):
            self.assertEqual(self.look(surplus_w, 2 * PAUSE_S), ma)
            self.assertEqual(self.connected, phases)

    def test_not_before_the_pause_is_over(self):
        self.begin()
        self.look(6_900, 600)
        self.assertEqual(self.connected, 3)
        self.look(2_300, 600)
        self.assertEqual(self.connected, 1)
        begin_ms = self.now_ms
        while self.connected == 1:
            self.look(6_900)
        self.assertTrue(self.now_ms - begin_ms < PAUSE_S * 1_000)
        switched_ms = self.now_ms
        self.assertIsNotNone(self.seconds_until(1_400, lambda ma: ma == 0), "it stops instead")
        self.seconds_until(1_600, lambda ma: ma > 0)
        self.assertEqual(self.connected, 1)
        self.assertTrue(self.now_ms - switched_ms >= PAUSE_S * 1_000)

    def test_stays_on_one_when_the_changes_are_used_up(self):
        self.begin(most=2)
        for surplus_w, phases in ((6_900, 3), (2_300, 1), (6_900, 1)):
            self.look(surplus_w, 2 * PAUSE_S)
            self.assertEqual(self.connected, phases)
        self.solar.begin()
        self.look(6_900, 600)
        self.assertEqual(self.connected, 3)

    def test_does_not_go_to_three_for_a_vehicle_that_draws_on_one(self):
        self.begin(most_phases=1)
        self.assertEqual(self.look(6_900, 3_000), 30_000)
        self.assertEqual(self.connected, 1)

    def test_learns_on_how_many_it_draws_and_unlearns_it_for_the_next(self):
        self.begin(minimum=True, phases=3)
        self.look(6_900, 100)
        self.used = 2
        self.look(6_900, 29)
        self.assertEqual(self.solar.vehicle_phases, 3)
        self.assertEqual(self.look(6_900, 6), 15_000)
        self.assertEqual(self.solar.vehicle_phases, 2)
        self.used = 3
        self.look(6_900)
        self.assertEqual(self.solar.vehicle_phases, 3)
        self.used = 1
        self.look(6_900, 60)
        self.assertEqual(self.solar.vehicle_phases, 1)
        self.solar.begin()
        self.assertEqual(self.solar.vehicle_phases, 3)

    def test_in_minimum_too_and_on_one_in_the_night(self):
        self.begin(minimum=True, phases=3)
        for surplus_w, phases, ma in ((-500, 1, 6_000), (6_900, 3, 10_000), (-500, 1, 6_000)):
            self.assertEqual(self.look(surplus_w, 2 * PAUSE_S), ma)
            self.assertEqual(self.connected, phases)


if __name__ == "__main__":
    unittest.main()
