"""Other ways to share, under ideal conditions: no network, no delay, nothing ever fails.

They know at every moment what the building takes and which phases each car uses, and cars follow
at once: what they lose to the best possible they lose by how they share. With what they give, a
fuse trips when a network dies and the building switches on. The static ones are as safe as we are,
as they need no meter and no haste: they count `others_a` and all phases of each box at all times.
`uncontrolled` does not share at all; its row is a warning.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from site_power.garage import Visit
from site_power.tree import LEAST_MA

from .judge import Judge
from .score import Score, cost_ct
from .stage import Stage

_V = 230
_FULL_WH = 0.01
# (cars in the order of their arrival, room of each column in mA) -> mA of each car
Policy = Callable[[Sequence["Parked"], Sequence[float]], list[float]]


@dataclass(slots=True)
class Parked:
    """`columns` that count for the car, once for each phase; `loads`: those that it does load."""

    number: int
    visit: Visit
    columns: list[int]
    loads: list[int]
    had_wh: float = 0.0
    ma: float = 0.0
    since_s: float = 0.0

    @property
    def watts(self) -> float:
        return self.ma * self.visit.car.phases * _V / 1_000


def uncontrolled(cars: Sequence[Parked], rooms: Sequence[float]) -> list[float]:
    return [car.visit.car.max_ma for car in cars]


def equal_share(cars: Sequence[Parked], rooms: Sequence[float]) -> list[float]:
    """The same for all behind a fuse; where that is below 6 A, 6 A for those who came first."""
    users = [0] * len(rooms)
    for car in cars:
        for column in car.columns:
            users[column] += 1
    left = list(rooms)
    found = []
    for car in cars:
        share = min(rooms[c] / users[c] for c in car.columns)
        ma = min(max(share, LEAST_MA), car.visit.car.max_ma)
        found.append(_take(car, ma, left))
    return found


def first_come(cars: Sequence[Parked], rooms: Sequence[float]) -> list[float]:
    """All that he can take for who came first, then the next."""
    left = list(rooms)
    return [
        _take(car, min(car.visit.car.max_ma, *(left[c] for c in car.columns)), left)
        for car in cars
    ]


def _take(car: Parked, ma: float, left: list[float]) -> float:
    if ma < LEAST_MA or any(left[c] < ma - 1e-6 for c in car.columns):
        return 0.0
    for column in car.columns:
        left[column] -= ma
    return ma


@dataclass(frozen=True)
class Rival:
    """A way to share; `static`: by what is configured alone."""

    policy: Policy
    static: bool = False


RIVALS = {
    "equal share": Rival(equal_share),
    "first come": Rival(first_come),
    "equal, static": Rival(equal_share, static=True),
    "first, static": Rival(first_come, static=True),
    "uncontrolled": Rival(uncontrolled),
}


def run(stage: Stage, rival: Rival) -> Score:
    return _Run(stage, rival).run()


class _Run:
    def __init__(self, stage: Stage, rival: Rival):
        self._stage = stage
        self._policy = rival.policy
        self._static = rival.static
        site = stage.sort.site
        self._judge = Judge(site)
        self._names = list(site.boxes)
        self._fuses = [
            site.feeders[name].fuse_ma - site.margin_ma for name, _ in self._judge.columns
        ]
        self._static_ma = [
            site.feeders[name].fuse_ma - site.feeders[name].others_ma[phase - 1]
            for name, phase in self._judge.columns
        ]
        self._cars: list[Parked] = []
        self._had = [0.0] * len(stage.visits)
        self._ct = 0.0
        self._interruptions = 0

    def run(self) -> Score:
        events: list[tuple[float, int, Parked]] = []
        for number, visit in enumerate(self._stage.visits):
            name = self._names[visit.place]
            loads = self._judge.columns_of(name, visit.car.phases)
            columns = self._judge.columns_of(name, 3) if self._static else loads
            parked = Parked(number, visit, columns, loads)
            heapq.heappush(events, (visit.arrives_s, number, parked))
        others: dict[tuple[str, int], float] = {}
        changes = self._stage.changes()
        change = next(changes, None)
        end_s = self._stage.end_s
        while events or change:
            full_s = min((self._full_s(car) for car in self._cars), default=end_s)
            now_s = min(full_s, events[0][0] if events else end_s, change[0] if change else end_s)
            while change and change[0] <= now_s:
                _, feeder, phase, ma = change
                before = others.get((feeder, phase), 0.0)
                self._judge.others(feeder, phase, ma - before, now_s)
                others[feeder, phase] = ma
                change = next(changes, None)
            for car in self._cars:
                self._count(car, now_s)
            while events and events[0][0] <= now_s:
                _, _, car = heapq.heappop(events)
                if car in self._cars:
                    self._leave(car, now_s)
                elif car.had_wh == 0.0:
                    car.since_s = now_s
                    self._cars.append(car)
                    heapq.heappush(events, (car.visit.leaves_s, car.number, car))
            for car in [car for car in self._cars if self._full(car)]:
                self._leave(car, now_s)
            self._share(now_s)
        self._judge.settle(end_s)
        wanted = [visit.car.wanted_wh for visit in self._stage.visits]
        judge = self._judge
        return Score(self._had, wanted, self._ct, self._interruptions, judge.worst, judge.trips)

    def _share(self, now_s: float) -> None:
        rooms = self._static_ma if self._static else self._rooms()
        for car, ma in zip(self._cars, self._policy(self._cars, rooms), strict=True):
            if ma != car.ma:
                self._interruptions += ma == 0
                self._draw(car, ma, now_s)

    def _rooms(self) -> list[float]:
        """What the building leaves now."""
        boxes = [0.0] * len(self._fuses)
        for car in self._cars:
            for column in car.loads:
                boxes[column] += car.ma
        loads = self._judge.load_ma
        return [
            fuse - (load - own) for fuse, load, own in zip(self._fuses, loads, boxes, strict=True)
        ]

    def _draw(self, car: Parked, ma: float, now_s: float) -> None:
        name = self._names[car.visit.place]
        self._judge.box(name, car.visit.car.phases, ma - car.ma, now_s)
        car.ma = ma

    def _count(self, car: Parked, now_s: float) -> None:
        if car.ma:
            car.had_wh += car.watts * (now_s - car.since_s) / 3_600
            self._ct += cost_ct(car.watts, car.since_s, now_s)
        car.since_s = now_s

    def _full(self, car: Parked) -> bool:
        return car.visit.car.wanted_wh - car.had_wh < _FULL_WH

    def _full_s(self, car: Parked) -> float:
        left_wh = car.visit.car.wanted_wh - car.had_wh
        return car.since_s + left_wh * 3_600 / car.watts if car.ma else self._stage.end_s

    def _leave(self, car: Parked, now_s: float) -> None:
        self._draw(car, 0.0, now_s)
        self._cars.remove(car)
        self._had[car.number] = car.had_wh
