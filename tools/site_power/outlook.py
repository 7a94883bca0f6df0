"""The time ahead: what energy will cost, what the sun leaves over, and which cars wait for that.

A car with a wish waits in the slots that the cheapest plan (plan.py) leaves out. What it gets in
the others is shared as ever (allocate.py): the plan says when, and never how much. A box keeps its
share meanwhile. Without prices, without a wish, or once the plan is old, nobody waits. A car
without a wish is reckoned to take its part until it has had what most want, and cars that are
still to come half of what is left later: nobody is to wait for room that will not be there.

`prices` and `solar` are tables like a box's own `prices` (docs/plans.md): {"start", "step_s", and
"prices" per kWh or "w"}. `feed_in` beside the prices is what a kWh fed in is paid, in their unit.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import heard
from .allocate import Ints, Layout, allocate
from .plan import Car, Horizon, Plan, plan
from .tree import LEAST_MA, Site

SLOT_S = 900
_MOST_SLOTS = 192  # two days
_STEPS_S = (900, 1_800, 3_600)
_MOST_PRICE = 999_999
_MOST_W = 10_000_000
_UNIT = 1_000  # of a price, to what plan.py reckons with
_START_COST = 0.25  # of a mean kWh's price for 1 kWh: a charge is not cut to pieces for less
_AGAIN_S = 300.0
_NEWS_S = 60.0  # when cars or wishes have come or gone
_OLD_S = 1_800.0  # a plan that could not be renewed for so long holds nobody back
_LIMIT_S = 10.0
_TAKES_WH = 12_000  # a car that does not say how much
_TO_COME = 0.5  # of the room later, the rest is for cars that are still to come
_V = 230


class Question(NamedTuple):
    """What is asked of plan.py at `begin_unix`; `boxes`: the place of each car's box."""

    layout: Layout
    horizon: Horizon
    cars: list[Car]
    boxes: list[int]
    begin_unix: int

    def solve(self, limit_s: float = _LIMIT_S) -> Plan:
        """Takes seconds: not for the thread that steps the manager."""
        return plan(self.layout, self.horizon, self.cars, limit_s)


class Outlook:
    """`waits`: who is to wait now. `question`: what to plan; `answer` takes what comes of it."""

    def __init__(self, site: Site, layout: Layout, boxes: list[heard.Box]):
        self._layout = layout
        self._boxes = boxes
        self._room_ma = layout.fuse_ma - layout.others_ma - site.margin_ma
        self._prices: _Table | None = None
        self._sun: _Table | None = None
        self._feed_in = 0.0
        self._asked: Question | None = None
        self._asked_s = self._looked_s = -math.inf  # the last plan, and the last look for one
        self._news = False
        self._plan: dict[int, NDArray[np.bool_]] = {}  # by box, the slots in which it may charge
        self._begin_unix = 0

    def take_prices(self, value: dict[str, Any] | None) -> None:
        """None: there are none any more. Raises Malformed."""
        if value is None:
            self._prices = None
        else:
            feed_in = heard.number(value.get("feed_in", 0), "feed_in", -_MOST_PRICE, _MOST_PRICE)
            self._prices = _table(value, "prices", -_MOST_PRICE, _MOST_PRICE)
            self._feed_in = feed_in / _UNIT
        self._news = True

    def take_solar(self, value: dict[str, Any] | None) -> None:
        """What the site would feed in without its boxes, in W. Raises Malformed."""
        self._sun = None if value is None else _table(value, "w", 0, _MOST_W)
        self._news = True

    def waits(self, b: int, unix_s: float) -> bool:
        """Whether the plan leaves out this moment for the car at a box."""
        slots = self._plan.get(b)
        box = self._boxes[b]
        if slots is None or box.wish is None or not box.plugged:
            return False
        age_s = unix_s - self._begin_unix
        if not 0 <= age_s < min(_OLD_S, len(slots) * SLOT_S):
            return False
        return not slots[int(age_s // SLOT_S)]

    def news(self) -> None:
        """A wish or a car has come or gone."""
        self._news = True

    def question(
        self, now_s: float, unix_s: float, most_ma: Ints, uses: NDArray[np.bool_]
    ) -> Question | None:
        """What is to be planned now; None: nothing, or what was asked is not answered yet."""
        due_s = self._asked_s + _NEWS_S if self._news else self._looked_s + _AGAIN_S
        if self._asked is not None or now_s < due_s:
            return None
        self._news = False
        self._looked_s = now_s
        begin_unix = int(unix_s) // SLOT_S * SLOT_S
        cars, boxes = self._cars(unix_s, begin_unix, most_ma, uses)
        prices = self._known(self._prices, begin_unix, cars)
        if prices is None or not cars:
            self._plan = {}
            return None
        self._asked_s = now_s
        sun = self._known(self._sun, begin_unix, cars, 0.0)
        horizon = Horizon(
            SLOT_S,
            [price / _UNIT for price in prices],
            self._room(boxes, most_ma, uses, len(prices)),
            sun,
            self._feed_in,
            sum(map(abs, prices)) / len(prices) / _UNIT * _START_COST,
        )
        self._asked = Question(self._layout, horizon, cars, boxes, begin_unix)
        return self._asked

    def answer(self, question: Question, found: Plan | None) -> None:
        """`found` None: it came to nothing."""
        self._asked = None
        self._plan = {}
        if found is None:
            return
        self._begin_unix = question.begin_unix
        for c, b in enumerate(question.boxes):
            if found.short_wh[c] < 1:  # who lacks something waits for nothing
                self._plan[b] = found.ma[c] > 0

    def _cars(
        self, unix_s: float, begin_unix: int, most_ma: Ints, uses: NDArray[np.bool_]
    ) -> tuple[list[Car], list[int]]:
        cars, boxes = [], []
        for b, box in enumerate(self._boxes):
            wish = box.wish
            if wish is None or wish.wh is None or wish.by_unix is None:
                continue
            left_wh = wish.wh - (box.session_wh or 0)
            ready = box.online and box.plugged and box.enabled
            if not ready or left_wh <= 0 or wish.by_unix <= unix_s + SLOT_S:
                continue
            one, two, three = (bool(used) for used in uses[b])
            cars.append(
                Car(
                    self._layout.boxes[b],
                    left_wh,
                    unix_s - begin_unix,
                    wish.by_unix - begin_unix,
                    max(int(most_ma[b]), LEAST_MA),
                    (one, two, three),
                    box.charges,
                )
            )
            boxes.append(b)
        return cars, boxes

    def _room(
        self, planned: list[int], most_ma: Ints, uses: NDArray[np.bool_], slots: int
    ) -> Ints:
        """mA that the cars that are not planned will leave, by slots and columns."""
        layout = self._layout
        there = np.array([box.online and box.plugged and box.enabled for box in self._boxes])
        least_ma = np.where(there, np.maximum(layout.share_ma, LEAST_MA), 0)
        order = np.arange(len(self._boxes))
        worst_ma = layout.worst_ma - layout.others_ma
        fair_ma = allocate(layout, most_ma, uses, self._room_ma, worst_ma, order)
        had_wh = np.array([box.session_wh or 0 for box in self._boxes])
        wh_a_slot = fair_ma * uses.sum(axis=1) * _V / 1_000 * SLOT_S / 3_600
        wants_slots = (_TAKES_WH - had_wh) / np.maximum(wh_a_slot, 1)
        later = 1 if there.all() else _TO_COME  # nobody is to come where all places are taken
        room = np.empty((slots, len(self._room_ma)), np.int64)
        for slot in range(slots):
            kept_ma = np.where(there & (slot < wants_slots), fair_ma, least_ma)
            kept_ma[planned] = 0
            left_ma = np.maximum(self._room_ma - layout.sums(kept_ma, uses), 0)
            room[slot] = left_ma * later if slot else left_ma
        return room

    @staticmethod
    def _known(
        table: "_Table | None",
        begin_unix: int,
        cars: Sequence[Car],
        otherwise: float | None = None,
    ) -> list[float] | None:
        """Its values by slots until the last car leaves; `otherwise` where it says nothing: None
        stands for the mean of what it does say. None if that is nothing."""
        slots = max((math.ceil(car.by_s / SLOT_S) for car in cars), default=0)
        said = [None] * min(slots, _MOST_SLOTS)
        if table is not None:
            said = [table.at(begin_unix + i * SLOT_S) for i in range(len(said))]
        known = [value for value in said if value is not None]
        if not known:
            return None
        rest = sum(known) / len(known) if otherwise is None else otherwise
        return [rest if value is None else value for value in said]


class _Table(NamedTuple):
    start: int
    step_s: int
    values: list[int]

    def at(self, unix: int) -> int | None:
        place = (unix - self.start) // self.step_s
        return self.values[place] if 0 <= place < len(self.values) else None


def _table(value: dict[str, Any], name: str, least: int, most: int) -> _Table:
    start = heard.whole(value.get("start"), "start", 0, 0xFFFFFFFF)
    step_s, values = value.get("step_s"), value.get(name)
    if step_s not in _STEPS_S or type(step_s) is not int:
        raise heard.Malformed("step_s")
    if not isinstance(values, list) or not 1 <= len(values) <= _MOST_SLOTS:
        raise heard.Malformed(name)
    return _Table(start, step_s, [heard.whole(each, name, least, most) for each in values])
