"""The best possible: one linear programme that knows every car and the building in advance.

Most energy first, then the least cost of it. Steps of 15 minutes, no 6 A minimum, no margin, cars
that follow exactly, and of the building its mean in each step: so nothing that obeys the fuses
delivers more, but for what a step's mean hides.
"""

import math

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from .judge import Judge
from .score import PRICES, Score
from .stage import Stage

STEP_S = 900
_V = 230
_FIRST = 1_000.0  # ct/kWh that energy is worth: more than any price


def best(stage: Stage) -> Score:
    site = stage.sort.site
    judge = Judge(site)
    names = list(site.boxes)
    steps = int(stage.end_s / STEP_S)
    room = _rooms(stage, judge, steps)
    cells: list[tuple[int, int, float]] = []  # visit, step, most kWh
    for number, visit in enumerate(stage.visits):
        kw = visit.car.phases * visit.car.max_ma * _V / 1e6
        for step in range(int(visit.arrives_s // STEP_S), math.ceil(visit.leaves_s / STEP_S)):
            from_s = max(visit.arrives_s, step * STEP_S)
            to_s = min(visit.leaves_s, (step + 1) * STEP_S)
            if to_s > from_s:
                cells.append((number, step, kw * (to_s - from_s) / 3_600))
    rows: list[int] = []
    places: list[int] = []
    values: list[float] = []
    used: dict[tuple[int, int], int] = {}  # (column, step) -> row
    count = len(stage.visits)
    for at, (number, step, _) in enumerate(cells):
        rows.append(number)
        places.append(at)
        values.append(1.0)
        visit = stage.visits[number]
        ma_kwh = 1e6 / (visit.car.phases * _V * STEP_S / 3_600)  # mean mA in a phase, of a kWh
        for column in judge.columns_of(names[visit.place], visit.car.phases):
            rows.append(count + used.setdefault((column, step), len(used)))
            places.append(at)
            values.append(ma_kwh / 1_000)
    limits = [visit.car.wanted_wh / 1_000 for visit in stage.visits]
    limits += [room[column, step] / 1_000 for column, step in used]
    ct = np.array([PRICES[step * STEP_S // 3_600 % 24] for _, step, _ in cells], float)
    shape = (count + len(used), len(cells))
    found = linprog(
        ct - _FIRST,
        A_ub=coo_array((values, (rows, places)), shape=shape).tocsr(),
        b_ub=limits,
        bounds=np.array([(0.0, most) for *_, most in cells]),
        method="highs",
    )
    if found.status:
        raise RuntimeError(found.message)
    had = np.bincount([number for number, *_ in cells], found.x * 1_000, count)
    wanted = [visit.car.wanted_wh for visit in stage.visits]
    return Score(had.tolist(), wanted, float(ct @ found.x), 0, None)


def _rooms(stage: Stage, judge: Judge, steps: int) -> np.ndarray:
    """mA that the building leaves of each column on average, by steps."""
    site = stage.sort.site
    sums = np.zeros((len(judge.columns), steps))
    last: dict[tuple[str, int], tuple[float, float]] = {}

    def add(feeder: str, phase: int, from_s: float, to_s: float, ma: float) -> None:
        while from_s < to_s:
            step = int(from_s // STEP_S)
            end_s = min(to_s, (step + 1) * STEP_S)
            for column in judge.above(feeder, phase):
                sums[column, step] += ma * (end_s - from_s)
            from_s = end_s

    for at_s, feeder, phase, ma in stage.changes():
        since_s, before_ma = last.get((feeder, phase), (0.0, 0.0))
        add(feeder, phase, since_s, at_s, before_ma)
        last[feeder, phase] = at_s, ma
    for (feeder, phase), (since_s, ma) in last.items():
        add(feeder, phase, since_s, stage.end_s, ma)
    fuses = np.array([site.feeders[name].fuse_ma for name, _ in judge.columns])
    return fuses[:, None] - sums / STEP_S
