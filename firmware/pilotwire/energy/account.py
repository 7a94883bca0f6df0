"""What happens in one charge, counted: its times, its interruptions, and what limited it."""

from micropython import const

from ..pilot import handover, reasons
from ..ticks import since

_LIMITS = const(8)  # entries
_MOVES = const(12)

_TIMES = ("charging_s", "suspended_s", "idle_s")
_FIELDS = _TIMES + ("max_power_w", "phases_used", "openings", "contactor", "limits")


class Account:
    """Call `see` with each state of ring 0 from the opening record on; `fields` are a record's.

    Seconds are charging (energised), suspended (the box gives nothing) or idle (the vehicle takes
    nothing). Lists that become long lose what lasted least, or what is in their middle.
    """

    def __init__(self, up=None):
        self.times_ms = [0, 0, 0]
        self.max_power_w = self.phases_used = 0
        self._openings = {}
        self._moves = []
        self._limits = []
        self._seen_ms = None
        self._which = 0  # of the times counts since then
        self._closed = up[handover.UP_CLOSED] if up else 0

    def see(self, now_ms, up, by):
        """`up` is ring 0's state, `by` the name of the source whose limit binds."""
        closed = up[handover.UP_CLOSED]
        if self._seen_ms is not None:
            self.times_ms[self._which] += since(now_ms, self._seen_ms)
        self._seen_ms = now_ms
        if closed:
            self._which = 0
        else:
            self._which = 1 if up[handover.UP_WHY_NOT] & ~reasons.NOT_READY else 2
        at_s = sum(self.times_ms) // 1000
        if closed != self._closed:
            self._closed = closed
            what = "closed"
            if not closed:
                what = reasons.OPENED_CODES[up[handover.UP_OPENED]]
                self._openings[what] = self._openings.get(what, 0) + 1
            self._moves.append((at_s, what))
            if len(self._moves) > _MOVES:
                del self._moves[_MOVES // 2 : _MOVES // 2 + 2]
        limit = (up[handover.UP_LIMIT_MA] // 100, by)
        if not self._limits or self._limits[-1][1:] != limit:
            if self._limits and self._limits[-1][0] == at_s:  # gone within the second
                self._limits.pop()
            self._limits.append((at_s,) + limit)
            if len(self._limits) > _LIMITS:
                del self._limits[self._briefest()]

    def fields(self) -> dict:
        values = [ms // 1000 for ms in self.times_ms]
        values += [self.max_power_w, self.phases_used, list(self._openings.items())]
        return dict(zip(_FIELDS, values + [self._moves, self._limits]))

    def _briefest(self):
        """The entry of the limits, neither first nor last, that held for the shortest time."""
        times = [self._limits[i + 1][0] - self._limits[i][0] for i in range(1, _LIMITS)]
        return times.index(min(times)) + 1


def counted(record) -> dict:
    """The same fields out of an opening record that was kept up to date, as far as it has them."""
    return {name: record[name] for name in _FIELDS if name in record}
