"""What sharing a site takes: currents for all boxes, and a plan for a day of prices."""

import random
from math import pi, sin
from time import process_time

import numpy as np
from site_power.allocate import Layout, allocate
from site_power.plan import Car, Horizon, plan
from site_power.tree import Box, Feeder, Site

from .figure import Figure

_REPEATS = 5
_BOXES_MS = {200: 50, 10_000: 2_000}
_PLAN_S = 20
_ABOVE_PERCENT = 10
_SLOT_S = 900
_SLOTS = 96


def figures() -> list[Figure]:
    found: list[Figure] = []
    for boxes, limit_ms in _BOXES_MS.items():
        found.append((f"site_allocate_{boxes}_ms", _allocate_ms(boxes), "ms", limit_ms))
    return found + _plan()


def building(boxes: int, seed: int = 1) -> Site:
    """A connection, groups of 20 boxes and three rows in each, boxes of one phase among them."""
    choose = random.Random(seed)
    most_ma = 250_000 if boxes <= 200 else 1_250_000

    def feeder(name: str, parent: str | None, fuse_ma: int) -> Feeder:
        return Feeder(name, parent, fuse_ma, "gG", (1, 2, 3), (0, 0, 0), None)

    feeders = [feeder("main", None, most_ma)]
    groups = max(boxes // 20, 1)
    for group in range(groups):
        feeders.append(feeder(f"g{group}", "main", choose.choice((63_000, 80_000, 100_000))))
        for row in range(3):
            feeders.append(feeder(f"g{group}r{row}", f"g{group}", choose.choice((32_000, 40_000))))
    made = []
    for i in range(boxes):
        row = f"g{choose.randrange(groups)}r{choose.randrange(3)}"
        rotation = choose.choice(((1, 2, 3), (2, 3, 1), (3, 1, 2), (choose.randint(1, 3),)))
        made.append(Box(f"b{i}", row, rotation, choose.choice((16_000, 32_000)), 0, 1))
    by_name = {each.name: each for each in feeders}
    return Site("bench", "", 20, 1_000, 5, 900, by_name, {each.name: each for each in made})


def _allocate_ms(boxes: int) -> float:
    """Of the processor, the least of some runs; four of five boxes have a car."""
    layout = Layout(building(boxes))
    choose = np.random.default_rng(1)
    wants = np.where(choose.random(boxes) < 0.8, layout.max_ma, 0)
    uses = np.ones((boxes, 3), bool)
    uses[:, 1:] = (choose.random(boxes) < 0.5)[:, None]
    # As much at the connection as makes all of its levels matter.
    main = np.array([name == "main" for name, _ in layout.columns])
    room = np.where(main, boxes * 5_000, layout.fuse_ma)
    times = []
    for _ in range(_REPEATS):
        ranked = choose.permutation(boxes)
        begin = process_time()
        allocate(layout, wants, uses, room, room * 5 // 4, ranked)
        times.append(process_time() - begin)
    return round(min(times) * 1_000, 1)


def _plan() -> list[Figure]:
    """200 cars of a day in slots of 15 minutes, beside what no plan can be cheaper than."""
    choose = random.Random(1)
    layout = Layout(building(200))
    prices = [0.25 + 0.12 * sin(2 * pi * slot / _SLOTS) for slot in range(_SLOTS)]
    horizon = Horizon(_SLOT_S, prices, np.tile(layout.fuse_ma, (_SLOTS, 1)), start_cost=0.05)
    day_s = _SLOTS * _SLOT_S
    cars = []
    for box in layout.boxes:
        begin_s, by_s = choose.uniform(0, 0.3) * day_s, choose.uniform(0.5, 1) * day_s
        cars.append(Car(box, choose.uniform(3_000, 12_000), begin_s, by_s, 16_000))
    begin = process_time()
    got = plan(layout, horizon, cars)
    taken_s = process_time() - begin
    above = (got.cost / got.least - 1) * 100 if got.least else float("inf")
    return [
        ("site_plan_200_s", round(taken_s, 1), "s", _PLAN_S),
        ("site_plan_200_short_wh", round(float(got.short_wh.sum())), "Wh", 0),
        ("site_plan_200_above_percent", round(above, 1), "%", _ABOVE_PERCENT),
    ]
