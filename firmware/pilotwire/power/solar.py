"""Surplus charging: as much current as would else flow into the grid.

What the vehicle could have is what flows out at the grid connection and what it draws itself, so
the measured surplus does not depend on what it is offered, and the loop cannot oscillate however
slowly a vehicle follows.
"""

from micropython import const

from ..ticks import since

_LEAST_MA = const(6_000)  # IEC 61851-1 table A.7 offers no less
_MOST_MA = const(80_000)
_STEP_MA = const(100)  # coarser than the pilot: fewer changes for nothing
_PACE_MS = const(10_000)  # a vehicle that waits for a steady duty follows in between
_SEEN_MS = const(30_000)  # until a vehicle that draws on fewer phases is believed
_ALL = const(3)


class Solar:
    """`minimum`: 6 A always, and more with the sun; else nothing without it.

    It starts once `patience_wh` more have flowed out than a start takes, which is the least power
    and `start_w`, and stops once as much too little has: less than the least power less `stop_w`.
    So it waits long in a thin shortage and not long in a deep one, and the sun in between counts.
    In the same way it goes to three phases, but only where `one_ma`, the most on one, does not
    suffice, and back, by `switches` (phases.Switches; None: the board has no such contactor).
    The current follows the surplus smoothed over `smooth_s`. What was measured holds for `ttl_s`.
    A vehicle is taken to draw on `most_phases` (1..3) until it is seen to draw on fewer or more.

    `phases` is what it wants: 1, 3, or 0 for as it is. `reason`: "sun", "least" (less surplus than
    6 A), "little" (too little to charge) or "silent".
    """

    def __init__(
        self,
        minimum,
        one_ma,
        start_w,
        stop_w,
        patience_wh,
        smooth_s,
        ttl_s,
        most_phases=_ALL,
        switches=None,
    ):
        self._minimum = minimum
        self._one_ma = one_ma
        self._start_w = start_w
        self._stop_w = stop_w
        self._patience_j = patience_wh * 3600
        self._smooth_ms = smooth_s * 1000
        self._ttl_ms = ttl_s * 1000
        self._most_phases = most_phases
        self._switches = switches
        self._now_ms = None
        self._age_ms = self._ttl_ms
        self.surplus_w = 0  # smoothed; the last one while silent
        self._ma = 0
        self._paced_ms = _PACE_MS  # since it changed
        self._on = minimum
        self.phases = 0
        self.reason = "silent"
        self.wait_s = None  # seconds until it changes, if the surplus stays; None: it does not
        self.begin()

    def begin(self):
        """Another vehicle."""
        self.vehicle_phases = self._most_phases
        self._fewer_ms = 0  # for so long it has drawn on fewer of three
        self._more_j = 0  # gathered for a start or for three phases
        self._stay_j = 0  # left before a stop or one phase
        if self._switches:
            self._switches.begin()

    def look(self, now_ms, grid_w, own_w, phases, used, mv=230_000):
        """mA per phase. Call it about once a second.

        `grid_w` is what is drawn from the grid (negative: fed in) and `own_w` what the vehicle
        drew at that moment (None: what it was allowed); None where nothing new was measured.
        1 or 3 `phases` are connected, on `used` of them it draws (0: on none, or nobody knows),
        `mv` is their voltage.
        """
        passed_ms = 0 if self._now_ms is None else since(now_ms, self._now_ms)
        self._now_ms = now_ms
        self._paced_ms = min(self._paced_ms + passed_ms, _PACE_MS)
        self._age_ms = min(self._age_ms + passed_ms, self._ttl_ms)
        self.wait_s = None
        if self._switches:
            self._switches.look(now_ms, phases)
        if phases == self.phases:
            self.phases = 0
        self._learn(passed_ms, phases, used)
        if grid_w is not None:
            if own_w is None:
                own_w = self._ma * self._count(phases) * mv // 1_000_000
            self._take(own_w - grid_w)
        elif self._age_ms == self._ttl_ms:
            self._on = self._minimum
            self._more_j = self.phases = 0
            self.reason = "silent"
            self._ma = _LEAST_MA * self._on
            return self._ma
        self._decide(passed_ms, self._count(phases), mv)
        return self._allow(mv * self._count(phases))

    def _take(self, surplus_w):
        """A new value, after `_age_ms`."""
        if self.reason == "silent":
            self.surplus_w = surplus_w
        else:
            step_w = (surplus_w - self.surplus_w) * self._age_ms
            self.surplus_w += step_w // (self._smooth_ms + self._age_ms)
        self._age_ms = 0

    def _learn(self, passed_ms, phases, used):
        """On how many phases it draws where it has all three."""
        if phases == _ALL and 0 < used < self.vehicle_phases:
            self._fewer_ms += passed_ms
        else:
            self._fewer_ms = 0
        if used > self.vehicle_phases or self._fewer_ms >= _SEEN_MS:
            self.vehicle_phases = used

    def _decide(self, passed_ms, n, mv):
        """On `n` phases: start, stop, or want other phases, once enough speaks for it."""
        w = self.surplus_w
        one_w = _LEAST_MA * mv // 1_000_000
        all_w = self.vehicle_phases * one_w + self._start_w
        up_w = max(all_w, self._one_ma * mv // 1_000_000)
        up = self._may(_ALL)
        down = self._may(1)
        more_w = 0
        if not self._on:
            more_w = w - (1 if down else n) * one_w - self._start_w
        else:
            if n == 1 and up:
                more_w = w - up_w
            stay_w = w - n * one_w + self._stop_w
            stay_j = self._stay_j + stay_w * passed_ms // 1000
            self._stay_j = min(max(stay_j, 0), n * self._patience_j)
            if stay_w < 0 and (down or not self._minimum):
                self.wait_s = self._stay_j // -stay_w
                if stay_j < 0:
                    self._change(down and (self._minimum or w >= one_w - self._stop_w), 1)
        self._more_j = max(self._more_j + more_w * passed_ms // 1000, 0)
        if more_w > 0:
            self.wait_s = max(self._patience_j - self._more_j, 0) // more_w
            if self._more_j > self._patience_j:
                phases = _ALL if up and w >= up_w else 1 if down and w < all_w else self.phases
                self._change(True, phases)

    def _change(self, on, phases):
        """To `phases` and on, or off with them as they are."""
        self._on = on
        if on:
            self.phases = phases
        self._more_j = 0
        self._stay_j = _ALL * self._patience_j

    def _may(self, phases):
        return self._switches and self.vehicle_phases > 1 and self._switches.may(phases)

    def _count(self, phases):
        """On how many it will draw."""
        return 1 if (self.phases or phases) == 1 else self.vehicle_phases

    def _allow(self, mv):
        """mA per phase; `mv`: the sum of the phases' voltages."""
        if not self._on:
            self.reason = "little"
            self._ma = 0
            return 0
        ma = self.surplus_w * 1_000_000 // mv
        self.reason = "sun" if ma >= _LEAST_MA else "least"
        ma = max(_LEAST_MA, min(ma - ma % _STEP_MA, _MOST_MA))
        if ma != self._ma and (self._paced_ms == _PACE_MS or not self._ma):
            self._ma = ma
            self._paced_ms = 0
        return self._ma
