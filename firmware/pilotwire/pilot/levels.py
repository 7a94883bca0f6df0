"""Pilot voltage to vehicle state: the detection windows of IEC 61851-1 Annex A, table A.4, and
of GB/T 18487.1-2023 A.3.

Between two states' windows lies a band where the one that was before holds (hysteresis); from
anywhere else the one that gives less energy is taken.
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


# A window: its lower edge in mV, the state that holds in it where it was before, and the other.
FROM_MV = const(0)
HOLDS = const(1)
ELSE = const(2)

_ABOVE_C = (
    (13_001, INVALID, INVALID),
    (11_000, A, A),
    (10_001, A, B),
    (8_000, B, B),
    (7_001, C, B),
    (5_000, C, C),
)
_BELOW_E = (
    (-1_000, E, E),
    (-9_999, INVALID, INVALID),
    (-10_999, F, INVALID),
    (-13_000, F, F),
    (-32_768, INVALID, INVALID),
)
IEC = _ABOVE_C + ((4_001, C, D), (2_000, D, D), (1_001, D, E)) + _BELOW_E
GBT = _ABOVE_C + ((4_001, C, C),) + _BELOW_E  # 2023: no state D, 4 V and less is state 0


def window_of(mv, windows):
    """Index of the window that holds `mv` (-32_768 and up)."""
    i = 0
    while mv < windows[i][FROM_MV]:
        i += 1
    return i
