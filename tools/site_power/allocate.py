"""What each box of a site gets, per phase max-min fair: nobody can have more but from the poorer.

Two sums bind on each phase of each feeder: of the phases that are seen in use (`room_ma`), and of
all that are connected (`worst_room_ma`), should each car be changed for one that uses them all.
A car takes 6 A or nothing. Where not all can have 6 A, those first in `order` do. A box keeps its
share in any case: it has that without us.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .tree import LEAST_MA, Site

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_UNIT_MA = 100
_NO_END = 1 << 40
_EPSILON = 1e-6  # shares of a room are fractions of a unit by a number of boxes at most


class Layout:
    """Which box loads which column: a column is one phase of one feeder.

    `boxes` and `columns` tell the order of all arrays.
    """

    def __init__(self, site: Site):
        self.boxes = list(site.boxes)
        self.columns = [(f.name, phase) for f in site.feeders.values() for phase in f.phases]
        column = {key: i for i, key in enumerate(self.columns)}
        above = {name: site.above(name) for name in site.feeders}
        depth = max(map(len, above.values()))
        # The columns that a terminal loads; the one after the last is no column at all.
        self.loads = np.full((len(self.boxes), 3, depth), len(self.columns))
        for b, box in enumerate(site.boxes.values()):
            for terminal, phase in enumerate(box.rotation):
                path = [column[name, phase] for name in above[box.feeder]]
                self.loads[b, terminal, : len(path)] = path
        boxes = site.boxes.values()
        self.share_ma = np.array([box.share_ma for box in boxes])
        self.max_ma = np.array([box.max_ma for box in boxes])
        self.priority = np.array([box.priority for box in boxes])
        self.fuse_ma = np.array([site.feeders[name].fuse_ma for name, _ in self.columns])
        self.worst_ma = np.array([site.worst_ma(name) for name, _ in self.columns])
        self.others_ma = np.array(
            [site.feeders[name].others_ma[phase - 1] for name, phase in self.columns]
        )

    def sums(self, box_ma: ArrayLike, uses: NDArray[np.bool_] | None = None) -> Ints:
        """What boxes load each column with, by the terminals that they use; None: by all."""
        ma = np.broadcast_to(np.asarray(box_ma)[:, None], (len(self.boxes), 3))
        if uses is not None:
            ma = np.where(uses, ma, 0)
        each = np.broadcast_to(ma[:, :, None], self.loads.shape)
        sums = np.bincount(self.loads.ravel(), each.ravel(), len(self.columns) + 1)
        return sums[:-1].astype(np.int64)


def order(
    layout: Layout, served: ArrayLike, since_s: ArrayLike, need: ArrayLike, turn_s: float
) -> Ints:
    """Who is served first: the higher class, who is within a turn, the needier, who waits longer.

    `since_s`: for how long each has been served, or has waited. `need`: any number.
    """
    served = np.asarray(served, bool)
    since = np.asarray(since_s, float)
    in_turn = served & (since < turn_s)
    waited = np.where(served, -since, since)
    keys = (-waited, -np.asarray(need, float), ~in_turn, -layout.priority)
    return np.lexsort(keys)


def allocate(
    layout: Layout,
    wants_ma: ArrayLike,
    uses: NDArray[np.bool_],
    room_ma: ArrayLike,
    worst_room_ma: ArrayLike,
    order: ArrayLike,
    least_ma: int = LEAST_MA,
    idle: ArrayLike = False,
) -> Ints:
    """mA for each box: 0, or `least_ma` to what it wants in whole 100 mA; never below its share.

    `wants_ma` 0: no car. `uses`: for each box and terminal whether current is seen in it; in all
    where that is not known. The rooms are for all boxes together, their shares included. `idle`:
    who has the least of what nobody else wants.
    """
    filling = Filling(layout, np.asarray(wants_ma), uses, room_ma, worst_room_ma)
    ranked, least = np.asarray(order), -(-least_ma // _UNIT_MA)
    wants = filling.wants
    filling.wants = np.where(idle, np.minimum(wants, filling.units), wants)
    filling.admit(ranked, least)
    filling.fill()
    filling.top_up(ranked)
    filling.wants = np.where(idle, wants, filling.wants)
    filling.admit(ranked, least)
    return np.where(filling.wants > 0, filling.units * _UNIT_MA, 0)


class Filling:
    """In units of 100 mA. The columns of the first sum, those of the second, and one of no end."""

    def __init__(
        self,
        layout: Layout,
        wants_ma: Ints,
        uses: NDArray[np.bool_],
        room_ma: ArrayLike,
        worst_room_ma: ArrayLike,
    ):
        boxes, columns = len(layout.boxes), len(layout.columns)
        self.none = 2 * columns
        share = layout.share_ma // _UNIT_MA
        self.wants = np.where(wants_ma > 0, np.maximum(wants_ma // _UNIT_MA, share), 0)
        self.units = share.copy()
        self.rounds = 0
        first = np.where(uses[:, :, None], layout.loads, columns)
        first = np.where((self.wants > 0)[:, None, None], first, columns)
        first = np.where(first == columns, self.none, first)
        second = layout.loads + columns
        self.loads = np.concatenate((first, second), axis=1).reshape(boxes, -1)
        self._floors = share.copy()
        rooms = np.concatenate((np.asarray(room_ma), np.asarray(worst_room_ma))) // _UNIT_MA
        self.left = np.append(rooms - self._sums(share)[:-1], _NO_END)

    def _float_sums(self, units: NDArray[np.generic]) -> Floats:
        each = np.broadcast_to(units[:, None], self.loads.shape)
        sums = np.bincount(self.loads.ravel(), each.ravel(), self.none + 1).astype(float)
        sums[self.none] = 0
        return sums

    def _sums(self, units: Ints) -> Ints:
        return np.rint(self._float_sums(units)).astype(np.int64)

    def admit(self, ranked: Ints, least: int) -> None:
        """The least for as many as can have it, in their order."""
        asking = (self.wants >= least) & (self.units < least)
        short = np.where(asking, least - self.units, 0)
        if (self._sums(short)[:-1] > self.left[:-1]).any():
            left = self.left.tolist()
            for b in ranked[asking[ranked]].tolist():
                step = int(short[b])
                columns = self.loads[b].tolist()
                if all(left[c] >= step for c in columns):
                    for c in columns:
                        left[c] -= step
                else:
                    short[b] = 0
        self._give(short)
        self._floors = self.units.copy()
        # Who has nothing now stays without, and keeps what is less than the least.
        self.wants = np.where(asking & (short == 0), self.units, self.wants)
        self.wants = np.where(self.wants >= least, self.wants, np.minimum(self.wants, self.units))

    def _give(self, units: Ints) -> None:
        self.units = self.units + units
        self.left -= self._sums(units)

    def fill(self) -> None:
        """Raise all alike until their columns are full: a level for each column, again and again.

        A column's level would fill it, if only it were there. A box reaches the lowest of its
        levels; what wants no more than that is done, and so is each column whose boxes all reach
        its level. The others' levels can only rise then: most trees take a few rounds.
        """
        active = self.wants > self.units
        owner, entry = np.nonzero((self.loads != self.none) & active[:, None])
        steps = _Steps(owner, self.loads[owner, entry], self._floors, self.wants)
        left = self.left.astype(float)
        reached = self.units.astype(float)
        while active.any():
            self.rounds += 1
            steps.keep(active)
            level = steps.levels(left)
            reach = level[self.loads].min(axis=1)
            done = active & (self.wants <= reach)
            behind = active & ~done
            # Who is held below a column's level by another will leave room in it.
            levels = level[self.loads]
            held = behind[:, None] & (reach[:, None] < levels) & (self._floors[:, None] < levels)
            open_ = np.bincount(self.loads[held], minlength=self.none + 1) > 0
            tight = (levels == reach[:, None]) & ~open_[self.loads]
            done |= behind & tight.any(axis=1)
            reached[done] = np.minimum(np.maximum(reach, self._floors), self.wants)[done]
            left -= self._float_sums(np.where(done, reached - self._floors, 0))
            active &= ~done
        self._give(np.floor(reached + _EPSILON).astype(np.int64) - self.units)

    def top_up(self, ranked: Ints) -> None:
        """Whole units are left over: to the poorest that can have one, then in order."""
        rank = np.empty(len(ranked), int)
        rank[ranked] = np.arange(len(ranked))
        while True:
            can = (self.wants > self.units) & (self.left[self.loads].min(axis=1) >= 1)
            asking = np.flatnonzero(can)
            if not len(asking):
                return
            more = np.zeros_like(self.units)
            left = self.left.tolist()
            for b in asking[np.lexsort((rank[asking], self.units[asking]))].tolist():
                columns = self.loads[b].tolist()
                if all(left[c] >= 1 for c in columns):
                    for c in columns:
                        left[c] -= 1
                    more[b] = 1
            self._give(more)


class _Steps:
    """How the load of each column rises with a level: from each box's floor to what it wants."""

    def __init__(self, owner: Ints, column: Ints, floors: Ints, wants: Ints):
        at = np.concatenate((floors[owner], wants[owner]))
        columns = np.concatenate((column, column))
        slope = np.repeat((1, -1), len(owner))
        sort = np.lexsort((at, columns))
        self._at, self._column, self._slope = at[sort], columns[sort], slope[sort]
        self._owner = np.concatenate((owner, owner))[sort]

    def keep(self, active: NDArray[np.bool_]) -> None:
        kept = active[self._owner]
        self._at, self._column = self._at[kept], self._column[kept]
        self._slope, self._owner = self._slope[kept], self._owner[kept]

    def levels(self, left: Floats) -> Floats:
        """The level at which each column is full; infinite where all have what they want first."""
        level = np.full(len(left), np.inf)
        # The slopes of a column add up to none: each column begins at zero again.
        slope = np.cumsum(self._slope)
        load = np.cumsum(np.append(0, slope[:-1] * np.diff(self._at)))
        begins = np.flatnonzero(np.diff(self._column, prepend=-1))
        load -= np.repeat(load[begins], np.diff(np.append(begins, len(load))))
        room = np.maximum(left, 0)[self._column]
        over = np.flatnonzero(load > room + _EPSILON)
        over = over[np.diff(self._column[over], prepend=-1) > 0]
        before = over - 1
        rest = room[before] - load[before]
        level[self._column[over]] = self._at[before] + rest / slope[before]
        return level
