"""Amps to duty cycle and back: IEC 61851-1 tables A.7, A.8; GB/T 18487.1-2023 tables A.2, A.3.

Integers only: current in mA per phase, duty in 1/100 % of the 1 kHz period (0.1 us).
The two standards share both slopes; they differ in the largest current.
"""

from micropython import const

MIN_MA = const(6_000)  # no duty cycle offers less
MAX_MA_IEC = const(80_000)
MAX_MA_GBT = const(63_000)  # above 90 % is reserved in GB/T 18487.1

X1 = const(10_000)  # steady +12 V: no current offered
F = const(0)  # steady -12 V: not available

_KNEE_MA = const(51_000)  # 85 %, end of the slope of 0.6 A per %
_STEEP_MA = const(52_500)  # 85 %, start of the slope of 2.5 A per %
_KNEE = const(8_500)


def duty_for(limit_ma, max_ma=MAX_MA_IEC):
    """Duty that offers at most `limit_ma` (0 and up, mA), or X1 below 6 A.

    Rounds down, so that a car never reads more than the limit. No duty exists
    between 51 A and 52.5 A: such a limit is offered as 51 A. `max_ma` is the
    profile's largest current.
    """
    if limit_ma < MIN_MA:
        return X1
    limit_ma = min(limit_ma, max_ma)
    if limit_ma < _STEEP_MA:
        return min(limit_ma, _KNEE_MA) // 6
    return limit_ma // 25 + 6_400


def current_for(duty, max_ma=MAX_MA_IEC):
    """Current in mA that a car may draw at `duty` (0..10_000), table A.8 (GB/T: A.3); 0 is none.

    3 to 7 % asks for digital communication, which gives an AC car no current by itself.
    """
    if duty < 800 or duty > 9_700:
        return 0
    if duty <= _KNEE:
        return max(duty * 6, MIN_MA)
    return min((duty - 6_400) * 25, max_ma)
