"""The vehicle's state from the pilot, and what the plateaus tell: tables A.2, A.4, sequence 11."""

import unittest
from array import array

from pilotwire.pilot import signals
from pilotwire.pilot.duty import X1, F
from pilotwire.pilot.faults import CP_INVALID, CP_SHORT, DIODE, GENERATOR
from pilotwire.pilot.levels import GBT, IEC, INVALID, A, B, C, D, E
from pilotwire.pilot.levels import F as STATE_F
from pilotwire.pilot.vehicle import Vehicle

PWM = 2_666
MV = {A: 12_000, B: 9_000, C: 6_000, D: 3_000, E: 0, STATE_F: -12_000, INVALID: -5_000}
EDGES_MV = (13_000, 11_000, 10_000, 8_000, 7_000, 5_000, 4_000, 2_000, 1_000)
LOW_EDGES_MV = (-1_000, -10_000, -11_000, -13_000)


class Pilot:
    """A vehicle, and a pilot of two plateaus."""

    def __init__(self, windows=IEC):
        self.vehicle = Vehicle(windows)
        self.inputs = array("i", [0] * signals.N_INPUTS)

    def look(self, mv, duty=X1, settled=True, low_mv=None, read=signals.NOT_FITTED):
        """One sample; the low plateau is the high one, or -12 V where the pilot oscillates."""
        if low_mv is None:
            low_mv = mv if duty in (X1, F) else -12_000
        self.inputs[signals.CP_HIGH_MV] = mv
        self.inputs[signals.CP_LOW_MV] = low_mv
        self.inputs[signals.CP_DUTY] = read
        return self.vehicle.look(self.inputs, 10, duty, settled)

    def hold(self, state, ticks=2, duty=X1):
        for _ in range(ticks):
            self.look(MV[state], duty)
        return self


class State(unittest.TestCase):
    def test_changes_with_the_second_of_two_equal_samples(self):
        for before in (A, B, C, D):
            for after in MV:
                if after == before:
                    continue
                p = Pilot().hold(before)
                p.look(MV[after])
                self.assertEqual(p.vehicle.state, before, after)
                p.look(MV[before])
                p.look(MV[after])
                self.assertEqual(p.vehicle.state, before, "each seen once only")
                p.look(MV[after])
                self.assertEqual(p.vehicle.state, after, before)

    def test_is_not_that_of_two_unequal_samples(self):
        p = Pilot().hold(B)
        for state in (C, A, E, D, C):
            p.look(MV[state])
            self.assertEqual(p.vehicle.state, B)

    def test_is_no_longer_powered_after_two_samples_that_ask_for_no_energy(self):
        for powered in (C, D):
            for first, second, state in ((B, A, A), (A, E, A), (E, B, B), (INVALID, E, E)):
                p = Pilot().hold(powered)
                p.look(MV[first])
                p.look(MV[second])
                self.assertEqual(p.vehicle.state, state, (powered, first, second))
        p = Pilot().hold(C)
        for state in (B, D, A, C, E, D, B, C):  # each other one asks for it
            p.look(MV[state])
        self.assertTrue(C <= p.vehicle.state <= D)

    def test_is_bad_twice_though_each_time_in_another_way(self):
        p = Pilot().hold(C)
        self.assertEqual(p.look(MV[E]), CP_SHORT)
        self.assertEqual(p.look(MV[INVALID]), CP_SHORT | CP_INVALID)
        self.assertEqual(p.look(MV[INVALID]), CP_INVALID)
        self.assertEqual(Pilot().hold(D).look(MV[E]), CP_SHORT)
        p = Pilot().hold(C)
        p.look(MV[E])
        self.assertEqual(p.look(-12_000, settled=False), 0)  # still our own state F, perhaps
        for before in (A, B, C, D):
            self.assertEqual(Pilot().hold(before).look(MV[E]), CP_SHORT, "the first time")
        p = Pilot().hold(E)
        self.assertEqual(p.look(MV[STATE_F], settled=False), 0, "what is left of our own -12 V")

    def test_reads_every_edge_from_every_window(self):
        # The window is kept from sample to sample: it must be left upwards and downwards.
        for windows in (IEC, GBT):
            levels_mv = [mv + more for mv in EDGES_MV + LOW_EDGES_MV for more in (0, 1, -1)]
            for first in levels_mv:
                for second in levels_mv:
                    p = Pilot(windows)
                    for mv in (first, first, second, second):
                        p.look(mv)
                    fresh = Pilot(windows)
                    fresh.vehicle.state = fresh.vehicle._candidate = p_state(windows, first)
                    fresh.look(second)
                    fresh.look(second)
                    expected = fresh.vehicle.state
                    self.assertEqual(p.vehicle.state, expected, (first, second))

    def test_holds_between_two_windows(self):
        for mv, holds, other in (
            (10_500, A, B),
            (7_500, C, B),
            (4_500, C, D),
            (1_500, D, E),
            (-10_500, STATE_F, INVALID),
        ):
            for before, after in ((holds, holds), (other, other), (INVALID, other)):
                p = Pilot().hold(before)
                p.look(mv)
                p.look(mv)
                self.assertEqual(p.vehicle.state, after, (mv, before))

    def test_knows_nothing_at_first(self):
        p = Pilot()
        vehicle = p.vehicle
        self.assertEqual((vehicle.state, vehicle.simplified, vehicle.toggles), (INVALID, False, 0))
        p.look(10_500)
        p.look(10_500)
        self.assertEqual(p.vehicle.state, B)

    def test_hides_behind_our_own_minus_12_v(self):
        p = Pilot().hold(B)
        p.look(-12_000, F)
        self.assertEqual(p.vehicle.state, STATE_F)
        p.look(MV[C])
        self.assertEqual(p.vehicle.state, STATE_F)
        p.look(MV[C])
        self.assertEqual(p.vehicle.state, C)

    def test_takes_who_came_while_hidden_for_one_without_s2(self):
        """Whoever was there before: another vehicle may have been plugged in meanwhile."""
        for before in (A, B, C):
            for seen, simplified in ((C, True), (B, False), (A, False)):
                p = Pilot().hold(before).hold(STATE_F, duty=F).hold(seen)
                self.assertEqual((p.vehicle.state, p.vehicle.simplified), (seen, simplified))


def p_state(windows, mv):
    """The state after two samples of `mv` from A."""
    p = Pilot(windows)
    p.look(mv)
    p.look(mv)
    return p.vehicle.state


# duty, settled, high plateau, low plateau, duty at the pin, what is seen
SEEN = (
    # Steady +12 V.
    (X1, True, 12_000, 12_000, X1, 0),
    (X1, True, 3_000, 3_000, X1, 0),
    (X1, True, 0, 0, X1, CP_SHORT),
    (X1, False, 0, 0, X1, CP_SHORT),
    (X1, True, -5_000, -5_000, X1, CP_INVALID),
    (X1, False, -5_000, -5_000, X1, CP_INVALID),
    (X1, True, 14_000, 14_000, X1, CP_INVALID),
    (X1, True, -12_000, -12_000, X1, CP_INVALID),
    (X1, False, -12_000, -12_000, X1, 0),  # what is left of our own -12 V
    (X1, True, 9_000, -10_000, X1, 0),
    (X1, True, 9_000, -10_001, X1, GENERATOR),
    (X1, False, 9_000, -12_000, X1, 0),
    (X1, True, 1, -12_000, X1, GENERATOR | CP_SHORT),
    (X1, True, 0, -12_000, X1, CP_SHORT),
    (X1, True, 9_000, 9_000, 0, 0),  # the duty at the pin is not asked for
    # Oscillating.
    (PWM, True, 12_000, -12_000, PWM, 0),
    (PWM, True, 9_000, -10_000, PWM, 0),
    (PWM, True, 9_000, -9_999, PWM, DIODE),
    (PWM, True, 6_000, -9_999, PWM, DIODE),
    (PWM, True, 3_000, -9_999, PWM, DIODE),
    (PWM, True, 12_000, -9_999, PWM, CP_INVALID),
    (PWM, True, 0, -9_999, PWM, CP_INVALID | CP_SHORT),
    (PWM, True, 0, -12_000, PWM, CP_SHORT),
    (PWM, True, 9_000, -13_000, PWM, 0),
    (PWM, True, 9_000, -13_001, PWM, GENERATOR),
    (PWM, False, 9_000, -13_001, PWM, 0),
    (PWM, True, -12_000, -12_000, PWM, CP_INVALID),
    (PWM, False, 9_000, 9_000, 0, 0),
    (PWM, True, 9_000, -12_000, PWM + 100, 0),
    (PWM, True, 9_000, -12_000, PWM + 101, GENERATOR),
    (PWM, True, 9_000, -12_000, PWM - 100, 0),
    (PWM, True, 9_000, -12_000, PWM - 101, GENERATOR),
    (PWM, True, 9_000, -12_000, 0, GENERATOR),
    (PWM, True, 9_000, -12_000, signals.NOT_FITTED, 0),
    (PWM, True, 9_000, -9_999, 0, DIODE | GENERATOR),
    # Steady -12 V.
    (F, True, -12_000, -12_000, 0, 0),
    (F, True, -10_000, -10_000, 0, 0),
    (F, True, -9_999, -9_999, 0, GENERATOR),
    (F, False, 9_000, 9_000, 0, 0),
)


class Seen(unittest.TestCase):
    def test_is_what_this_sample_shows(self):
        for row in SEEN:
            duty, settled, high_mv, low_mv, read, seen = row
            p = Pilot()
            for _ in range(3):
                self.assertEqual(p.look(high_mv, duty, settled, low_mv, read), seen, row)

    def test_depends_on_the_profile_below_4_v(self):
        for windows, seen in ((IEC, 0), (GBT, CP_SHORT)):
            self.assertEqual(Pilot(windows).look(3_000), seen)


class Simplified(unittest.TestCase):
    """A.2.3: a vehicle without S2 goes from A to C."""

    def test_is_who_goes_from_a_to_c(self):
        for path, simplified in (
            ((C,), False),  # at our start: it may have been in B before
            ((A, C), True),
            ((A, INVALID, C), True),
            ((A, B, C), False),
            ((B, A, C), True),
            ((B, A, D), True),
            ((B, A, C, D, C), True),
            ((B, A, C, B), False),
            ((B, A, C, B, C), False),
            ((B, A, C, A), False),
            ((B, A, C, A, B), False),
            ((B, A, B, C), False),
            ((B, A, C, A, C), True),
        ):
            p = Pilot()
            for state in path:
                p.hold(state, 3)
            self.assertEqual(p.vehicle.simplified, simplified, path)


class Toggles(unittest.TestCase):
    """Sequence 11: each half takes 200 ms to 3 s."""

    def test_are_counted_by_their_time_in_c(self):
        for ms, toggles in ((190, 0), (200, 1), (1_000, 1), (3_000, 1), (3_010, 0)):
            p = Pilot().hold(B).hold(C, ms // 10).hold(B)
            self.assertEqual(p.vehicle.toggles, toggles, ms)

    def test_are_counted_until_the_vehicle_leaves(self):
        p = Pilot().hold(B)
        for toggles in (1, 2, 3):
            p.hold(C, 40).hold(B, 40)
            self.assertEqual(p.vehicle.toggles, toggles)
        p.hold(A)
        self.assertEqual(p.vehicle.toggles, 0)

    def test_are_those_of_a_box_that_offers_nothing(self):
        p = Pilot().hold(B, 40, PWM).hold(C, 40, PWM).hold(B, 40, PWM)
        self.assertEqual(p.vehicle.toggles, 0)

    def test_go_from_c_to_b(self):
        for first, second in ((D, B), (A, B), (C, A), (C, D)):
            p = Pilot().hold(B, 40).hold(first, 40).hold(second, 40)
            self.assertEqual(p.vehicle.toggles, 0, (first, second))

    def test_time_stops_at_10_min(self):
        p = Pilot().hold(B)
        for _ in range(599):
            p.vehicle.look(p.inputs, 1_000, X1, True)
        for _ in range(200):
            p.vehicle.look(p.inputs, 10, X1, True)
        self.assertEqual(p.vehicle._since_ms, 600_000)
