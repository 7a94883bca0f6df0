"""The fault catalogue: a bit and a code each, who clears it. Nothing else invents one.

So ring 0 holds any number of them in one small integer. What a person
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

HEAL_MS = const(5_000)
RETRIES = const(5)

# Clears itself once its cause has been gone for HEAL_MS; after RETRIES times a vehicle, it stays.
HEALS_ITSELF = const(
    CP_SHORT
    | CP_INVALID
    | PE
    | SAMPLE
    | GENERATOR
    | UNDERVOLTAGE
    | OVERVOLTAGE
    | PHASE_LOSS
    | TEMPERATURE
    | HUMIDITY
    | SENSOR
)
# Cleared when the vehicle leaves, or by an operator. A residual current is among them: closing
# again by itself is forbidden in CH, DK, GB, FR.
ENDS_UNPLUGGED = const(DIODE | RCD | PROXIMITY | STUCK_OPEN | STOP | LOCK | OVERCURRENT)
# Cleared by a person, by command: state F meanwhile (IEC 61851-1 A.5.2), X1 at all others.
STATE_F = const(WELD | GUARD | RCD_TEST | TAMPER)
AT_ONCE = const(
    RCD | SAMPLE
)  # latched with the first sample that shows them: no glitch makes these

CODES = (
    "cp-short",
    "cp-invalid",
    "diode",
    "rcd",
    "pe",
    "proximity",
    "weld",
    "stuck-open",
    "emergency-stop",
    "sample",
    "guard",
    "generator",
    "rcd-test",
    "lock",
    "tamper",
    "overcurrent",
    "undervoltage",
    "overvoltage",
    "phase-loss",
    "temperature",
    "humidity",
    "sensor",
)


def codes(faults):
    """The codes of the bits in `faults`, as a list in the catalogue's order."""
    return [CODES[i] for i in range(len(CODES)) if faults & 1 << i]
