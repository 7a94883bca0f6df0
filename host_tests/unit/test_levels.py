"""The detection windows of IEC 61851-1 table A.4 and their hysteresis."""

import unittest

from pilotwire.pilot.levels import GBT, IEC, INVALID, A, B, C, D, E, F, window_of

ALL = (A, B, C, D, E, F, INVALID)

# First and last mV that are one state, wherever they are reached from.
WINDOWS = (
    (13_001, 15_000, INVALID),
    (11_000, 13_000, A),
    (8_000, 10_000, B),
    (5_000, 7_000, C),
    (2_000, 4_000, D),
    (-1_000, 1_000, E),
    (-9_999, -1_001, INVALID),
    (-13_000, -11_000, F),
    (-32_768, -13_001, INVALID),
)

# Between two windows: first and last mV, the states that hold, and what any other state becomes.
BETWEEN = (
    (10_001, 10_999, (A, B), B),
    (7_001, 7_999, (B, C), B),
    (4_001, 4_999, (C, D), D),
    (1_001, 1_999, (D, E), E),
    (-10_999, -10_000, (F, INVALID), INVALID),
)


def state_for(mv, previous, windows=IEC):
    _, holds, other = windows[window_of(mv, windows)]
    return holds if holds == previous else other


class Windows(unittest.TestCase):
    def test_reads_the_windows_whatever_came_before(self):
        for first, last, state in WINDOWS:
            for mv in (first, (first + last) // 2, last):
                for previous in ALL:
                    self.assertEqual(state_for(mv, previous), state, (mv, previous))

    def test_keeps_the_state_between_two_windows(self):
        for first, last, kept, other in BETWEEN:
            for mv in (first, (first + last) // 2, last):
                for previous in ALL:
                    expected = previous if previous in kept else other
                    self.assertEqual(state_for(mv, previous), expected, (mv, previous))

    def test_knows_no_state_d_in_gbt(self):
        for mv in (1_500, 2_000, 3_000, 4_000):  # 4 V and less is state 0
            for previous in ALL:
                self.assertEqual(state_for(mv, previous, GBT), E, (mv, previous))
        for mv in (4_001, 4_500, 5_000):
            for previous in ALL:
                self.assertEqual(state_for(mv, previous, GBT), C, (mv, previous))
