"""Ring 1's side of the leases: names, times, and the rows that ring 0 folds (pilot/limits.py).

Whoever limits the current is a source; the least of all holds. Sources that may die have a row of
their own, so that ring 0 sees their time run out even while ring 1 is held up. Those that this box
works out itself, and grants without an end, share one.
"""

from micropython import const

from ..pilot.handover import (
    BINDING_CABLE,
    BINDING_VEHICLE,
    DOWN_LEASES,
    DOWN_ROWS,
    LEASE_FALLBACK_MA,
    LEASE_LIMIT_MA,
    LEASE_TTL_MS,
    LEASE_WIDTH,
    NEVER,
    NO_LIMIT_MA,
)
from ..ticks import since

# By class: the electrical, the grid's, the operator's, and the owner's wishes from COMFORT on.
SOURCES = (
    "box",  # the installer's limit
    "temperature",
    "imbalance",
    "grid",  # dimming, and what voltage and frequency ask for
    "site",
    "operator",
    "local",
    "schedule",
    "plan",
    "delay",
    "solar",
)
_ROWS = b"\x00\x00\x00\x01\x02\x03\x04\x05\x05\x05\x06"  # of each source, in the hand-over
_N_ROWS = const(7)
_COMFORT = const(7)  # the first that an owner's override passes by

_NONE = (NO_LIMIT_MA, 0, NEVER, NO_LIMIT_MA, 0)
_STEP_MS = const(10_000)  # of a ramp: a vehicle that waits for a steady duty follows each
_SLACK_MS = const(3_000)  # a ramp goes on by ring 1's steps: ring 0 jumps to its end without them

MAX_TTL_S = 432_000  # five days: a monotonic counter of 30 bits tells no longer spans apart


class Leases:
    """What each source grants. `ticks_ms` is the monotonic clock.

    While `override` holds, the owner's own wishes do not count.
    """

    def __init__(self, box_ma, ticks_ms):
        self._ticks_ms = ticks_ms
        # limit_ma, since when, ttl_ms, fallback_ma, mA a minute on the way to it (0: at once)
        self._rows = [tuple(_NONE)] * len(SOURCES)  # of any integers, to the type checker
        self._least = [0] * _N_ROWS  # the source that binds in each row
        self.override = False
        self.expired = []  # sources whose time has run out, for whoever tells it
        self.grant("box", box_ma)

    def grant(self, source, limit_ma, ttl_ms=NEVER, fallback_ma=NO_LIMIT_MA, ramp_ma_min=0):
        """`source` allows `limit_ma` for `ttl_ms`, `fallback_ma` after that; where `ramp_ma_min`
        is not 0, it comes down to that by so many mA a minute, every 10 s.

        A source that shares its row grants without an end.
        """
        at = SOURCES.index(source)
        if limit_ma <= fallback_ma:
            ramp_ma_min = 0
        self._rows[at] = limit_ma, self._ticks_ms(), ttl_ms, fallback_ma, ramp_ma_min

    def withdraw(self, source):
        """`source` sets no limit any more."""
        self._rows[SOURCES.index(source)] = _NONE

    def granted(self, source):
        """mA that it allows at this moment, None where it sets no limit."""
        limit_ma = self.current(SOURCES.index(source), self._ticks_ms())[0]
        return None if limit_ma == NO_LIMIT_MA else limit_ma

    def others_ma(self):
        """The least of all but the owner's own wishes."""
        now_ms = self._ticks_ms()
        return min([self.current(place, now_ms)[0] for place in range(_COMFORT)])

    def fill(self, down):
        """Write the rows into the down slot, with the time that each has left."""
        now_ms = self._ticks_ms()
        down[DOWN_ROWS] = _N_ROWS
        last = -1
        for source in range(len(SOURCES)):
            row = _ROWS[source]
            limit_ma, ttl_ms, fallback_ma = self.current(source, now_ms)
            if self.override and source >= _COMFORT:
                limit_ma, ttl_ms, fallback_ma = NO_LIMIT_MA, NEVER, NO_LIMIT_MA
            at = DOWN_LEASES + row * LEASE_WIDTH
            if row == last and limit_ma >= down[at + LEASE_LIMIT_MA]:
                continue
            last = row
            self._least[row] = source
            down[at + LEASE_LIMIT_MA] = limit_ma
            down[at + LEASE_TTL_MS] = ttl_ms
            down[at + LEASE_FALLBACK_MA] = fallback_ma

    def source_of(self, binding):
        """The name of the source that binds, from ring 0's UP_BINDING."""
        if binding == BINDING_CABLE:
            return "cable"
        return "vehicle" if binding == BINDING_VEHICLE else SOURCES[self._least[binding]]

    def left_s(self, binding):
        """Seconds until the lease that binds ends, None where it has no end."""
        if binding >= _N_ROWS:
            return None
        ttl_ms = self.current(self._least[binding], self._ticks_ms())[1]
        return None if ttl_ms == NEVER else (ttl_ms + 999) // 1000

    def current(self, place, now_ms):
        """(limit_ma, ttl_ms, fallback_ma) of the source in a place, as ring 0 is to see them."""
        limit_ma, granted_ms, ttl_ms, fallback_ma, ramp_ma_min = self._rows[place]
        if ttl_ms == NEVER:
            return limit_ma, NEVER, fallback_ma
        left_ms = ttl_ms - since(now_ms, granted_ms)
        if left_ms > 0:
            return limit_ma, left_ms + (_SLACK_MS if ramp_ma_min else 0), fallback_ma
        if ttl_ms:
            self.expired.append(SOURCES[place])
            granted_ms = now_ms + left_ms  # the ramp began then, seen or not
        steps = since(now_ms, granted_ms) // _STEP_MS + 1
        ramp_ma = steps * ramp_ma_min * _STEP_MS // 60_000
        if ramp_ma_min and limit_ma - ramp_ma > fallback_ma:
            self._rows[place] = limit_ma, granted_ms, 0, fallback_ma, ramp_ma_min
            return limit_ma - ramp_ma, _SLACK_MS, fallback_ma
        self._rows[place] = (fallback_ma, now_ms, NEVER, fallback_ma, 0)  # before the clock wraps
        return fallback_ma, NEVER, fallback_ma
