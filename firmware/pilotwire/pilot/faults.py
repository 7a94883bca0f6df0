"""The fault catalogue: one row a fault, and nothing else in the code invents one.

A fault is a bit, so that ring 0 holds any number of them in one small integer.
"""

from micropython import const

CP_SHORT = const(1 << 0)
CP_INVALID = const(1 << 1)
DIODE = const(1 << 2)
RCD = const(1 << 3)
PE = const(1 << 4)
PROXIMITY = const(1 << 5)
WELD = const(1 << 6)
STUCK_OPEN = const(1 << 7)
STOP = const(1 << 8)
SAMPLE = const(1 << 9)
GUARD = const(1 << 10)

# Who clears a fault.
ITSELF = const(0)  # once its cause has been gone for HEAL_MS
UNPLUG = const(1)  # the vehicle leaves, or an operator
OPERATOR = const(2)  # a person, by command

HEAL_MS = const(5_000)

# bit, code, cleared by, state F (IEC 61851-1 A.5.2: for what needs a person, else X1)
CATALOGUE = (
    (CP_SHORT, "cp-short", ITSELF, False),
    (CP_INVALID, "cp-invalid", ITSELF, False),
    (DIODE, "diode", UNPLUG, False),
    (RCD, "rcd", UNPLUG, False),  # no automatic re-closing: forbidden in CH, DK, GB, FR
    (PE, "pe", ITSELF, False),
    (PROXIMITY, "proximity", UNPLUG, False),
    (WELD, "weld", OPERATOR, True),
    (STUCK_OPEN, "stuck-open", UNPLUG, False),
    (STOP, "emergency-stop", UNPLUG, False),
    (SAMPLE, "sample", ITSELF, False),
    (GUARD, "guard", OPERATOR, True),
)


def _mask(column, value):
    mask = 0
    for row in CATALOGUE:
        if row[column] == value:
            mask |= row[0]
    return mask


HEALS_ITSELF = _mask(2, ITSELF)
ENDS_UNPLUGGED = _mask(2, UNPLUG)
STATE_F = _mask(3, True)
AT_ONCE = RCD | SAMPLE  # latched with the first sample that shows them: no glitch makes these


def codes(faults):
    """The codes of the bits in `faults`, as a list in the catalogue's order."""
    return [row[1] for row in CATALOGUE if faults & row[0]]
