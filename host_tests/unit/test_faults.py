"""The fault catalogue, and that the guard latches and clears as it says."""

import unittest

from outlet import READY, Outlet
from pilotwire.pilot import faults, handover, reasons, signals
from pilotwire.pilot.duty import X1, F

ITSELF = (
    "cp-short cp-invalid pe sample generator undervoltage overvoltage phase-loss temperature"
    " humidity sensor"
)
UNPLUG = "diode rcd proximity stuck-open emergency-stop lock overcurrent"
OPERATOR = "weld guard rcd-test tamper"
HEAL_MS = 5_000


def mask(codes):
    """The bits of `codes`, one word each."""
    bits = 0
    for place, code in enumerate(faults.CODES):
        if code in codes.split():
            bits |= 1 << place
    return bits


class Catalogue(unittest.TestCase):
    def test_says_who_clears_what(self):
        self.assertEqual(faults.HEALS_ITSELF, mask(ITSELF))
        self.assertEqual(faults.ENDS_UNPLUGGED, mask(UNPLUG))
        self.assertEqual(len(faults.CODES), len((ITSELF + " " + UNPLUG + " " + OPERATOR).split()))

    def test_shows_state_f_for_what_needs_a_person(self):
        self.assertEqual(faults.STATE_F, mask(OPERATOR))

    def test_latches_two_at_once(self):
        self.assertEqual(faults.AT_ONCE, mask("rcd sample"))

    def test_gives_codes_in_its_order(self):
        self.assertEqual(faults.codes(0), [])
        self.assertEqual(faults.codes(faults.TAMPER | faults.PE), ["pe", "tamper"])


def latched(o):
    """The faults as they stand now; what is handed up may be two ticks older."""
    return o.guard._faults


def bad(o, index, value, ms):
    """An input with a bad value for `ms`."""
    good = o.hal.inputs[index]
    o.hal.inputs[index] = value
    o.run(ms)
    o.hal.inputs[index] = good


class Latched(unittest.TestCase):
    def test_with_the_second_of_two_samples(self):
        for index, value, fault in (
            (signals.PE, 0, faults.PE),
            (signals.STOP, 1, faults.STOP),
            (signals.TAMPER, 1, faults.TAMPER),
            (signals.PP_OHM, 1_500, faults.PROXIMITY),
            (signals.FEEDBACK, 0, faults.STUCK_OPEN),
        ):
            o = Outlet().charge()
            o.follow = False
            for _ in range(20):
                bad(o, index, value, 10)
                o.run(10)
            self.assertEqual((latched(o), o.hal.closed), (0, 1), "a glitch shows once")
            bad(o, index, value, 20)
            self.assertEqual((latched(o), o.hal.closed), (fault, 0))

    def test_with_the_first_for_a_trip_and_a_missing_sample(self):
        o = Outlet().charge()
        bad(o, signals.RCD, 1, 10)
        self.assertEqual((latched(o), o.hal.closed), (faults.RCD, 0))
        o = Outlet().charge()
        o.hal.dt_ms = -1
        o.tick()
        self.assertEqual((latched(o), o.hal.closed), (faults.SAMPLE, 0))

    def test_with_a_missing_sample_on_top_of_a_slow_one(self):
        o = Outlet().charge()
        o.guard._slow = faults.TEMPERATURE
        o.hal.dt_ms = -1
        o.tick()
        o.tick()
        self.assertEqual(latched(o), faults.SAMPLE | faults.TEMPERATURE)

    def test_not_by_a_plug_that_is_pulled(self):
        # Pilot and proximity part within some ms, in either order.
        for first in ("pilot", "proximity"):
            o = Outlet().charge()
            if first == "pilot":
                o.vehicle = "A"
            else:
                o.hal.inputs[signals.PP_OHM] = 30_000
            o.run(10)
            o.unplug()
            o.run(100)
            self.assertEqual((latched(o), o.hal.closed), (0, 0), first)

    def test_by_a_weld_only_when_the_contact_has_had_200_ms_to_move(self):
        o = Outlet().charge()
        o.follow = False
        o.vehicle = "B"
        o.until(lambda: not o.hal.closed, 100)
        took_ms = o.until(lambda: latched(o), 1_000)
        self.assertEqual((latched(o), took_ms), (faults.WELD, 220))


class Healed(unittest.TestCase):
    def test_5_s_after_the_last_cause(self):
        for charged_ms in (0, 8_000, 60_000):
            o = Outlet().charge()
            o.run(charged_ms)
            bad(o, signals.PE, 0, 1_000)
            self.assertEqual(latched(o), faults.PE)
            o.run(3_000)
            bad(o, signals.PE, 0, 10)  # one sample begins the time anew
            self.assertEqual(o.until(lambda o=o: not latched(o), 6_000), HEAL_MS)

    def test_together_when_none_is_left(self):
        o = Outlet().charge()
        bad(o, signals.PE, 0, 100)
        o.vehicle = "E"
        o.run(20)
        self.assertEqual(latched(o), mask("pe cp-short"))
        o.vehicle = "B"
        self.assertEqual(o.until(lambda: not latched(o), 6_000), HEAL_MS)

    def test_but_not_what_needs_more(self):
        o = Outlet().charge()
        o.hal.inputs[signals.RCD] = 1
        o.hal.inputs[signals.PE] = 0
        o.run(100)
        o.hal.inputs[signals.RCD] = 0
        o.hal.inputs[signals.PE] = 1
        self.assertEqual(latched(o), mask("pe rcd"))
        o.run(60_000)
        self.assertEqual(latched(o), mask("rcd"))

    def test_five_times_a_vehicle(self):
        o = Outlet().charge()
        for _ in range(5):
            bad(o, signals.PE, 0, 100)
            o.run(HEAL_MS)
            self.assertEqual(latched(o), 0)
        bad(o, signals.PE, 0, 100)
        o.run(60_000)
        self.assertEqual(latched(o), faults.PE)
        o.unplug()
        self.assertEqual(o.until(lambda: not latched(o), 6_000), HEAL_MS + 10)
        o.plug()
        for _ in range(5):
            bad(o, signals.PE, 0, 100)
            o.run(HEAL_MS)
            self.assertEqual(latched(o), 0, "the next vehicle has its own")

    def test_any_number_of_times_without_a_vehicle(self):
        o = Outlet()
        for _ in range(12):
            bad(o, signals.PE, 0, 100)
            self.assertEqual(latched(o), faults.PE)
            o.run(HEAL_MS)
            self.assertEqual(latched(o), 0)

    def test_as_often_again_when_an_operator_clears(self):
        o = Outlet().charge()
        for clear in (1, 2):
            for _ in range(5):
                bad(o, signals.PE, 0, 100)
                o.run(HEAL_MS)
            bad(o, signals.PE, 0, 100)
            o.run(60_000)
            self.assertEqual(latched(o), faults.PE)
            o.hand_down(clear=clear)
            o.run(40)
            self.assertEqual(latched(o), 0)


class Cleared(unittest.TestCase):
    def test_when_the_vehicle_leaves(self):
        for index, value, left in (
            (signals.STOP, 1, 0),
            (signals.RCD, 1, 0),
            (signals.TAMPER, 1, faults.TAMPER),
            (signals.FEEDBACK, 0, 0),
        ):
            o = Outlet().charge()
            o.follow = index != signals.FEEDBACK
            bad(o, index, value, 40)
            o.hal.inputs[signals.FEEDBACK] = 0
            self.assertTrue(latched(o))
            o.run(20_000)
            self.assertTrue(latched(o), "a person, or the vehicle")
            o.unplug()
            o.run(100)
            self.assertEqual(latched(o), left, index)

    def test_when_the_vehicle_leaves_and_not_while_it_is_away(self):
        o = Outlet()
        bad(o, signals.STOP, 1, 100)
        o.run(60_000)
        self.assertEqual(latched(o), faults.STOP)
        o.plug()
        o.run(1_000)
        self.assertEqual(latched(o), faults.STOP)
        o.unplug()
        o.run(100)
        self.assertEqual(latched(o), 0)

    def test_by_an_operator_with_a_number_that_is_new(self):
        o = Outlet().charge()
        bad(o, signals.TAMPER, 1, 100)
        self.assertEqual((latched(o), o.hal.duty), (faults.TAMPER, F))
        for clear, left in ((0, faults.TAMPER), (7, 0), (7, 0)):
            o.hand_down(clear=clear)
            o.run(1_000)
            self.assertEqual(latched(o), left, clear)
        bad(o, signals.TAMPER, 1, 100)
        o.hand_down(clear=7)
        o.run(1_000)
        self.assertEqual(latched(o), faults.TAMPER)

    def test_by_an_operator_not_while_its_cause_lasts(self):
        o = Outlet().charge()
        o.hal.inputs[signals.TAMPER] = 1
        o.run(100)
        o.hand_down(flags=READY, clear=1)
        o.run(1_000)
        self.assertEqual((latched(o), o.hal.closed), (faults.TAMPER, 0))

    def test_lets_the_charge_go_on(self):
        o = Outlet().charge()
        bad(o, signals.PE, 0, 100)
        self.assertEqual(o.hal.duty, X1)
        self.assertTrue(o.until(lambda: o.hal.closed, 7_000) is not None)


class Timing(unittest.TestCase):
    def test_of_a_pilot_that_has_changed_its_form_begins_after_30_ms(self):
        o = Outlet()
        o.hand_down()
        o.low_mv = -9_000  # no diode
        o.plug()
        o.until(lambda: o.hal.duty != X1, 1_000)
        self.assertEqual(o.until(lambda: latched(o), 1_000), 50, "and must show twice")
        self.assertEqual(latched(o), faults.DIODE)

    def test_goes_on_without_a_sample(self):
        o = Outlet()
        o.hand_down(32_000, ttl_ms=1_000, fallback_ma=8_000)
        o.talking = False
        o.run(100)
        o.hal.dt_ms = -1
        for _ in range(85):
            o.tick()
        self.assertEqual(o.guard.handover.up[handover.UP_LIMIT_MA], 32_000)
        for _ in range(10):
            o.tick()
        self.assertEqual(o.guard.handover.up[handover.UP_LIMIT_MA], 8_000)

    def test_of_silence_stops_at_10_min(self):
        for silent_ms, most_ms in ((599_999, 600_029), (600_000, 600_000)):
            o = Outlet()
            o.talking = False
            o.guard._silent_ms = silent_ms
            o.run(900)
            self.assertTrue(600_000 <= o.guard._silent_ms <= most_ms)

    def test_takes_a_sample_after_no_time_for_a_sample(self):
        o = Outlet().charge()
        o.hal.dt_ms = 0
        for _ in range(10):
            o.tick()
        self.assertEqual((latched(o), o.hal.closed), (0, 1))


class Watchdog(unittest.TestCase):
    def fed(self, o, silent_ms):
        """How often it is fed in three ticks before each of which ring 1 is so long silent."""
        fed = o.hal.fed
        for _ in range(3):
            o.guard._silent_ms = silent_ms
            o.run(10)
        return o.hal.fed - fed

    def test_is_fed_until_ring_1_is_silent_and_the_contactor_open(self):
        for charging in (False, True):
            o = Outlet().charge() if charging else Outlet()
            o.talking = False
            self.assertEqual(self.fed(o, 0), 3)
            self.assertTrue(self.fed(o, 29_999) >= 2, "one of them listens")
            self.assertEqual(self.fed(o, 30_000), 3 if charging else 0)
            self.assertTrue(o.guard._why_not & reasons.SILENT)
