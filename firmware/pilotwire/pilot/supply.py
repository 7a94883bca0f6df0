"""What the meter sees of the mains and of the vehicle's current, as ring 1 hands it down.

Overcurrent: GB/T 18487.1-2023 A.3.10.9, which is also strict enough for IEC 61851-1.
"""

from micropython import const

from . import duty as _duty
from . import faults, handover, reasons

STALE_MS = const(10_000)  # older readings protect nobody
FOLLOW_MS = const(5_000)  # sequence 6: the vehicle's time to follow a reduction
OVER_MS = const(5_000)  # A.3.10.9: so long above, then open within 5 s
VOLTAGE_MS = const(3_000)

_LOAD_MA = const(1_000)
_LOST_MV = const(115_000)  # half of 230 V: a phase that is missing, not low
_MORE_MA = const(2_000)  # than offered is borne up to 20 A, above 10 %
_LONG_MS = const(600_000)


class Supply:
    """`seen` and `why_not`: bits of faults.py and reasons.py, of the readings in slot `down`.

    Call `step`, then `volts`: each is a chore of its own. `drawing`: more than 1 A flows. Stale
    readings show no fault; a box whose settings say `metered` then stops in good order.
    """

    def __init__(self, down, settings):
        self._down = down
        self._settings = settings
        self.seen = 0
        self.why_not = reasons.METER if settings.metered else 0
        self.drawing = False
        self._reading = 0
        self._age_ms = _LONG_MS
        self._borne_ma = 0  # the vehicle may still draw what it was offered 5 s ago
        self._lower_ms = 0
        self._over_ms = 0
        self._over = 0
        self._in_range_ms = 0
        self._out_ms = 0
        self._out = 0

    def step(self, dt_ms, duty, closed):
        """Let `dt_ms` pass with `duty` driven, and look at the currents."""
        reading = self._down[handover.DOWN_READING]
        if reading != self._reading:
            self._reading = reading
            self._age_ms = 0
        elif self._age_ms < _LONG_MS:
            self._age_ms += dt_ms
        self._bear(dt_ms, _duty.current_for(duty) if closed else 0)
        if self._age_ms >= STALE_MS:
            self.drawing = False
            self._over_ms = self._over = 0
        # Against what is offered and not under X1: sequence 10.2 looks after that.
        elif self._overcurrent(dt_ms, closed and duty != _duty.X1):
            self._over = faults.OVERCURRENT
        else:
            self._over = 0

    def volts(self, dt_ms, closed):
        """Look at the voltages of the same `dt_ms`."""
        if self._age_ms >= STALE_MS:
            self.seen = 0
            self.why_not = reasons.METER if self._settings.metered else 0
            self._out_ms = self._out = self._in_range_ms = 0
        else:
            self.seen = self._over | self._voltage(dt_ms, closed)

    def _bear(self, dt_ms, offered_ma):
        if offered_ma >= self._borne_ma:
            self._borne_ma = offered_ma
            self._lower_ms = 0
            return
        self._lower_ms += dt_ms
        if self._lower_ms >= FOLLOW_MS:
            self._borne_ma = offered_ma
            self._lower_ms = 0

    def _overcurrent(self, dt_ms, offering):
        down = self._down
        i = handover.DOWN_CURRENT_MA
        most_ma = max(down[i], down[i + 1], down[i + 2])
        self.drawing = most_ma > _LOAD_MA
        borne_ma = self._borne_ma
        borne_ma = max(borne_ma + _MORE_MA, borne_ma * 11 // 10)
        # An older reading may show the vehicle before it has followed a reduction.
        if not offering or most_ma <= borne_ma or self._age_ms >= FOLLOW_MS:
            self._over_ms = 0
            return False
        if self._over_ms < _LONG_MS:
            self._over_ms += dt_ms
        return self._over_ms >= OVER_MS

    def _voltage(self, dt_ms, closed):
        """The fault that the voltages show, if it has lasted; and whether one may close."""
        settings = self._settings
        down = self._down
        low = lost = high = known = 0
        i = handover.DOWN_VOLTAGE_MV
        end = i + settings.phases
        while i < end:
            mv = down[i]
            i += 1
            if mv < 0:
                continue
            known += 1
            if mv < settings.under_mv:
                low += 1
                if mv < _LOST_MV:
                    lost += 1
            elif mv > settings.over_mv:
                high += 1
        out = 0
        if 0 < lost < known:
            out = faults.PHASE_LOSS
        elif low:
            out = faults.UNDERVOLTAGE
        elif high:
            out = faults.OVERVOLTAGE
        if not out:
            self._out_ms = self._out = 0
            if self._in_range_ms < _LONG_MS:
                self._in_range_ms += dt_ms
            served = not known or self._in_range_ms >= settings.mains_ms
            self.why_not = 0 if served or closed else reasons.MAINS
            return 0
        self._in_range_ms = 0
        self.why_not = 0 if closed else reasons.MAINS  # a short sag stops no charge
        if not self._out:  # of whatever kind: a fault that changes its kind lasts on
            self._out = out
            self._out_ms = 0
        elif self._out_ms < _LONG_MS:
            self._out_ms += dt_ms
        return out if self._out_ms >= VOLTAGE_MS else 0
