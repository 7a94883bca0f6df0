"""The charging sequence: every timing of IEC 61851-1 table A.6, a tick before it and at it."""

import unittest

from pilotwire.pilot import faults, reasons
from pilotwire.pilot.duty import X1, F
from pilotwire.pilot.levels import INVALID, A, B, C, D, E
from pilotwire.pilot.levels import F as STATE_F
from pilotwire.pilot.sequence import Sequence

PWM = 2_666
LESS = 1_000
MORE = 5_333


class Box:
    """A sequence and what it is told until it is told something else."""

    def __init__(self, rest_ms=None):
        self.sequence = Sequence() if rest_ms is None else Sequence(rest_ms)
        self.state = B
        self.wanted = PWM
        self.faults = 0

    def run(self, ms):
        for _ in range(ms // 10):
            self.sequence.step(10, self.state, self.wanted, self.faults)
        return self

    def charge(self):
        """From a vehicle just plugged in to a contactor that closed some time ago."""
        self.run(10)
        self.state = C
        return self.run(6_000)

    @property
    def closed(self):
        return self.sequence.closed

    @property
    def duty(self):
        return self.sequence.duty


class Closing(unittest.TestCase):
    def test_starts_open_at_12_v(self):
        s = Sequence()
        self.assertEqual((s.duty, s.closed, s.closings), (X1, 0, 0))
        self.assertEqual((s.opened, s.ready(), s.rested()), (reasons.OPENED_NEVER, False, True))
        self.assertEqual(s.switched_ms, 1_000, "nothing has moved lately")

    def test_comes_500_ms_after_s2(self):
        for state in (C, D):
            box = Box().run(1_000)
            box.state = state
            box.run(490)
            self.assertEqual((box.closed, box.sequence.ready()), (0, False), state)
            box.run(10)
            self.assertEqual((box.closed, box.sequence.ready()), (1, True), state)
            self.assertEqual((box.sequence.closings, box.duty), (1, PWM))

    def test_comes_for_no_other_state(self):
        for state in (A, B, E, STATE_F, INVALID):
            box = Box()
            box.state = state
            self.assertEqual(box.run(10_000).closed, 0, state)

    def test_never_comes_in_d_without_ventilation(self):
        box = Box()
        box.sequence = Sequence(1_000, False)
        box.run(1_000)
        box.state = C
        box.run(490)
        box.state = D
        self.assertEqual(box.run(10_000).sequence.closings, 0)

    def test_needs_500_ms_in_one_piece(self):
        for state, wanted, fault in (
            (B, PWM, 0),
            (A, PWM, 0),
            (INVALID, PWM, 0),
            (C, X1, 0),
            (C, F, 0),
            (C, PWM, faults.PE),
            (C, PWM, faults.WELD),
        ):
            box = Box().run(1_000)
            box.state = C
            box.run(490)
            box.state, box.wanted, box.faults = state, wanted, fault
            box.run(10)
            box.state, box.wanted, box.faults = C, PWM, 0
            self.assertEqual(box.run(490).closed, 0, (state, wanted, fault))

    def test_needs_an_oscillating_pilot(self):
        for wanted in (X1, F):
            box = Box()
            box.state = C
            box.wanted = wanted
            self.assertEqual(box.run(10_000).closed, 0, wanted)
            self.assertFalse(box.sequence.ready())

    def test_waits_until_the_contactor_has_rested(self):
        for rest_ms, after_ms in ((None, 1_000), (0, 500), (3_000, 3_000), (600_000, 600_000)):
            box = Box(rest_ms).run(rest_ms or 0).charge()
            box.state = B
            box.run(10)
            box.state = C
            box.run(after_ms - 10)
            self.assertEqual((box.closed, box.sequence.rested()), (0, rest_ms == 0), rest_ms)
            box.run(10)
            self.assertEqual((box.closed, box.sequence.rested()), (1, True), rest_ms)

    def test_serves_the_rest_after_a_reset_too(self):
        """A brown-out opens the contactor, and takes away who knew when."""
        box = Box(30_000).charge()
        self.assertEqual((box.closed, box.sequence.rested()), (0, False))
        self.assertEqual(box.run(22_980).closed, 0, "the start itself took a second")
        self.assertEqual(box.run(10).closed, 1)

    def test_chatters_no_more_than_six_times_and_then_once_in_10_s(self):
        for idle_ms in (0, 200_000):
            box = Box(0).run(idle_ms)
            at_ms = []
            ms = 0
            while len(at_ms) < 9:
                box.state = B if box.closed else C
                box.run(10)
                ms += 10
                if box.closed:
                    at_ms.append(ms)
            self.assertEqual(at_ms[5] - at_ms[0], 5 * 510)
            self.assertEqual([at - at_ms[0] for at in at_ms[6:]], [10_000, 20_000, 30_000])


class Opening(unittest.TestCase):
    def test_acts_at_once_and_says_why(self):
        for state, fault, opened, duty in (
            (A, 0, reasons.OPENED_UNPLUGGED, PWM),
            (B, 0, reasons.OPENED_BY_VEHICLE, PWM),  # sequence 8.1: the offer stands
            (C, faults.RCD, reasons.OPENED_BY_FAULT, X1),
            (A, faults.PE, reasons.OPENED_BY_FAULT, X1),
            (B, faults.PE, reasons.OPENED_BY_FAULT, X1),
            (E, faults.CP_SHORT, reasons.OPENED_BY_FAULT, X1),
            (C, faults.WELD, reasons.OPENED_BY_FAULT, F),
        ):
            box = Box().charge()
            box.state, box.faults = state, fault
            box.run(10)
            self.assertEqual((box.closed, box.sequence.opened), (0, opened), (state, fault))
            self.assertEqual(box.duty, duty, (state, fault))
            self.assertEqual((box.sequence.ready(), box.sequence.switched_ms), (False, 0))

    def test_without_a_fault_leaves_a_vehicle_that_charges_alone(self):
        for state in (C, D, E, STATE_F, INVALID):  # the last three are faults, but not of today
            box = Box().charge()
            box.state = state
            self.assertEqual(box.run(60_000).closed, 1, state)

    def test_asks_first_and_is_forced_6_s_later(self):
        for state in (C, D):
            box = Box().charge()
            box.state, box.wanted = state, X1
            box.run(10)
            self.assertEqual((box.closed, box.duty), (1, X1))
            self.assertEqual(box.run(6_000).closed, 1)
            self.assertEqual(box.run(10).closed, 0)
            self.assertEqual(box.sequence.opened, reasons.OPENED_FORCED)

    def test_when_the_vehicle_obeys_is_no_other(self):
        for state, opened in ((B, reasons.OPENED_BY_STOP), (A, reasons.OPENED_UNPLUGGED)):
            box = Box().charge()
            box.wanted = X1
            box.run(2_000)
            box.state = state
            box.run(10)
            self.assertEqual((box.closed, box.sequence.opened), (0, opened), state)

    def test_is_finished_once_it_has_begun(self):
        box = Box().charge()
        box.wanted = X1
        box.run(10)
        box.wanted = PWM
        box.run(6_000)
        self.assertEqual((box.closed, box.duty), (1, X1))
        box.run(10)
        self.assertEqual((box.closed, box.sequence.opened), (0, reasons.OPENED_FORCED))

    def test_at_once_when_ventilation_is_asked_for_that_is_not_there(self):
        for ventilated, closed in ((True, 1), (False, 0)):
            box = Box()
            box.sequence = Sequence(1_000, ventilated)
            box.charge()
            box.state = D
            self.assertEqual(box.run(10).closed, closed)

    def test_by_a_stop_is_forgotten_at_the_next_charge(self):
        box = Box().charge()
        box.wanted = X1
        box.run(6_020)
        box.wanted = PWM
        box.run(20_000)
        self.assertEqual((box.closed, box.duty), (1, PWM))
        box.state = B
        box.run(10)
        self.assertEqual(box.sequence.opened, reasons.OPENED_BY_VEHICLE)

    def test_by_a_failed_tick_is_state_f(self):
        box = Box().charge()
        box.sequence.trip()
        self.assertEqual((box.closed, box.duty), (0, F))
        self.assertEqual(box.sequence.opened, reasons.OPENED_BY_FAULT)


class Offer(unittest.TestCase):
    def test_falls_at_once_and_rises_5_s_after_the_last_change(self):
        for state in (B, C):  # open and closed alike: sequence 6
            box = Box().charge()
            box.state = state
            box.run(10)
            box.wanted = LESS
            box.run(10)
            self.assertEqual(box.duty, LESS, state)
            box.wanted = MORE
            self.assertEqual(box.run(5_000).duty, LESS, state)
            self.assertEqual(box.run(10).duty, MORE, state)
            box.wanted = PWM
            self.assertEqual(box.run(10).duty, PWM, state)
            self.assertEqual(box.closed, int(state == C))

    def test_begins_and_ends_at_once(self):
        box = Box()
        for wanted in (PWM, X1, MORE, X1):
            box.wanted = wanted
            self.assertEqual(box.run(10).duty, wanted)

    def test_settles_when_the_pilot_changes_its_form(self):
        box = Box()
        for wanted, settled_ms in ((X1, 10), (PWM, 0), (LESS, 10), (X1, 0), (X1, 10), (F, 0)):
            box.wanted = wanted
            box.run(10)
            self.assertEqual(box.sequence.settled_ms, settled_ms, wanted)
        box.wanted = X1
        self.assertEqual((box.run(310).duty, box.sequence.settled_ms), (X1, 0))


class StateF(unittest.TestCase):
    def test_comes_with_what_needs_a_person_and_lasts_300_ms(self):
        for state in (B, C):
            box = Box().charge()
            box.state = state
            box.run(10)
            box.faults = faults.WELD
            self.assertEqual((box.run(10).duty, box.closed), (F, 0), state)
            box.faults = 0
            self.assertEqual(box.run(300).duty, F, state)
            self.assertEqual(box.run(10).duty, X1, state)
            self.assertEqual(box.run(10).duty, PWM, state)

    def test_lasts_300_ms_whatever_is_wanted_after_it(self):
        for wanted, fault in ((X1, 0), (PWM, 0), (PWM, faults.PE), (X1, faults.PE)):
            box = Box().run(1_000)
            box.faults = faults.GUARD
            box.run(10)
            box.wanted, box.faults = wanted, fault
            self.assertEqual(box.run(300).duty, F, (wanted, fault))
            self.assertEqual(box.run(10).duty, X1, (wanted, fault))

    def test_stays_as_long_as_its_fault(self):
        box = Box().run(1_000)
        box.faults = faults.TAMPER | faults.PE
        for _ in range(100):
            self.assertEqual(box.run(100).duty, F)

    def test_calls_a_vehicle_as_long_as_wanted(self):
        box = Box().run(1_000)
        box.wanted = F
        for _ in range(600):
            self.assertEqual(box.run(10).duty, F)
        box.wanted = PWM
        self.assertEqual([box.run(10).duty, box.run(10).duty], [X1, PWM])

    def test_lasts_300_ms_even_if_the_call_is_broken_off(self):
        box = Box().run(1_000)
        box.wanted = F
        box.run(10)
        box.wanted = X1
        self.assertEqual([box.run(300).duty, box.run(10).duty], [F, X1])

    def test_is_followed_by_an_offer_once_the_vehicle_is_seen_again(self):
        box = Box()
        box.state = STATE_F
        self.assertEqual(box.run(10_000).duty, X1)
        box.state = B
        self.assertEqual(box.run(10).duty, PWM)

    def test_is_not_left_because_the_pilot_has_oscillated_for_long(self):
        box = Box().run(1_000)
        self.assertEqual(box.duty, PWM)


class Timers(unittest.TestCase):
    def test_stop_at_10_min(self):
        s = Sequence(600_010)
        s.switched_ms = 600_010
        for state in (C, C, B):
            s.step(1_000, state, PWM, 0)
        for _ in range(1_300):
            s.step(1_000, C, PWM, 0)
        self.assertEqual((s.closed, s.closings), (0, 1), "it never rests for so long")
        counts = (s.settled_ms, s.switched_ms, s._duty_ms, s._ready_ms)
        self.assertEqual(counts, (600_000,) * 4)
