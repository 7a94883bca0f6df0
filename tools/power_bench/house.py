"""A household's load, second by second, from a seeded process: what stays on and who switches."""

import math
import random

from .sky import DAY_S

_MEALS_S = (25_200, 43_200, 66_600)  # 7:00, 12:00, 18:30


def load_w(seed: int) -> list[int]:
    """W in each second of a day."""
    chance = random.Random(f"{seed} house")
    watts = _always(chance)
    for meal_s in _MEALS_S:
        at = meal_s + int(chance.gauss(0, 1_800))
        _add(watts, at, 180, 2_000)  # a kettle
        if meal_s != _MEALS_S[0]:
            for begin in range(at, at + 1_500, 40):  # a hob switches itself
                _add(watts, begin, chance.choice((8, 14, 24)), 1_800)
    if chance.random() < 0.6:  # an oven with a thermostat
        at = int(chance.uniform(36_000, 64_800))
        _add(watts, at, 600, 2_400)
        for begin in range(at + 660, at + 3_600, 180):
            _add(watts, begin, 70, 2_400)
    for _ in range(chance.choice((0, 1, 2))):  # washing: it heats, then it turns
        at = int(chance.uniform(28_800, 57_600))
        _add(watts, at, 1_100, 2_100)
        _add(watts, at + 1_100, 3_600, 180)
    for _ in range(chance.randrange(4, 12)):
        _add(watts, int(chance.uniform(23_400, 79_200)), int(chance.uniform(20, 400)), 900)
    return [round(w) for w in watts]


def _always(chance: random.Random) -> list[float]:
    """Standby that wanders, and a refrigerator."""
    base_w = chance.uniform(120, 350)
    noise_w = 0.0
    period_s = int(chance.uniform(1_800, 3_600))
    begin_s = chance.randrange(period_s)
    watts = []
    for second in range(DAY_S):
        noise_w += -noise_w / 120 + chance.gauss(0, 30) * math.sqrt(2 / 120)
        cold = (second + begin_s) % period_s < period_s // 3
        watts.append(max(base_w + noise_w + 90 * cold, 50))
    return watts


def _add(watts: list[float], begin: int, seconds: int, more_w: float) -> None:
    for second in range(max(begin, 0), min(begin + seconds, DAY_S)):
        watts[second] += more_w
