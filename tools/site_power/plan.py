"""The cheapest plan for many cars over a horizon of prices, by HiGHS (scipy.optimize).

In each slot a car takes nothing or its least to its most current; each start costs something, so
that a charge is not cut to pieces; each column of the tree has its room. What the sun leaves over
costs what feeding it in would have paid, the rest the price. What is not delivered in time counts
far more than any price, so no wish makes a plan impossible.

Up to EXACT on-or-off decisions this is solved as it stands. Above that the relaxation is solved,
its on and off are rounded within the rooms, and the currents are worked out anew for those.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from .allocate import Ints, Layout
from .tree import LEAST_MA

EXACT = 1_500
_VOLTS = 230
_SHORT = 100  # a kWh that is missing, in the dearest kWh or start
_ROUNDS = 4  # of rounding: each gives more slots to those who lack something

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class PlanError(ValueError):
    """What of a plan's input cannot be used: its place, and the range."""


@dataclass(frozen=True, slots=True)
class Car:
    """At `box` from `begin_s` to `by_s` after the first slot's beginning, wanting `wh` by then.

    `uses`: the box's terminals in which it draws. `charging`: it does now, and may go on.
    """

    box: str
    wh: float
    begin_s: float
    by_s: float
    most_ma: int
    uses: tuple[bool, bool, bool] = (True, True, True)
    charging: bool = False
    least_ma: int = LEAST_MA


@dataclass(frozen=True, slots=True)
class Plan:
    """`ma`: for each car and slot. `short_wh`: what each lacks. `exact`: nothing is cheaper."""

    ma: Ints
    short_wh: Floats
    cost: float
    starts: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Horizon:
    """Slots of `slot_s`. `prices` and `feed_in` per kWh, `start_cost` in the same currency.

    `room_ma`: for each slot and column of the layout what is left for boxes, others and margin
    taken off. `surplus_w`: for each slot what of the sun would be fed in.
    """

    slot_s: int
    prices: Sequence[float]
    room_ma: ArrayLike
    surplus_w: Sequence[float] | None = None
    feed_in: float = 0.0
    start_cost: float = 0.05


def plan(
    layout: Layout,
    horizon: Horizon,
    cars: Sequence[Car],
    limit_s: float = 10.0,
    exact: int = EXACT,
) -> Plan:
    """The best plan that is found within about `limit_s`. Raises PlanError."""
    _check(layout, horizon, cars)
    model = _Model(layout, horizon, cars)
    if not len(model.car):
        return model.plan(np.zeros(model.there.shape), True)
    if model.there.sum() <= exact:
        amperes, proven = model.solve(limit_s)
    else:
        amperes, proven = model.round(limit_s), False
    return model.plan(amperes, proven)


def cost(horizon: Horizon, power_w: Floats, starts: int) -> float:
    """Of what all cars draw in each slot, and of their starts."""
    prices, feed_in, surplus = _tariff(horizon)
    hours = horizon.slot_s / 3_600
    sun = np.minimum(power_w, surplus)
    return float(((power_w - sun) @ prices + sun @ feed_in) * hours / 1_000) + (
        starts * horizon.start_cost
    )


def _tariff(horizon: Horizon) -> tuple[Floats, Floats, Floats]:
    """Prices, what the sun's energy costs, which is never more, and the sun's power."""
    prices = np.asarray(horizon.prices, float)
    surplus = np.zeros(len(prices)) if horizon.surplus_w is None else horizon.surplus_w
    return prices, np.minimum(horizon.feed_in, prices), np.maximum(surplus, 0.0)


def _check(layout: Layout, horizon: Horizon, cars: Sequence[Car]) -> None:
    slots = len(horizon.prices)
    if not 60 <= horizon.slot_s <= 86_400:
        raise PlanError(f"slot_s: {horizon.slot_s} s; 60 to 86400 are allowed")
    if not 1 <= slots <= 1_000:
        raise PlanError(f"prices: {slots} slots; 1 to 1000 are allowed")
    tariff = {"prices": horizon.prices, "feed_in": horizon.feed_in}
    for name, value in {**tariff, "start_cost": horizon.start_cost}.items():
        if not (np.abs(np.asarray(value, float)) <= 1_000).all():
            raise PlanError(f"{name}: no number, or beyond 1000 a kWh or start")
    if horizon.start_cost < 0:
        raise PlanError(f"start_cost: {horizon.start_cost:g} is negative")
    if horizon.surplus_w is not None and (
        len(horizon.surplus_w) != slots or not np.isfinite(horizon.surplus_w).all()
    ):
        raise PlanError(f"surplus_w: not {slots} numbers, one for each price")
    room = np.asarray(horizon.room_ma, float)
    if room.shape != (slots, len(layout.columns)) or not np.isfinite(room).all():
        raise PlanError(
            f"room_ma: not {slots} times {len(layout.columns)} numbers, one for each price and"
            " column"
        )
    seen = set()
    for car in cars:
        place = f"cars.{car.box}"
        if car.box not in layout.boxes:
            raise PlanError(f"{place}: no such box")
        if car.box in seen:
            raise PlanError(f"{place}: two cars at one box")
        seen.add(car.box)
        if not 0 <= car.wh <= 1_000_000:
            raise PlanError(f"{place}.wh: {car.wh}; 0 to 1000000 are allowed")
        if not (np.isfinite(car.begin_s) and np.isfinite(car.by_s) and car.begin_s < car.by_s):
            raise PlanError(f"{place}.by_s: {car.by_s} is not later than begin_s {car.begin_s}")
        if not LEAST_MA <= car.least_ma <= car.most_ma <= 80_000:
            raise PlanError(
                f"{place}.most_ma: {car.least_ma} to {car.most_ma} mA is not within 6000 to 80000"
            )
        loads = layout.loads[layout.boxes.index(car.box), list(car.uses)]
        if (loads == len(layout.columns)).all(axis=None):
            raise PlanError(f"{place}.uses: {car.uses} are no terminals that the box has")


class _Model:
    """Variables, in A, for each car and slot in which it is there: current, on, start.

    After those the power of the sun and from the grid in each slot, and what each car will lack.
    """

    def __init__(self, layout: Layout, horizon: Horizon, cars: Sequence[Car]):
        self.horizon, self.cars = horizon, cars
        slots = len(horizon.prices)
        begins = np.arange(slots) * horizon.slot_s
        first = np.array([car.begin_s for car in cars])[:, None]
        last = np.array([car.by_s for car in cars])[:, None]
        inside = np.minimum(begins + horizon.slot_s, last) - np.maximum(begins, first)
        self.hours = np.maximum(inside, 0) / 3_600
        wants = np.array([car.wh > 0 for car in cars], bool)[:, None]
        self.there = (self.hours > 0) & wants
        self.car, self.slot = np.nonzero(self.there)
        self.least = np.array([car.least_ma for car in cars]) / 1_000
        self.most = np.array([car.most_ma for car in cars]) / 1_000
        at = [layout.boxes.index(car.box) for car in cars]
        uses = np.array([car.uses for car in cars], bool).reshape(-1, 3, 1)
        self.loads = np.where(uses, layout.loads[np.array(at, int)], len(layout.columns))
        phases = (self.loads[:, :, 0] < len(layout.columns)).sum(axis=1)
        self.watts = phases * _VOLTS  # of one ampere
        self.room = np.maximum(np.asarray(horizon.room_ma, float) / 1_000, 0)

    def solve(self, limit_s: float) -> tuple[Floats, bool]:
        """Amperes of each car and slot, and whether nothing is cheaper."""
        n = len(self.car)
        least, most = self.least[self.car], self.most[self.car]
        own, nth = np.ones(n), np.arange(n)
        before = np.flatnonzero(
            (self.car[1:] == self.car[:-1]) & (self.slot[1:] - self.slot[:-1] == 1)
        )
        after = before + 1
        was_on = np.zeros(n)
        for c, car in enumerate(self.cars):
            if car.charging and len(found := np.flatnonzero((self.car == c) & (self.slot == 0))):
                was_on[found] = 1
        more = [
            # least on <= current <= most on; a start where it is on and was not
            _Rows([(nth, nth, own), (nth, n + nth, -least)], n, 0, np.inf),
            _Rows([(nth, nth, own), (nth, n + nth, -most)], n, -np.inf, 0),
            _Rows(
                [
                    (nth, n + nth, own),
                    (after, n + before, -np.ones(len(after))),
                    (nth, 2 * n + nth, -own),
                ],
                n,
                -np.inf,
                was_on,
            ),
        ]
        found = self._minimise(
            np.concatenate((np.zeros(n), np.zeros(n), np.full(n, self.horizon.start_cost))),
            np.concatenate((most, np.ones(n), np.ones(n))),
            np.repeat((0, 1, 0), n),
            more,
            limit_s,
        )
        if found is None:  # not even one within the time
            return self.round(limit_s), False
        values, proven = found
        return self._spread(np.where(values[n : 2 * n] > 0.5, values[:n], 0)), proven

    def round(self, limit_s: float) -> Floats:
        """The relaxation, rounded to on and off within the rooms."""
        part_s = limit_s / (_ROUNDS + 1)
        n = len(self.car)
        most = self.most[self.car]
        found = self._minimise(np.zeros(n), most, np.zeros(n), [], part_s)
        wished = most if found is None else found[0][:n]
        amperes = np.zeros(n)
        on = np.zeros(n, bool)
        for _ in range(_ROUNDS):
            on = self._admit(on, wished)
            low = np.where(on, self.least[self.car], 0)
            high = np.where(on, most, 0)
            found = self._minimise(np.zeros(n), high, np.zeros(n), [], part_s, low)
            amperes = low if found is None else found[0][:n]
            lacks = self._short_wh(self._spread(amperes)) > 1
            if not lacks[self.car[~on]].any():
                break
            # Whoever lacks something may have any other slot, the cheap ones first.
            prices = np.asarray(self.horizon.prices, float)[self.slot]
            wished = np.where(lacks[self.car] & ~on, 1 + prices.max() - prices, 0)
        return self._spread(np.where(on, amperes, 0))

    def _admit(self, on: Bools, wished: Floats) -> Bools:
        """Those on, and as many more as have room for their least, the most wished first."""
        columns = self.room.shape[1]
        left = np.hstack((self.room, np.full((len(self.room), 1), np.inf)))
        flat = self.loads.reshape(len(self.cars), -1)
        on = on.copy()
        for i in np.flatnonzero(on):
            used = flat[self.car[i]]
            left[self.slot[i], used[used < columns]] -= self.least[self.car[i]]
        ranked = np.argsort(-wished, kind="stable")
        for i in ranked[(wished[ranked] > 1e-3) & ~on[ranked]]:
            used = flat[self.car[i]]
            used = used[used < columns]
            least = self.least[self.car[i]]
            if (left[self.slot[i], used] >= least - 1e-9).all():
                left[self.slot[i], used] -= least
                on[i] = True
        return on

    def _minimise(
        self,
        costs: Floats,
        high: Floats,
        integer: ArrayLike,
        more: list["_Rows"],
        limit_s: float,
        low: Floats | None = None,
    ) -> tuple[Floats, bool] | None:
        """Of the variables of which the first are the currents, then sun, grid and lack follow."""
        n, first = len(self.car), len(costs)
        slots, cars = len(self.horizon.prices), len(self.cars)
        prices, feed_in, surplus = _tariff(self.horizon)
        hours = self.horizon.slot_s / 3_600
        sun, grid, lack = first, first + slots, first + 2 * slots
        nth, watts = np.arange(n), self.watts[self.car]
        full = self.hours[self.car, self.slot]
        each_slot, each_car = np.arange(slots), np.arange(cars)
        dearest = max(np.abs(prices).max(), self.horizon.start_cost, 0.01)
        rows = [
            # What the cars draw comes from the sun or the grid (kW); what they lack (kWh).
            _Rows(
                [(self.slot, nth, watts * full / hours / 1_000)]
                + [(each_slot, at + each_slot, -np.ones(slots)) for at in (sun, grid)],
                slots,
                0,
                0,
            ),
            _Rows(
                [
                    (self.car, nth, watts * full / 1_000),
                    (each_car, lack + each_car, np.ones(cars)),
                ],
                cars,
                np.array([car.wh for car in self.cars]) / 1_000,
                np.inf,
            ),
            self._rooms(),
            *more,
        ]
        # Of what costs the same the earlier: nobody knows when a car leaves.
        early = np.linspace(0, 1e-4 * dearest, slots)
        objective = np.concatenate(
            (
                costs,
                (feed_in + early) * hours,
                (prices + early) * hours,
                np.full(cars, _SHORT * dearest),
            )
        )
        high = np.concatenate((high, surplus / 1_000, np.full(slots + cars, np.inf)))
        lows = np.zeros(len(high))
        lows[: 0 if low is None else n] = 0 if low is None else low
        flags = np.zeros(len(high))
        flags[:first] = integer
        result = milp(
            objective,
            integrality=flags,
            bounds=Bounds(lows, high),
            constraints=[row.constraint(len(high)) for row in rows if row.count],
            options={"time_limit": limit_s, "mip_rel_gap": 1e-6},
        )
        return None if result.x is None else (result.x, result.status == 0)

    def _rooms(self) -> "_Rows":
        """The currents of each slot and column; only those that anybody could fill."""
        columns = self.room.shape[1]
        loads = self.loads[self.car].reshape(len(self.car), -1)
        nth, entry = np.nonzero(loads < columns)
        row = self.slot[nth] * columns + loads[nth, entry]
        could = np.bincount(row, self.most[self.car[nth]], self.room.size) > self.room.ravel()
        kept = could[row]
        place = np.cumsum(could) - 1
        entries = [(place[row[kept]], nth[kept], np.ones(kept.sum()))]
        return _Rows(entries, int(could.sum()), -np.inf, self.room.ravel()[could])

    def _spread(self, values: Floats) -> Floats:
        amperes = np.zeros(self.there.shape)
        amperes[self.car, self.slot] = values
        return amperes

    def _short_wh(self, amperes: Floats) -> Floats:
        got = (amperes * self.hours).sum(axis=1) * self.watts
        return np.maximum(np.array([car.wh for car in self.cars]) - got, 0)

    def plan(self, amperes: Floats, exact: bool) -> Plan:
        """Rounded down to mA, never below the least."""
        ma = np.floor(amperes * 1_000 + 1e-3).astype(np.int64)
        least = (self.least * 1_000).astype(np.int64)[:, None]
        ma = np.where(ma > 0, np.maximum(ma, least), 0)
        on = ma > 0
        was = np.array([car.charging for car in self.cars], bool)[:, None]
        starts = int((on & ~np.hstack((was, on[:, :-1]))).sum())
        power_w = self.watts @ (ma / 1_000 * self.hours) / (self.horizon.slot_s / 3_600)
        short = self._short_wh(ma / 1_000)
        short[short < 1] = 0
        return Plan(ma, short, cost(self.horizon, power_w, starts), starts, exact)


class _Rows:
    """Rows of a constraint: entries (rows, variables, factors), how many, and their range."""

    def __init__(
        self,
        entries: list[tuple[Ints, Ints, Floats]],
        count: int,
        low: ArrayLike,
        high: ArrayLike,
    ):
        self.rows, self.variables, self.factors = (
            np.concatenate(part) for part in zip(*entries, strict=True)
        )
        self.count, self.low, self.high = count, low, high

    def constraint(self, variables: int) -> LinearConstraint:
        shape = (self.count, variables)
        matrix = coo_array((self.factors, (self.rows, self.variables)), shape=shape).tocsr()
        low, high = (np.broadcast_to(end, self.count) for end in (self.low, self.high))
        return LinearConstraint(matrix, low, high)
