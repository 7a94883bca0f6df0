"""How often phases change, and how unlike each other they may be."""

import unittest

from pilotwire.power.phases import Switches, balanced_ma

PAUSE_S = 600


class Balanced(unittest.TestCase):
    def test_no_phase_draws_more_than_the_imbalance_above_the_least(self):
        for current_ma, limit_ma in (
            ((0, 0, 0), 20_000),
            ((20_000, 0, 0), 20_000),
            ((16_000, 16_000, 0), 20_000),
            ((16_000, 15_900, 16_100), 35_900),
            ((-9_000, -9_100, -9_200), 29_000),  # a meter that is wired the other way round
            ((16_000, None, 16_000), 20_000),
            ((None, None, None), 20_000),
        ):
            self.assertEqual(balanced_ma(current_ma, 20_000), limit_ma, current_ma)


class Changes(unittest.TestCase):
    def setUp(self):
        self.now_ms = 0
        self.switches = Switches(PAUSE_S, 4)
        self.switches.look(0, 1)

    def after(self, ms, phases):
        self.now_ms += ms
        self.switches.look(self.now_ms, phases)

    def test_the_phases_of_the_start_are_no_change(self):
        self.assertEqual(self.switches.count, 0)
        self.assertTrue(self.switches.may(3))
        self.assertFalse(self.switches.may(1))

    def test_none_for_a_pause_after_each(self):
        self.after(1_000, 3)
        for ms, may in ((0, False), (PAUSE_S * 1_000 - 1, False), (1, True)):
            self.after(ms, 3)
            self.assertEqual(self.switches.may(1), may)

    def test_the_last_of_a_charge_leads_to_one_phase(self):
        for phases in (3, 1, 3):
            self.after(PAUSE_S * 1_000, phases)
        self.after(PAUSE_S * 1_000, 3)
        self.assertTrue(self.switches.may(1))
        self.after(0, 1)
        self.after(PAUSE_S * 1_000, 1)
        self.assertEqual(self.switches.count, 4)
        self.assertFalse(self.switches.may(3))
        self.switches.begin()
        self.assertTrue(self.switches.may(3))

    def test_with_an_odd_number_the_last_stays_unused(self):
        switches = Switches(PAUSE_S, 1)
        switches.look(0, 1)
        self.assertFalse(switches.may(3))
        switches = Switches(PAUSE_S, 1)
        switches.look(0, 3)
        self.assertTrue(switches.may(1))

    def test_the_pause_of_before_holds_in_another_charge(self):
        self.after(1_000, 3)
        self.switches.begin()
        self.assertFalse(self.switches.may(1))


if __name__ == "__main__":
    unittest.main()
