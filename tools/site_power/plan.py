"""The cheapest plan for many cars over a horizon of prices, by HiGHS (scipy.optimize).

In each slot a car takes nothing or its least to its most current; each start costs something, so
that a charge is not cut to pieces; each column of the tree has its room. What the sun leaves over
costs what feeding it in would have paid, the rest the price. What is not delivered in time counts
far more than any price, so no wish makes a plan impossible.

Up to EXACT on-or-off decisions this is solved as it stands. For more, the relaxation is solved
first, in which a current may be anything from nothing on. Then a few cars at a time are solved as
it stands, in the slots that the relaxation gave them and those beside, with what it gives to all
others taken off; at last the currents are worked out anew for what is on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import milp
from scipy.sparse import coo_array, csr_array

from .allocate import Ints, Layout
from .tree import LEAST_MA

EXACT = 200
_VOLTS = 230
_SHORT = 100  # a kWh that is missing, in the dearest kWh or start
_GROUP = 4  # cars
_HASTE = 3.0  # so many times its part of the time left each may take, as few need it
_GAP = 1e-4  # within which a plan counts as the cheapest

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
    """`ma`: for each car and slot. `short_wh`: what each lacks. `exact`: nothing is cheaper.

    `least`: what a plan in which nobody lacks anything cannot cost less than; None: not known.
    """

    ma: Ints
    short_wh: Floats
    cost: float
    starts: int
    exact: bool
    least: float | None


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
    limit_s: float = 20.0,
    exact: int = EXACT,
) -> Plan:
    """The best plan that is found within about `limit_s`. Raises PlanError."""
    _check(layout, horizon, cars)
    model = _Model(layout, horizon, cars)
    if not len(model.car):
        return model.plan(np.zeros(model.there.shape), True)
    found = None
    if len(model.car) <= exact:
        found = model.solve(limit_s / 2)
        if found is not None and found[1]:
            return model.plan(found[0], True)
        limit_s /= 2
    relaxed = model.relax(limit_s / 4)
    least = model.least_cost(relaxed)
    plans = [model.plan(_grouped(layout, model, relaxed, limit_s * 3 / 4), False, least)]
    if found is not None:
        plans.append(model.plan(found[0], False, least))
    return min(plans, key=model.value)


def _grouped(layout: Layout, model: "_Model", relaxed: Floats | None, limit_s: float) -> Floats:
    """Amperes of each car and slot, a group after the other."""
    end_s = monotonic() + limit_s
    by_feeder = sorted(range(len(model.cars)), key=lambda c: layout.boxes.index(model.cars[c].box))
    groups = np.array_split(by_feeder, -(-len(by_feeder) // _GROUP))
    amperes = np.zeros(model.there.shape) if relaxed is None else relaxed
    may_be_on = amperes > 1e-6 if relaxed is not None else model.there.copy()
    may_be_on[:, 1:] |= may_be_on[:, :-1]
    may_be_on[:, :-1] |= may_be_on[:, 1:]
    for passes_left in (2, 1):
        for at, group in enumerate(groups):
            left_s = (end_s - monotonic()) / passes_left
            part_s = max(_HASTE * left_s / (len(groups) - at + 1), 0.05)
            part = model.part(layout, amperes, group)
            found = part.solve(part_s, may_be_on[group]) if len(part.car) else None
            if found is not None:
                amperes[group] = found[0]
            elif passes_left == 2:
                least = model.least[group, None]
                amperes[group] = np.where(amperes[group] < least, 0, amperes[group])
        amperes = model.polish(amperes, max(end_s - monotonic(), 0.1))
        # Once more, those who lack something with others who could give it, in every slot.
        short_wh = model.short_wh(amperes)
        if short_wh.max() < 1:
            break
        dealt = np.argsort(-short_wh)
        groups = [dealt[i :: len(groups)] for i in range(len(groups))]
        may_be_on = (amperes > 0) | (model.there & (short_wh > 1)[:, None])
    return amperes


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
        self.dearest = max(np.abs(horizon.prices).max(), horizon.start_cost, 0.01)
        self.room = np.maximum(np.asarray(horizon.room_ma, float) / 1_000, 0)

    def part(self, layout: Layout, amperes: Floats, group: Ints) -> "_Model":
        """Only those of a group, in what all others leave."""
        others = amperes.copy()
        others[group] = 0
        left = replace(
            self.horizon,
            room_ma=(self.room - self.load(others)[:, :-1]) * 1_000,
            surplus_w=(_tariff(self.horizon)[2] - self.power_w(others)).tolist(),
        )
        return _Model(layout, left, [self.cars[c] for c in group])

    def solve(self, limit_s: float, may_be_on: Bools | None = None) -> tuple[Floats, bool] | None:
        """Amperes of each car and slot, and whether nothing is cheaper; None: none in time."""
        n = len(self.car)
        least, most = self.least[self.car], self.most[self.car]
        may = np.ones(n) if may_be_on is None else may_be_on[self.car, self.slot].astype(float)
        own, nth = np.ones(n), np.arange(n)
        before = np.flatnonzero(np.diff(self.car) == 0)  # a car is there without a gap
        after = before + 1
        charging = np.array([car.charging for car in self.cars])
        was_on = (charging[self.car] & (self.slot == 0)).astype(float)
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
            np.zeros(3 * n),
            np.concatenate((most * may, may, np.ones(n))),
            np.repeat((0, 1, 0), n),
            more,
            limit_s,
        )
        if found is None:
            return None
        values, proven = found
        amperes = self._spread(np.where(values[n : 2 * n] > 0.5, values[:n], 0))
        return amperes, proven and may_be_on is None

    def relax(self, limit_s: float) -> Floats | None:
        """Amperes where every current from nothing on is possible; None: none in time."""
        return self._currents(np.zeros(len(self.car)), self.most[self.car], limit_s)

    def polish(self, amperes: Floats, limit_s: float) -> Floats:
        """The best currents where they are on; as they are: none in time."""
        on = amperes[self.car, self.slot] > 0
        low, high = (np.where(on, end[self.car], 0) for end in (self.least, self.most))
        best = self._currents(low, high, limit_s)
        return amperes if best is None else best

    def _currents(self, low: Floats, high: Floats, limit_s: float) -> Floats | None:
        nothing = np.zeros(len(self.car))
        found = self._minimise(nothing, low, high, nothing, [], limit_s)
        return None if found is None else self._spread(found[0][: len(self.car)])

    def least_cost(self, relaxed: Floats | None) -> float | None:
        """The relaxation's, and a start of each that does not charge already."""
        if relaxed is None or self.short_wh(relaxed).max() >= 1:
            return None
        starts = sum(bool(car.wh) and not car.charging for car in self.cars)
        return cost(self.horizon, self.power_w(relaxed), starts)

    def _minimise(
        self,
        costs: Floats,
        low: Floats,
        high: Floats,
        integer: ArrayLike,
        more: list["_Rows"],
        limit_s: float,
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
        wh = np.array([car.wh for car in self.cars])
        rows = [
            # What the cars draw comes from the sun or the grid (kW); what they lack (kWh). Beyond
            # the wish only what the least makes in a slot, were the price ever so negative.
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
                wh / 1_000,
                (wh + self.least * self.watts * hours) / 1_000,
            ),
            self._rooms(),
            *more,
        ]
        # Of what costs the same the earlier: nobody knows when a car leaves.
        early = np.linspace(0, 1e-4 * self.dearest, slots)
        objective = np.concatenate(
            (
                costs,
                (feed_in + early) * hours,
                (prices + early) * hours,
                np.full(cars, _SHORT * self.dearest),
            )
        )
        high = np.concatenate((high, surplus / 1_000, np.full(slots + cars, np.inf)))
        lows = np.zeros(len(high))
        lows[:first] = low
        flags = np.zeros(len(high))
        flags[:first] = integer
        result = milp(
            objective,
            integrality=flags,
            bounds=(lows, high),
            constraints=[row.constraint(len(high)) for row in rows if row.count],
            options={"time_limit": limit_s, "mip_rel_gap": _GAP},
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

    def load(self, amperes: Floats) -> Floats:
        """Of each slot and column, and of no column."""
        each = np.broadcast_to(amperes[:, :, None], (*amperes.shape, self.loads[0].size))
        columns = self.room.shape[1] + 1
        slots = np.arange(amperes.shape[1])[None, :, None] * columns
        at = self.loads.reshape(len(self.loads), 1, -1) + slots
        sums = np.bincount(at.ravel(), each.ravel(), amperes.shape[1] * columns)
        return sums.astype(float).reshape(-1, columns)

    def power_w(self, amperes: Floats) -> Floats:
        """Of all cars in each slot, on average."""
        return self.watts @ (amperes * self.hours) / (self.horizon.slot_s / 3_600)

    def value(self, plan: Plan) -> float:
        """What is made least of."""
        return plan.cost + _SHORT * self.dearest * float(plan.short_wh.sum()) / 1_000

    def short_wh(self, amperes: Floats) -> Floats:
        got = (amperes * self.hours).sum(axis=1) * self.watts
        return np.maximum(np.array([car.wh for car in self.cars]) - got, 0)

    def plan(self, amperes: Floats, exact: bool, least: float | None = None) -> Plan:
        """Rounded down to mA, never below the least."""
        ma = np.floor(amperes * 1_000 + 1e-3).astype(np.int64)
        lowest = (self.least * 1_000).astype(np.int64)[:, None]
        ma = np.where(ma > 0, np.maximum(ma, lowest), 0)
        on = ma > 0
        was = np.array([car.charging for car in self.cars], bool)[:, None]
        starts = int((on & ~np.hstack((was, on[:, :-1]))).sum())
        short = self.short_wh(ma / 1_000)
        short[short < 1] = 0
        total = cost(self.horizon, self.power_w(ma / 1_000), starts)
        return Plan(ma, short, total, starts, exact, total if exact else least)


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

    def constraint(self, variables: int) -> tuple[csr_array, Floats, Floats]:
        """The matrix, its least and its most."""
        shape = (self.count, variables)
        matrix = coo_array((self.factors, (self.rows, self.variables)), shape=shape).tocsr()
        low, high = (np.broadcast_to(end, self.count) for end in (self.low, self.high))
        return matrix, low, high
