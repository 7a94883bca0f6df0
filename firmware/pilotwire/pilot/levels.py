"""Pilot voltage to vehicle state: the detection windows of IEC 61851-1 Annex A, table A.4.

Between two windows the previous state holds (hysteresis); from anywhere else the one that
gives less energy is taken. GB/T 18487.1-2023 knows no state D: 1 to 4 V is a fault there.
"""

from micropython import const

A = const(0)  # no vehicle
B = const(1)  # vehicle connected, S2 open
C = const(2)  # vehicle ready, S2 closed
D = const(3)  # vehicle ready, ventilation required (IEC only)
E = const(4)  # pilot shorted to PE, or supply lost
F = const(5)  # steady -12 V: not available
INVALID = const(6)  # no state of the standard

LETTERS = "ABCDEF?"


def state_for(mv, previous, has_d=True):
    """State of a high plateau of `mv` after state `previous`; `has_d`: the profile knows D."""
    if mv > 7_000:
        if mv > 13_000:
            return INVALID
        if mv >= 11_000:
            return A
        if mv > 10_000:
            return A if previous == A else B
        if mv >= 8_000:
            return B
        return C if previous == C else B
    if mv >= 5_000:
        return C
    if mv > 1_000:
        if not has_d:
            return C if mv > 4_000 else E
        if mv > 4_000:
            return C if previous == C else D
        if mv >= 2_000:
            return D
        return D if previous == D else E
    if mv >= -1_000:
        return E
    if mv > -10_000:
        return INVALID
    if mv > -11_000:
        return F if previous == F else INVALID
    return F if mv >= -13_000 else INVALID
