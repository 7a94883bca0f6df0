"""Ring 1's side of the leases: names, times, and the rows that ring 0 folds (pilot/limits.py)."""

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

SOURCES = ("box", "operator", "local", "schedule")  # a source's place is its row in the hand-over

_NONE = (NO_LIMIT_MA, 0, NEVER, NO_LIMIT_MA)

MAX_TTL_S = 432_000  # five days: a monotonic counter of 30 bits tells no longer spans apart


def source_of(binding):
    """The name of the lease that binds, from ring 0's UP_BINDING."""
    if binding == BINDING_CABLE:
        return "cable"
    return "vehicle" if binding == BINDING_VEHICLE else SOURCES[binding]


class Leases:
    """What each source grants. `ticks_ms` is the monotonic clock."""

    def __init__(self, box_ma, ticks_ms):
        self._ticks_ms = ticks_ms
        self._rows = [_NONE] * len(SOURCES)  # (limit_ma, granted at, ttl_ms, fallback_ma)
        self.expired = []  # sources whose time has run out, for whoever tells it
        self.grant("box", box_ma)

    def grant(self, source, limit_ma, ttl_ms=NEVER, fallback_ma=NO_LIMIT_MA):
        """`source` allows `limit_ma` for `ttl_ms`, `fallback_ma` after that."""
        self._rows[SOURCES.index(source)] = (limit_ma, self._ticks_ms(), ttl_ms, fallback_ma)

    def withdraw(self, source):
        """`source` sets no limit any more."""
        self._rows[SOURCES.index(source)] = _NONE

    def granted(self, source):
        """mA that it allows at this moment, None where it sets no limit."""
        limit_ma = self._current(SOURCES.index(source), self._ticks_ms())[0]
        return None if limit_ma == NO_LIMIT_MA else limit_ma

    def fill(self, down):
        """Write the rows into the down slot, with the time that each has left."""
        now_ms = self._ticks_ms()
        down[DOWN_ROWS] = len(SOURCES)
        for row in range(len(SOURCES)):
            at = DOWN_LEASES + row * LEASE_WIDTH
            limit_ma, ttl_ms, fallback_ma = self._current(row, now_ms)
            down[at + LEASE_LIMIT_MA] = limit_ma
            down[at + LEASE_TTL_MS] = ttl_ms
            down[at + LEASE_FALLBACK_MA] = fallback_ma

    def _current(self, row, now_ms):
        limit_ma, granted_ms, ttl_ms, fallback_ma = self._rows[row]
        if ttl_ms == NEVER:
            return limit_ma, NEVER, fallback_ma
        left_ms = ttl_ms - since(now_ms, granted_ms)
        if left_ms > 0:
            return limit_ma, left_ms, fallback_ma
        self._rows[row] = (fallback_ma, now_ms, NEVER, fallback_ma)  # out, before the clock wraps
        self.expired.append(SOURCES[row])
        return fallback_ma, NEVER, fallback_ma
