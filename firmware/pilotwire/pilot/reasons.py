"""Why there is no current: the conditions for closing that are not met, a bit and a code each."""

from micropython import const

NO_VEHICLE = const(1 << 0)
NOT_READY = const(1 << 1)  # the vehicle has not closed S2 for long enough
NOT_AUTHORISED = const(1 << 2)
PAUSED = const(1 << 3)
NOT_RECORDED = const(1 << 4)  # the opening record is not on flash
NO_CABLE = const(1 << 5)
LIMIT = const(1 << 6)  # less than 6 A to give
FAULT = const(1 << 7)
SILENT = const(1 << 8)  # ring 1 has not been heard for 30 s
REST = const(1 << 9)  # the contactor has opened a moment ago
VENTILATION = const(1 << 10)  # the vehicle asks for ventilation, and there is none
NOT_LOCKED = const(1 << 11)
RCD_TEST = const(1 << 12)  # of the residual-current device: not passed yet
PHASES = const(1 << 13)  # being switched
MAINS = const(1 << 14)  # out of range, or not in range for long enough
METER = const(1 << 15)  # silent, and the settings want it
WAKING = const(1 << 16)  # the vehicle sleeps and is being called

_CODES = (
    "no-vehicle",
    "vehicle-not-ready",
    "not-authorised",
    "paused",
    "not-recorded",
    "no-cable",
    "limit-below-6a",
    "fault",
    "control-silent",
    "rest",
    "ventilation",
    "not-locked",
    "rcd-test",
    "phase-switch",
    "mains",
    "meter",
    "waking",
)

# What ended or interrupted the flow of energy, as ring 0 saw it.
OPENED_NEVER = const(0)
OPENED_BY_VEHICLE = const(1)  # S2 opened by itself (sequence 8.1)
OPENED_UNPLUGGED = const(2)  # pilot lost under power (2.2)
OPENED_BY_STOP = const(3)  # we stopped offering, the vehicle opened S2 (10.1)
OPENED_FORCED = const(4)  # we stopped offering, the vehicle did not react (10.2)
OPENED_BY_FAULT = const(5)

OPENED_CODES = ("", "vehicle", "unplugged", "stopped", "forced", "fault")


def codes(bits):
    """The codes of the bits set in `bits`, as a list."""
    return [_CODES[i] for i in range(len(_CODES)) if bits & (1 << i)]
