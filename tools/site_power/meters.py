"""What everything that is no box takes, per phase of each feeder, from the meters that are heard.

A meter shows the boxes too. What they draw is known a little earlier or later than the meter sees
it, so a load of others lies between two values. It counts as soon as it is there for certain, or
its fuse is overloaded; it counts no more when it has surely been gone for a while.
"""

import math

import numpy as np
from numpy.typing import NDArray

from .allocate import Ints, Layout
from .heard import Currents
from .tree import Site

_HOLD_S = 15.0  # a kettle that is off may be on again
_NOISE_MA = 200


class Meters:
    """`others_ma` and `room_ma` by column, as Layout has them; `loads` by feeder."""

    def __init__(self, site: Site, layout: Layout):
        self.loads: dict[str, Currents | None] = {}
        self.changed = True  # since somebody has set it False
        self.overloads: list[tuple[str, int, int, int]] = []  # since somebody has emptied it
        self._layout = layout
        self._flat, self._depth = layout.loads.ravel(), layout.loads.shape[2]
        self._timeout_s = site.meter_timeout_s
        self._heard_s: dict[str, float] = {}
        self._feeders: dict[str, list[str]] = {}
        self._columns: dict[str, Ints] = {}
        self._phases: dict[str, list[int]] = {}
        for feeder in site.feeders.values():
            if feeder.meter:
                self._feeders.setdefault(feeder.meter, []).append(feeder.name)
                self.loads[feeder.name] = None
            at = [i for i, (name, _) in enumerate(layout.columns) if name == feeder.name]
            self._columns[feeder.name] = np.array(at)
            self._phases[feeder.name] = [phase - 1 for phase in feeder.phases]
        self.names = set(self._feeders)
        self._most_ma = layout.fuse_ma - site.margin_ma
        self.others_ma = layout.others_ma.copy()
        self.room_ma = layout.fuse_ma - self.others_ma
        self._falls_since_s = np.zeros(len(layout.columns))
        self._falls_to_ma = np.zeros(len(layout.columns), np.int64)

    @property
    def worst_room_ma(self) -> Ints:
        """What boxes may have on all connected phases: then others may take all they can."""
        return self._layout.worst_ma - np.maximum(self._layout.others_ma, self.others_ma)

    def take(self, name: str, ma: Currents, drawn: NDArray[np.int64], now_s: float) -> list[str]:
        """A meter's message. `drawn`: the least and the most of each box and terminal.

        Returns the feeders whose meter was lost and is back.
        """
        self._heard_s[name] = now_s
        back = [feeder for feeder in self._feeders[name] if self.loads[feeder] is None]
        low, high = self._sums(drawn[0]), self._sums(drawn[1])
        for feeder in self._feeders[name]:
            self.loads[feeder] = ma
            at = self._columns[feeder]
            load = np.array(ma)[self._phases[feeder]]
            self._estimate(at, load, low[at], high[at], now_s, feeder in back)
            for column, now_ma in zip(at.tolist(), load.tolist(), strict=True):
                if now_ma > self._most_ma[column]:
                    phase = self._layout.columns[column][1]
                    self.overloads.append((feeder, phase, now_ma, int(self._most_ma[column])))
        return back

    def step(self, now_s: float) -> list[str]:
        """The feeders whose meter has just been lost: what was configured holds for them."""
        lost = []
        for name, heard_s in list(self._heard_s.items()):
            if now_s - heard_s > self._timeout_s:
                del self._heard_s[name]
                lost += self._feeders[name]
        for feeder in lost:
            self.loads[feeder] = None
            at = self._columns[feeder]
            self.others_ma[at] = self._layout.others_ma[at]
            self.room_ma[at] = self._layout.fuse_ma[at] - self.others_ma[at]
            self.changed = True
        return lost

    def next_s(self) -> float:
        """When a meter will count as lost."""
        return min(self._heard_s.values(), default=math.inf) + self._timeout_s + 0.01

    def _estimate(
        self, at: Ints, load: Ints, low: Ints, high: Ints, now_s: float, back: bool
    ) -> None:
        most = np.maximum(load - low, 0)
        certain = np.where(load > self._most_ma[at], most, np.maximum(load - high, 0))
        old = most if back else self.others_ma[at]
        rises = certain > old
        falls = most < old
        begins = rises | ~falls
        since = np.where(begins, now_s, self._falls_since_s[at])
        to = np.where(begins, 0, np.maximum(self._falls_to_ma[at], most))
        done = falls & ~rises & (now_s - since >= _HOLD_S)
        new = np.where(rises, certain, np.where(done, to, old))
        self._falls_since_s[at] = np.where(done, now_s, since)
        self._falls_to_ma[at] = np.where(done, 0, to)
        self.others_ma[at] = new
        room = self._most_ma[at] - new
        if back or (abs(room - self.room_ma[at]) > _NOISE_MA).any():
            self.room_ma[at] = room
            self.changed = True

    def _sums(self, each: NDArray[np.int64]) -> Ints:
        weights = np.repeat(each.ravel(), self._depth)
        return np.bincount(self._flat, weights, len(self._layout.columns) + 1)[:-1].astype(int)
