"""Who parks when, for how long, and what the car wants: drawn from what real garages published.

garages.json has the numbers and says of each where it comes from: how many cars come to a place a
day, the hour at which they do, quantiles of the stay (by the hour, in steps of four) and of the
energy (0, 10 .. 90 and 99 %), how the ranks of the two are correlated, and the cars' chargers.
"""

import json
import math
import random
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from .model import FOLLOW_S, Car

_DATA = json.loads((Path(__file__).parent / "garages.json").read_text())
KINDS = tuple(_DATA)
DAY_S = 86_400
_HOUR_S = 3_600
_LEAST_STAY_S = 300
_PAUSE_S = 120  # a place is empty for so long at least
_V = 230
_FULL = 0.95  # of what a car could take in its stay, it wants at most so much


@dataclass(frozen=True, slots=True)
class Visit:
    """A car at a place. `tells`: its driver says when the car has to be ready."""

    place: int
    arrives_s: float
    leaves_s: float
    car: Car
    tells: bool


def source(kind: str) -> str:
    """Where the numbers come from."""
    about = _DATA[kind]
    return f"{about['source']}. Cars: {about['cars_source']}."


def visits(
    kind: str, places: int, days: int, seed: int, busy: float = 1.0, max_ma: int = 32_000
) -> list[Visit]:
    """All that arrive in `days` from a Monday at 0:00, in order; each place has a car of its own.

    `busy` times as many as published. Who would come to a place that is taken does not come.
    """
    own = _DATA[kind]
    about = _DATA[own.get("like", kind)]
    found = []
    for place in range(places):
        chance = random.Random(f"{kind} {place} {seed}")
        row = chance.choices(own["cars"], [row[0] for row in own["cars"]])[0]
        found.extend(_at(about, place, row, days, chance, busy, max_ma))
    return sorted(found, key=lambda visit: (visit.arrives_s, visit.place))


def _at(
    about: dict[str, Any],
    place: int,
    row: list[int],
    days: int,
    chance: random.Random,
    busy: float,
    max_ma: int,
) -> list[Visit]:
    _, phases, amps = row
    ma = min(amps * 1_000, max_ma)
    free_s = 0.0
    found = []
    for day in range(days):
        kind = "weekend" if day % 7 >= 5 else "weekday"
        count = _poisson(chance, about["a_day"][kind] * busy)
        hours = list(accumulate(about["hour"][kind]))
        arrivals = []
        for _ in range(count):
            hour = bisect(hours, chance.uniform(0, hours[-1] - 1))
            arrivals.append(day * DAY_S + (hour + chance.random()) * _HOUR_S)
        for at_s in sorted(arrivals):
            ranks = _ranks(chance, about["rank"])
            hour = int(at_s % DAY_S // _HOUR_S)
            stay_s = max(_quantile(about["stay_h"][hour // 4], ranks[0]) * _HOUR_S, _LEAST_STAY_S)
            takes_wh = stay_s / _HOUR_S * phases * ma * _V / 1_000 * _FULL
            wanted_wh = min(_quantile(about["kwh"], ranks[1]) * 1_000, takes_wh)
            car = Car(phases, ma, wanted_wh, chance.uniform(0, FOLLOW_S), chance.uniform(0.3, 3))
            tells = chance.random() < 0.5
            if at_s >= free_s:
                free_s = at_s + stay_s + _PAUSE_S
                found.append(Visit(place, at_s, at_s + stay_s, car, tells))
    return found


def _poisson(chance: random.Random, mean: float) -> int:
    count = 0
    left = chance.random()
    least = math.exp(-mean)
    while left > least:
        count += 1
        left *= chance.random()
    return count


def _ranks(chance: random.Random, rho: float) -> tuple[float, float]:
    """Two from 0 to 1, the ranks of which are correlated by `rho` (a Gaussian copula)."""
    pearson = 2 * math.sin(math.pi * rho / 6)
    a, b = chance.gauss(0, 1), chance.gauss(0, 1)
    c = pearson * a + math.sqrt(1 - pearson**2) * b
    return _normal(a), _normal(c)


def _normal(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def _quantile(values: list[float], rank: float) -> float:
    """Of 0, 10 .. 90 and 99 %; what lies above the last is cut off."""
    at = min(rank * 10, 9.999)
    i = int(at)
    part = at - i if i < 9 else min((at - 9) / 0.9, 1.0)
    return values[i] + (values[i + 1] - values[i]) * part
