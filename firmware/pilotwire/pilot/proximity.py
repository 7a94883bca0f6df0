"""Proximity pilot resistor to cable rating: IEC 61851-1 Annex B, table B.2 (socket, case B).

Between two ranges the lower current holds. The 20 A cable's range and the others are those
of the interpretation windows, not of the resistors' own tolerance.
"""

from micropython import const

NO_PLUG = const(0)
INVALID = const(-1)

_OPEN_OHM = const(4_500)  # above: empty socket


def rating_for(ohm):
    """Rating in mA of the cable whose resistor reads `ohm` (0..30_000), NO_PLUG or INVALID."""
    if ohm > _OPEN_OHM:
        return NO_PLUG
    if ohm > 2_460 or ohm < 80:
        return INVALID
    if ohm > 936:
        return 13_000
    if ohm > 308:
        return 20_000
    if ohm > 140:
        return 32_000
    return 63_000
