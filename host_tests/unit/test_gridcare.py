"""What the grid wants acts with the call that brings it, and ends slowly."""

import unittest

from pilotwire.pilot.handover import NO_LIMIT_MA
from pilotwire.power.gridcare import Dimming, GridCare

RATED_MA = 32_000
USUAL = [230_000] * 3
CODE = {
    "mv": 230_000,
    "hz": [[49_500, 0], [49_800, 1_000]],
    "volts": [[850, 0], [900, 1_000]],
    "back": [900, 1_090, 49_900, 50_100, 60],
    "rise_ma": 1_000,
}
WELL = 50_000
NONE = NO_LIMIT_MA, ""


class DimmingTest(unittest.TestCase):
    def setUp(self):
        self.make()

    def make(self, w=4_200, least_ma=6_000):
        self.now_ms = 0
        self.dimming = Dimming(w, least_ma, 1_000, RATED_MA, self.now_ms)

    def look(self, contact=False, register=0, phases=3, volts=USUAL, seconds=1):
        self.now_ms += seconds * 1_000
        ma = self.dimming.look(self.now_ms, contact, register, phases, volts)
        return ma, self.dimming.reason


class Power(DimmingTest):
    def test_is_shared_by_the_phases_that_are_switched_on(self):
        for w, phases, volts, ma in (
            (4_200, 3, USUAL, 6_000),  # 6,086
            (4_200, 1, USUAL, 18_250),  # 18,260
            (4_200, 1, [], 18_250),
            (4_200, 1, [None, 1, 1], 18_250),
            (4_200, 1, [210_000, 1, 1], 20_000),
            (11_000, 3, [220_000, 230_000, 240_000], 15_750),  # 15,942
            (11_000, 3, [220_000, None, 240_000], 15_750),
            (0, 3, USUAL, 6_000),
        ):
            self.make(w)
            self.assertEqual(self.look(True, 0, phases, volts), (ma, "contact"), (w, phases))

    def test_is_never_less_than_the_setting_leaves(self):
        for least_ma, ma in ((0, 5_250), (6_000, 6_000), (8_000, 8_000)):
            self.make(4_200, least_ma)
            self.assertEqual(self.look(True, volts=[260_000] * 3)[0], ma)

    def test_does_not_go_up_and_down_with_the_volts(self):
        self.make(11_000)
        self.look(True)
        self.assertEqual(self.look(True, volts=[240_000] * 3)[0], 15_250)
        self.assertEqual(self.look(True, volts=[220_000] * 3, seconds=3_600)[0], 15_250)

    def test_follows_the_phases_at_once_downward(self):
        self.assertEqual(self.look(True, phases=1)[0], 18_250)
        self.assertEqual(self.look(True, phases=3)[0], 6_000)
        self.assertEqual(self.look(True, phases=1, seconds=60)[0], 7_000)


class Orders(DimmingTest):
    def test_of_a_contact_hold_while_it_is_closed(self):
        self.assertEqual(self.look(), NONE)
        self.assertEqual(self.look(True), (6_000, "contact"))
        self.assertEqual(self.look(True, seconds=86_400), (6_000, "contact"))
        self.assertEqual(self.dimming.left_s(self.now_ms), None)
        self.assertEqual(self.look(seconds=60), (7_000, "rise"))
        self.assertEqual(self.dimming.left_s(self.now_ms), 25 * 60 + 1)
        self.assertEqual(self.look(True), (6_000, "contact"))
        self.assertEqual(self.look(seconds=3_600), NONE)
        self.assertEqual(self.dimming.left_s(self.now_ms), 0)

    def test_of_a_register_hold_while_it_is_not_0(self):
        for word in (1, 65_534):
            self.assertEqual(self.look(register=word), (6_000, "register"))
        self.assertEqual(self.look(register=0, seconds=60), (7_000, "rise"))

    def test_of_a_register_that_is_silent_hold_after_two_minutes(self):
        self.assertEqual(self.look(register=None, seconds=119), NONE)
        self.assertEqual(self.look(register=None), (6_000, "silent"))
        for jump_ms in (1 << 28, 1 << 29):
            self.now_ms = jump_ms
            self.assertEqual(self.look(register=None)[1], "silent")
        self.assertEqual(self.look(register=0)[1], "rise")
        self.assertEqual(self.look(register=None, seconds=119)[1], "rise")

    def test_of_a_command_hold_for_its_time(self):
        self.dimming.order(self.now_ms, 900)
        self.assertEqual(self.look(), (6_000, "command"))
        self.assertEqual(self.dimming.left_s(self.now_ms), 899)
        self.assertEqual(self.look(seconds=898), (6_000, "command"))
        self.assertEqual(self.look(), (6_000, "rise"))
        self.now_ms = 0
        self.assertEqual(self.look()[1], "rise")  # and not again when the clock comes around

    def test_of_a_command_end_with_the_next_one(self):
        self.dimming.order(self.now_ms, 900)
        self.look()
        self.dimming.order(self.now_ms, 60)
        self.assertEqual(self.look(seconds=60)[1], "rise")
        self.dimming.order(self.now_ms, 900)
        self.assertEqual(self.look()[1], "command")
        self.dimming.order(self.now_ms, 0)
        self.assertEqual(self.look()[1], "rise")


class CareTest(unittest.TestCase):
    def setUp(self):
        self.make()

    def make(self, phases=3, delay_s=600, random=0, outage=False):
        self.now_ms = 0
        self.drawn = 0
        self.random = random
        self.care = GridCare(CODE, phases, RATED_MA, delay_s, self.bits, self.now_ms, outage)

    def bits(self, n):
        self.drawn += 1
        return self.random * ((1 << n) - 1)

    def look(self, volts=USUAL, mhz=WELL, outage=False, seconds=1):
        self.now_ms += seconds * 1_000
        return self.care.look(self.now_ms, volts, mhz, outage), self.care.reason

    def after(self, **event):
        """[(reason, seconds it lasts)] of the return after one look with `event`."""
        self.look(**event)
        found = []
        while not found or found[-1][0]:
            reason = self.look()[1]
            if not found or found[-1][0] != reason:
                found.append([reason, 0])
            found[-1][1] += 1
        return found[:-1]


class Reduction(CareTest):
    def test_is_linear_in_the_frequency(self):
        for mhz, ma in (
            (49_800, NO_LIMIT_MA),
            (49_799, 31_750),
            (49_650, 16_000),
            (49_530, 3_000),
            (49_500, 0),
            (47_000, 0),
        ):
            self.make()
            expected = ma, "" if ma == NO_LIMIT_MA else "frequency"
            self.assertEqual(self.look(mhz=mhz), expected, mhz)

    def test_is_linear_in_the_lowest_voltage_of_the_phases_in_use(self):
        for phases, volts, ma in (
            (3, [230_000, 207_000, 230_000], NO_LIMIT_MA),
            (3, [230_000, 230_000, 201_250], 16_000),
            (3, [230_000, 195_500, 201_250], 0),
            (3, [None, 230_000, 201_250], 16_000),
            (1, [230_000, 0, 0], NO_LIMIT_MA),
        ):
            self.make(phases)
            expected = ma, "" if ma == NO_LIMIT_MA else "voltage"
            self.assertEqual(self.look(volts), expected, volts)

    def test_is_the_lesser_of_both(self):
        self.assertEqual(self.look([201_250] * 3, 49_530), (3_000, "frequency"))
        self.assertEqual(self.look([196_000] * 3, 49_799)[1], "voltage")

    def test_stays_at_its_worst_until_the_return(self):
        self.look(mhz=49_650)
        self.assertEqual(self.look(mhz=49_780), (16_000, "frequency"))
        self.assertEqual(self.look(mhz=49_850), (16_000, "wait"))
        self.assertEqual(self.look(mhz=49_600), (10_500, "frequency"))
        self.assertEqual(self.look(), (10_500, "wait"))

    def test_needs_values_and_what_is_missing_is_told(self):
        for volts, mhz, blind in (
            (USUAL, WELL, False),
            (USUAL, None, True),
            ([], WELL, True),
            ([None] * 3, WELL, True),
            ([], None, True),
        ):
            self.assertEqual(self.look(volts, mhz), NONE)
            self.assertEqual(self.care.blind, blind)
        self.look(mhz=49_650)
        self.assertEqual(self.look([], None), (16_000, "wait"))


class Return(CareTest):
    def test_waits_then_is_delayed_then_rises(self):
        for random, expected in (
            (0, [["wait", 59], ["rise", 959]]),  # and the second of the event itself
            (1, [["wait", 59], ["delay", 600], ["rise", 959]]),
        ):
            self.make(random=random)
            self.assertEqual(self.after(mhz=49_650), expected)

    def test_after_an_outage_begins_with_nothing_and_then_with_6_a(self):
        self.make(random=1, outage=True)
        self.assertEqual(self.look(), (0, "wait"))
        self.assertEqual(self.look(seconds=59), (0, "delay"))
        self.assertEqual(self.care.left_s(), 600)
        self.assertEqual(self.look(seconds=599), (0, "delay"))
        self.assertEqual(self.look(), (6_000, "rise"))
        self.assertEqual(self.care.left_s(), 26 * 60 + 1)
        self.assertEqual(self.look(seconds=60), (7_000, "rise"))
        self.assertEqual(self.look(seconds=25 * 60), NONE)

    def test_is_the_same_after_ring_0_has_found_the_mains_missing(self):
        self.assertEqual(self.look(outage=True), (0, "outage"))
        self.assertEqual(self.look([], None, True), (0, "outage"))
        self.assertEqual(self.look(seconds=59), (0, "wait"))
        self.assertEqual(self.look(), (6_000, "rise"))

    def test_waits_for_the_whole_range(self):
        for volts, mhz, reason in (
            ([230_000, 206_999, 230_000], WELL, "voltage"),
            ([230_000, 250_930, 230_000], WELL, "wait"),
            (USUAL, 49_899, "wait"),
            (USUAL, 50_101, "wait"),
        ):
            self.make()
            self.look(mhz=49_650)
            self.assertEqual(self.look(seconds=59), (16_000, "wait"))
            self.assertEqual(self.look(volts, mhz), (16_000, reason))
            self.assertEqual(self.look(seconds=59), (16_000, "wait"))
            self.assertEqual(self.look()[1], "rise")

    def test_is_delayed_once_an_event(self):
        self.make(random=1)
        for events in (1, 2):
            self.look(mhz=49_600)
            self.look(mhz=49_700)
            self.look(seconds=100)
            self.look(mhz=49_600)
            self.assertEqual(self.drawn, events)
            self.assertEqual(self.look(seconds=660)[1], "rise")

    def test_without_a_delay_rises_after_the_wait(self):
        self.make(delay_s=0, random=1)
        self.assertEqual([row[0] for row in self.after(mhz=49_650)], ["wait", "rise"])

    def test_that_is_interrupted_falls_at_once(self):
        self.look(outage=True)
        self.look(seconds=60)
        self.assertEqual(self.look(seconds=600), (16_000, "rise"))
        self.assertEqual(self.look(mhz=49_600), (10_500, "frequency"))


if __name__ == "__main__":
    unittest.main()
