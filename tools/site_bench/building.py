"""What is no box: a building's load per phase, drawn anew each minute, at most as configured.

By day and evening more than at night, each phase for itself, with appliances that come on and go
off. `jumps`: again and again everything that may switch on does so within one second.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Iterator

from site_power.tree import Site

STEP_S = 60.0
_DAY_S = 86_400
_HOURS = (3, 2.6, 2.4, 2.4, 2.6, 3, 4, 5, 5, 5, 5, 5.4, 5.6, 5, 5, 5.2, 6, 7.4, 8, 7.6, 7, 6, 5, 4)
_MOST = 8.0  # of these figures: then the mean is at 0.65 of what is allowed
_MEAN = 0.65
_JUMP_EVERY_S = 1_800.0
_JUMP_S = (20, 900)


def own_ma(site: Site, feeder: str, phase: int) -> int:
    """What the building may take at this feeder itself."""
    below = sum(f.others_ma[phase - 1] for f in site.feeders.values() if f.parent == feeder)
    return site.feeders[feeder].others_ma[phase - 1] - below


class Building:
    """`changes(days)`: (when, feeder, phase, mA from then on), in order."""

    def __init__(self, site: Site, seed: int, jumps: bool = False):
        self._site = site
        self._seed = seed
        self._jumps = jumps

    def changes(self, days: int) -> Iterator[tuple[float, str, int, float]]:
        chance = random.Random(f"building {self._seed}")
        jumps = list(_jumps(self._seed, days)) if self._jumps else []
        edges = sorted({edge for jump in jumps for edge in jump})
        steps = [i * STEP_S for i in range(int(days * _DAY_S / STEP_S))]
        places = [
            (name, phase, own_ma(self._site, name, phase))
            for name, feeder in self._site.feeders.items()
            for phase in feeder.phases
            if own_ma(self._site, name, phase)
        ]
        state = {place[:2]: (0.0, 0.0) for place in places}  # wandering, and an appliance
        begins = [jump[0] for jump in jumps]
        for at_s in sorted({*steps, *edges}):
            at = bisect_right(begins, at_s) - 1
            jumping = at >= 0 and at_s < jumps[at][1]
            for name, phase, most_ma in places:
                wander, appliance = state[name, phase]
                if at_s % STEP_S == 0:
                    wander = 0.95 * wander + chance.gauss(0, 0.03)
                    if chance.random() < 0.05:
                        appliance = chance.choice((0, 0, 0.1, 0.25))
                    state[name, phase] = wander, appliance
                part = _MEAN * _HOURS[int(at_s % _DAY_S // 3_600)] / _MOST + wander + appliance
                yield at_s, name, phase, most_ma * (1.0 if jumping else min(max(part, 0.05), 1))


def _jumps(seed: int, days: int) -> Iterator[tuple[float, float]]:
    chance = random.Random(f"jumps {seed}")
    at_s = 0.0
    while True:
        at_s += chance.expovariate(1 / _JUMP_EVERY_S)
        least, most = _JUMP_S
        lasts_s = math.exp(chance.uniform(math.log(least), math.log(most)))
        if at_s + lasts_s >= days * _DAY_S:
            return
        yield at_s, at_s + lasts_s
        at_s += lasts_s
