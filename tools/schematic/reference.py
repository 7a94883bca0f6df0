"""The reference board's analogue parts: boards/pico_w/README.md says why each is what it is."""

from math import log

from board_check.divider import Divider

DIVIDER = Divider(10_000, 2_200, 2_820)  # the last of 2.7 kOhm and 120 Ohm
PILOT_OHM = 1_000  # IEC 61851-1 Annex A
PULL_UP_OHM = 1_000
FILTER_F = 1e-9

PUMP_F = 100e-9
HOLD_F = 100e-9
BLEED_OHM = 100_000
_SWING_V = 3.3
_DIODE_V = 0.3  # BAT54S at some 100 uA, each of the two
GATE_V = (0.65, 1.45)  # threshold of the AO3400A, from one to the other
FULLY_ON_V = 2.5  # its channel's resistance is specified from here on
_WAVE_HZ = 10_000


def pumped_v() -> float:
    """At the gate while the square wave lasts."""
    through_ohm = 1 / (_WAVE_HZ * PUMP_F)
    return (_SWING_V - 2 * _DIODE_V) * BLEED_OHM / (BLEED_OHM + through_ohm)


def hold_ms() -> tuple[float, float]:
    """From the wave's last edge until the coil has no current: shortest, longest."""
    long_ms, short_ms = (1e3 * BLEED_OHM * HOLD_F * log(pumped_v() / v) for v in GATE_V)
    return short_ms, long_ms


def filter_us() -> float:
    """Time constant between the divider and the ADC."""
    return 1e6 * DIVIDER.source_ohm * FILTER_F
