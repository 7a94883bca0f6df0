"""Many seeds on every core, and the smallest set of kinds that a failing one needs."""

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from .driver import KINDS as CARS
from .faults import KINDS as FAULTS
from .rules import Breach
from .simulation import Simulation

KINDS = (*FAULTS, *CARS)


@dataclass
class Outcome:
    """Of one seed. `digest` is that of its log, `wall_s` the time that its process took."""

    seed: int
    breach: Breach | None
    hours: float
    wall_s: float
    digest: str
    counts: Counter[str] = field(default_factory=Counter)
    coverage: Counter[tuple[str, str]] = field(default_factory=Counter)


def play(seed: int, hours: float, off: frozenset[str] = frozenset()) -> Outcome:
    """Run one seed to its end or to its first breach."""
    began_s = time.process_time()
    simulation = Simulation(seed, hours, off)
    breach = simulation.run()
    digest = sha256("\n".join(simulation.lines).encode()).hexdigest()
    return Outcome(
        seed,
        breach,
        simulation.hours,
        time.process_time() - began_s,
        digest,
        simulation.counts,
        simulation.coverage,
    )


def _play(order: tuple[int, float]) -> Outcome:
    return play(*order)


def sweep(seeds: range, hours: float, processes: int | None = None) -> Iterator[Outcome]:
    """Play the seeds on all cores; they come in any order."""
    with multiprocessing.Pool(processes or os.cpu_count()) as pool:
        yield from pool.imap_unordered(_play, [(seed, hours) for seed in seeds])


def smallest(seed: int, hours: float) -> tuple[frozenset[str], Breach]:
    """The kinds that `seed` does not need to break the same rule, and how it breaks it then.

    Halves of the kinds that took part are switched off, then smaller parts, then single ones.
    ValueError for a seed that breaks none.
    """
    whole = play(seed, hours)
    if not whole.breach:
        raise ValueError(f"seed {seed} breaks no rule")
    breach = whole.breach
    off = frozenset(KINDS) - frozenset(whole.counts)
    left = sorted(whole.counts.keys() & set(KINDS))
    size = len(left)
    while size:
        size = min(size, len(left))
        for start in range(0, len(left), size or 1):
            part = frozenset(left[start : start + size])
            less = play(seed, hours, off | part)
            if less.breach and less.breach.rule == breach.rule:
                off |= part
                breach = less.breach
        left = [kind for kind in left if kind not in off]
        size = 0 if size <= 1 else (size + 1) // 2
    return off, breach
