"""The fault catalogue: one row a fault, and nothing else in the code invents one.

A fault is a bit, so that ring 0 holds any number of them in one small integer. What a person
reads of each (text, cause, time, country rules) is in faults.json, by the same codes.
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
GENERATOR = const(1 << 11)
RCD_TEST = const(1 << 12)
LOCK = const(1 << 13)
TAMPER = const(1 << 14)
OVERCURRENT = const(1 << 15)
UNDERVOLTAGE = const(1 << 16)
OVERVOLTAGE = const(1 << 17)
PHASE_LOSS = const(1 << 18)
TEMPERATURE = const(1 << 19)
HUMIDITY = const(1 << 20)
SENSOR = const(1 << 21)

# Who clears a fault.
ITSELF = const(0)  # its cause has been gone for HEAL_MS; RETRIES times a vehicle, then UNPLUG
UNPLUG = const(1)  # the vehicle leaves, or an operator
OPERATOR = const(2)  # a person, by command

HEAL_MS = const(5_000)
RETRIES = const(5)

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
    (GENERATOR, "generator", ITSELF, False),
    (RCD_TEST, "rcd-test", OPERATOR, True),
    (LOCK, "lock", UNPLUG, False),
    (TAMPER, "tamper", OPERATOR, True),
    (OVERCURRENT, "overcurrent", UNPLUG, False),
    (UNDERVOLTAGE, "undervoltage", ITSELF, False),
    (OVERVOLTAGE, "overvoltage", ITSELF, False),
    (PHASE_LOSS, "phase-loss", ITSELF, False),
    (TEMPERATURE, "temperature", ITSELF, False),
    (HUMIDITY, "humidity", ITSELF, False),
    (SENSOR, "sensor", ITSELF, False),
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
