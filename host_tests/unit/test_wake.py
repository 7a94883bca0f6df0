"""Waking a vehicle that sleeps: 30 s in B2, 4 s of F or X1, 0.75 s of X1, once a vehicle."""

import unittest

from pilotwire.pilot import levels, reasons
from pilotwire.pilot.duty import X1, F
from pilotwire.pilot.settings import WAKE_F, WAKE_NOT, WAKE_X1
from pilotwire.pilot.wake import Wake


def run(wake, ms, state=levels.B, offering=True):
    """Let `ms` pass; all (why_not, duty) there were, without repetition, and their ms."""
    seen = []
    for _ in range(ms // 10):
        wake.step(10, state, offering)
        now = (wake.why_not, wake.duty)
        if seen and seen[-1][0] == now:
            seen[-1][1] += 10
        else:
            seen.append([now, 10])
    return seen


class Calling(unittest.TestCase):
    def test_takes_its_time_in_both_forms(self):
        for form, duty in ((WAKE_F, F), (WAKE_X1, X1)):
            wake = Wake(form)
            self.assertEqual(run(wake, 29_990), [[(0, X1), 29_990]], form)
            seen = run(wake, 100_000)
            calling = [(reasons.WAKING, duty), 4_000]
            pause = [(reasons.WAKING, X1), 750]
            if duty == X1:
                self.assertEqual(seen[0], [(reasons.WAKING, X1), 4_750], form)
            else:
                self.assertEqual(seen[:2], [calling, pause], form)
            self.assertEqual(seen[-1], [(0, X1), 95_250], form)

    def test_is_tried_once_a_vehicle(self):
        wake = Wake(WAKE_F)
        run(wake, 40_000)
        self.assertEqual(run(wake, 40_000), [[(0, X1), 40_000]])
        run(wake, 10, levels.C)
        self.assertEqual(run(wake, 40_000), [[(0, X1), 40_000]])
        run(wake, 10, levels.A)
        self.assertEqual(run(wake, 29_990), [[(0, X1), 29_990]])
        self.assertEqual(run(wake, 10), [[(reasons.WAKING, F), 10]])

    def test_needs_30_s_without_interruption(self):
        for state, offering in ((levels.C, True), (levels.A, True), (levels.B, False)):
            wake = Wake(WAKE_F)
            run(wake, 29_990)
            run(wake, 10, state, offering)
            self.assertEqual(run(wake, 29_990), [[(0, X1), 29_990]], (state, offering))
            self.assertEqual(run(wake, 10), [[(reasons.WAKING, F), 10]], (state, offering))

    def test_goes_on_though_its_own_f_hides_the_vehicle(self):
        wake = Wake(WAKE_F)
        run(wake, 30_000)
        seen = run(wake, 4_750, levels.F, False)
        self.assertEqual([ms for _, ms in seen], [3_990, 750, 10])

    def test_ends_when_the_vehicle_leaves_and_is_for_the_next_one_anew(self):
        for form, ms in ((WAKE_F, 4_500), (WAKE_X1, 1_000), (WAKE_X1, 4_500)):
            wake = Wake(form)
            run(wake, 30_000)
            run(wake, ms)
            self.assertEqual(run(wake, 10, levels.A, False)[0][0][0], 0, form)
            self.assertEqual([why for (why, _), _ in run(wake, 29_990)], [0], form)
            self.assertEqual(run(wake, 10)[0][0][0], reasons.WAKING, form)

    def test_can_be_left_out(self):
        wake = Wake(WAKE_NOT)
        for state in (levels.B, levels.A, levels.B):
            self.assertEqual(run(wake, 60_000, state), [[(0, X1), 60_000]])
