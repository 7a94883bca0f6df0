"""The mains and the vehicle's current, from the meter's readings and their age."""

import unittest
from array import array

from pilotwire.pilot import reasons
from pilotwire.pilot.duty import X1, duty_for
from pilotwire.pilot.faults import OVERCURRENT, OVERVOLTAGE, PHASE_LOSS, UNDERVOLTAGE
from pilotwire.pilot.handover import (
    DOWN_CURRENT_MA,
    DOWN_READING,
    DOWN_VOLTAGE_MV,
    N_DOWN,
    UNKNOWN,
)
from pilotwire.pilot.settings import Settings
from pilotwire.pilot.supply import Supply

GOOD = (230_000, 230_000, 230_000)


class Mains:
    """A supply whose meter reads something new every step, unless it is `silent`."""

    def __init__(self, **settings):
        self.down = array("i", [0] * N_DOWN)
        self.supply = Supply(self.down, Settings(**settings))
        self.silent = False
        self.duty = X1
        self.closed = 0
        self.volts(GOOD)
        self.amps(0, 0, 0)

    def volts(self, mv):
        for k in range(3):
            self.down[DOWN_VOLTAGE_MV + k] = mv[k]
        return self

    def amps(self, *ma):
        for k in range(3):
            self.down[DOWN_CURRENT_MA + k] = ma[k]
        return self

    def offer(self, ma):
        self.duty = duty_for(ma)
        self.closed = 1
        return self

    def run(self, ms, dt_ms=10):
        for _ in range(ms // dt_ms):
            if not self.silent:
                self.down[DOWN_READING] += 1
            self.supply.step(dt_ms, self.duty, self.closed)
            self.supply.volts(dt_ms, self.closed)
        return self

    @property
    def seen(self):
        return self.supply.seen

    @property
    def why_not(self):
        return self.supply.why_not


# Voltages, number of phases of the supply, what is seen once it has lasted.
VOLTAGES = (
    (GOOD, 3, 0),
    ((184_000, 264_000, 230_000), 3, 0),
    ((230_000, 183_999, 230_000), 3, UNDERVOLTAGE),
    ((230_000, 230_000, 264_001), 3, OVERVOLTAGE),
    ((300_000, 150_000, 230_000), 3, UNDERVOLTAGE),
    ((230_000, 230_000, 115_000), 3, UNDERVOLTAGE),
    ((230_000, 230_000, 114_999), 3, PHASE_LOSS),
    ((230_000, 230_000, 0), 3, PHASE_LOSS),
    ((0, 230_000, 0), 3, PHASE_LOSS),
    ((300_000, 0, 150_000), 3, PHASE_LOSS),
    ((0, 0, 0), 3, UNDERVOLTAGE),
    ((230_000, 230_000, UNKNOWN), 3, 0),
    ((230_000, 0, UNKNOWN), 3, PHASE_LOSS),
    ((0, UNKNOWN, UNKNOWN), 3, UNDERVOLTAGE),
    ((UNKNOWN, UNKNOWN, 300_000), 3, OVERVOLTAGE),
    ((UNKNOWN, UNKNOWN, UNKNOWN), 3, 0),
    ((230_000, 0, 300_000), 1, 0),
    ((183_999, 0, 0), 1, UNDERVOLTAGE),
    ((0, 230_000, 230_000), 1, UNDERVOLTAGE),
    ((264_001, 230_000, 230_000), 1, OVERVOLTAGE),
)


class Voltage(unittest.TestCase):
    def test_out_of_range_for_3_s_is_a_fault(self):
        for mv, phases, fault in VOLTAGES:
            m = Mains(phases=phases).run(10_000).volts(mv)
            m.run(3_000)
            self.assertEqual(m.seen, 0, mv)
            m.run(10)
            self.assertEqual(m.seen, fault, mv)
            m.volts(GOOD).run(10)
            self.assertEqual(m.seen, 0, mv)

    def test_limits_are_settings(self):
        m = Mains(under_mv=207_000, over_mv=253_000).run(10_000)
        for mv, fault in (
            (206_999, UNDERVOLTAGE),
            (207_000, 0),
            (253_000, 0),
            (253_001, OVERVOLTAGE),
        ):
            m.volts((mv, 230_000, 230_000)).run(3_010)
            self.assertEqual(m.seen, fault, mv)

    def test_fault_that_changes_its_kind_lasts_on(self):
        m = Mains().run(10_000).volts((150_000, 230_000, 230_000)).run(2_000)
        m.volts((0, 230_000, 230_000)).run(1_000)
        self.assertEqual(m.seen, 0)
        self.assertEqual(m.run(10).seen, PHASE_LOSS)

    def test_fault_that_was_interrupted_begins_anew(self):
        for interrupt in ("good", "silent"):
            m = Mains().run(10_000).volts((0, 0, 0)).run(3_000)
            if interrupt == "good":
                m.volts(GOOD).run(10)
            else:
                m.silent = True
                m.run(10_000)
                m.silent = False
            m.volts((0, 0, 0)).run(3_000)
            self.assertEqual(m.seen, 0, interrupt)
            self.assertEqual(m.run(10).seen, UNDERVOLTAGE, interrupt)

    def test_must_have_been_in_range_for_5_s_before_closing(self):
        for mains_ms in (5_000, 60_000, 600_000):
            m = Mains(mains_ms=mains_ms).run(mains_ms - 10)
            self.assertEqual(m.why_not, reasons.MAINS)
            self.assertEqual(m.run(10).why_not, 0)
            m.volts((100_000, 230_000, 230_000)).run(10)
            self.assertEqual(m.why_not, reasons.MAINS, "an outage")
            m.volts(GOOD).run(mains_ms - 10)
            self.assertEqual(m.why_not, reasons.MAINS)
            self.assertEqual(m.run(10).why_not, 0)

    def test_that_sags_for_a_moment_stops_no_charge(self):
        m = Mains().run(10_000).offer(16_000).run(1_000)
        m.volts((100_000, 230_000, 230_000)).run(2_000)
        self.assertEqual((m.why_not, m.seen), (0, 0))
        m.volts(GOOD).run(1_000)
        self.assertEqual((m.why_not, m.seen), (0, 0))
        m.volts((100_000, 230_000, 230_000)).run(10)
        m.closed = 0
        self.assertEqual(m.run(10).why_not, reasons.MAINS)

    def test_that_nobody_measures_holds_nothing_back(self):
        m = Mains().volts((UNKNOWN, UNKNOWN, UNKNOWN)).run(10)
        self.assertEqual(m.why_not, 0)


class Age(unittest.TestCase):
    def test_of_10_s_is_too_old(self):
        for metered, why_not in ((False, 0), (True, reasons.METER)):
            m = Mains(metered=metered)
            self.assertEqual(m.supply.why_not, why_not, "nothing read so far")
            m.silent = True
            m.run(10)
            self.assertEqual(m.supply.why_not, why_not, "nor now")
            m.silent = False
            m.offer(16_000).amps(5_000, 0, 0).run(6_000).volts((0, 0, 0)).run(5_000)
            self.assertEqual((m.seen, m.why_not), (UNDERVOLTAGE, 0))
            m.silent = True
            m.run(9_990)
            self.assertEqual((m.seen, m.why_not, m.supply.drawing), (UNDERVOLTAGE, 0, True))
            m.run(10)
            self.assertEqual((m.seen, m.why_not, m.supply.drawing), (0, why_not, False), metered)
            m.silent = False
            m.volts(GOOD).run(10)
            self.assertEqual(m.supply.drawing, True)

    def test_makes_the_range_be_proven_anew(self):
        m = Mains().run(10_000)
        m.silent = True
        m.run(10_000)
        m.silent = False
        self.assertEqual(m.run(4_990).why_not, reasons.MAINS)
        self.assertEqual(m.run(10).why_not, 0)

    def test_of_5_s_accuses_no_vehicle_of_overcurrent(self):
        m = Mains().offer(16_000).amps(20_000, 0, 0).run(5_000)
        self.assertEqual(m.seen, OVERCURRENT)
        m.silent = True
        self.assertEqual(m.run(4_990).seen, OVERCURRENT)
        self.assertEqual(m.run(10).seen, 0)
        self.assertEqual(m.run(20_000).seen, 0)
        m.silent = False
        self.assertEqual(m.run(4_990).seen, 0)
        self.assertEqual(m.run(10).seen, OVERCURRENT)


# Offered, and the most that is borne: GB/T 18487.1-2023 A.3.10.9. Offers are multiples of 6 mA.
BORNE = (
    (6_000, 8_000),
    (10_002, 12_002),
    (15_996, 17_996),
    (19_998, 21_998),
    (20_004, 22_004),
    (31_998, 35_197),
    (63_000, 69_300),
    (80_000, 88_000),
)


class Current(unittest.TestCase):
    def test_above_what_is_offered_for_5_s_is_a_fault(self):
        for offered_ma, most_ma in BORNE:
            for phase in range(3):
                ma = [0, 0, 0]
                ma[phase] = most_ma
                m = Mains().offer(offered_ma).amps(*ma).run(20_000)
                self.assertEqual(m.seen, 0, offered_ma)
                ma[phase] = most_ma + 1
                m.amps(*ma).run(4_990)
                self.assertEqual(m.seen, 0, offered_ma)
                self.assertEqual(m.run(10).seen, OVERCURRENT, offered_ma)
                ma[phase] = most_ma
                self.assertEqual(m.amps(*ma).run(10).seen, 0, offered_ma)
                ma[phase] = most_ma + 1
                self.assertEqual(m.amps(*ma).run(4_990).seen, 0, "it begins anew")

    def test_may_follow_a_reduction_for_5_s(self):
        for charged_ms in (10_000, 12_340):
            m = Mains().offer(32_000).amps(32_000, 32_000, 32_000).run(charged_ms)
            m.offer(10_000).run(4_990 + 4_990)
            self.assertEqual(m.seen, 0)
            self.assertEqual(m.run(10).seen, OVERCURRENT)

    def test_may_follow_the_next_reduction_as_long(self):
        m = Mains().offer(32_000).amps(34_000, 0, 0).run(10_000)
        m.offer(31_000).run(4_990)
        m.offer(32_000).run(10)  # and up again: nothing is to be followed
        m.offer(10_000).run(9_980)
        self.assertEqual(m.seen, 0)
        self.assertEqual(m.run(10).seen, OVERCURRENT)
        m = Mains().offer(32_000).amps(34_000, 0, 0).run(10_000)
        m.offer(20_000).run(5_000)
        m.amps(20_000, 0, 0).offer(10_000).run(9_980)
        self.assertEqual(m.seen, 0)
        self.assertEqual(m.run(10).seen, OVERCURRENT)

    def test_is_judged_only_against_an_offer(self):
        # Sequence 10.2 looks after a vehicle that ignores X1; an open contactor after itself.
        for duty, closed in ((X1, 1), (duty_for(6_000), 0), (X1, 0)):
            m = Mains().amps(32_000, 0, 0)
            m.duty, m.closed = duty, closed
            self.assertEqual(m.run(60_000).seen, 0, (duty, closed))

    def test_of_an_earlier_session_is_forgotten(self):
        m = Mains().offer(32_000).run(10_000)
        m.closed = 0
        m.run(5_000)
        m.offer(6_000).amps(10_000, 0, 0).run(5_000)
        self.assertEqual(m.seen, OVERCURRENT)

    def test_is_told_together_with_the_voltage(self):
        m = Mains().run(10_000).offer(6_000).run(5_000)
        m.amps(10_000, 0, 0).volts((0, 0, 0)).run(6_000)
        self.assertEqual(m.seen, OVERCURRENT | UNDERVOLTAGE)

    def test_of_more_than_1_a_is_a_load(self):
        for ma, drawing in (
            ((1_000, 1_000, 1_000), False),
            ((1_001, 0, 0), True),
            ((0, 1_001, 0), True),
            ((0, 0, 1_001), True),
            ((UNKNOWN, UNKNOWN, UNKNOWN), False),
            ((UNKNOWN, 5_000, UNKNOWN), True),
        ):
            m = Mains().amps(*ma).run(10)
            self.assertEqual(m.supply.drawing, drawing, ma)


class Timers(unittest.TestCase):
    def test_stop_at_10_min(self):
        m = Mains().offer(6_000).amps(10_000, 0, 0).run(1_300_000, 1_000)
        self.assertEqual((m.supply._over_ms, m.supply._in_range_ms), (600_000, 600_000))
        m.volts((0, 0, 0)).run(1_300_000, 1_000)
        self.assertEqual(m.supply._out_ms, 600_000)
        m.silent = True
        m.run(1_300_000, 1_000)
        self.assertEqual(m.supply._age_ms, 600_000)
