"""Slopes: what a curve allows at a value, and a current that falls at once and rises slowly."""

from micropython import const

from ..pilot.handover import NO_LIMIT_MA
from ..ticks import since

LEAST_MA = const(6_000)  # no vehicle charges with less (IEC 61851-1 A.7): nothing rises below it
_STEP_MA = const(250)  # what the meter's last digit does to a limit is no news for anybody
_MINUTE_MS = const(60_000)


def along(points, x):
    """The y at `x` of the line through `points`, [x, y] by rising x; level beyond its ends."""
    left = points[0]
    if x <= left[0]:
        return left[1]
    for right in points:
        if x < right[0]:
            return left[1] + (right[1] - left[1]) * (x - left[0]) // (right[0] - left[0])
        left = right
    return left[1]


class Ramp:
    """`ma` follows what is wanted: downward at once, upward by `rise_ma` a minute.

    In steps of 250 mA, each at or below what is wanted; from `most_ma` on it is no limit.
    """

    def __init__(self, rise_ma, most_ma, now_ms, ma=NO_LIMIT_MA):
        self.ma = ma
        self._rise_ma = rise_ma
        self._most_ma = most_ma
        self._at_ms = now_ms
        self._rest = 0  # of a step, in mA times ms

    def follow(self, wanted_ma, now_ms):
        """Allow `wanted_ma` as of now; what that makes `ma`."""
        passed_ms = since(now_ms, self._at_ms)
        self._at_ms = now_ms
        wanted_ma -= wanted_ma % _STEP_MA
        if wanted_ma <= self.ma:
            self._rest = 0
            self.ma = wanted_ma
        else:
            steps, self._rest = divmod(
                self._rest + passed_ms * self._rise_ma, _MINUTE_MS * _STEP_MA
            )
            self.ma = min(wanted_ma, max(self.ma + steps * _STEP_MA, LEAST_MA))
        if self.ma >= self._most_ma:
            self.ma = NO_LIMIT_MA
        return self.ma

    def left_s(self):
        """Seconds until it is no limit any more, if nothing else holds it; 0: it is none."""
        if self.ma == NO_LIMIT_MA:
            return 0
        return (self._most_ma - self.ma) * 60 // self._rise_ma + 1
