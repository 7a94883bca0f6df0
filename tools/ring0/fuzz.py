"""`make fuzz MINUTES=n`: random scenarios under the invariants, on every core, never the same.

Prints each invariant that breaks with the smallest scenario found, as the expression to repeat it
by: `from ring0.scenario import Scenario; Scenario(...).play()`.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, seed, settings

from .invariants import Broken
from .scenario import Scenario
from .scenarios import SCENARIOS

_BATCH = 50
_TRIES = 300


def broken(scenario: Scenario) -> str:
    """What `scenario` breaks, "" if nothing."""
    try:
        scenario.play()
    except Broken as error:
        return str(error)
    return ""


def name_of(breach: str) -> str:
    return breach.split("):")[0]


def smallest(scenario: Scenario) -> Scenario:
    """`scenario` without what it does not need to break the same invariant."""
    name = name_of(broken(scenario))
    tries = _TRIES
    smaller = True
    while smaller:
        smaller = False
        for less in _less(scenario):
            tries -= 1
            if tries < 0:
                return scenario
            if name_of(broken(less)) == name:
                scenario, smaller = less, True
                break
    return scenario


def _less(scenario: Scenario) -> Iterator[Scenario]:
    events = scenario.events
    for i in range(len(events)):
        yield replace(scenario, events=events[:i] + events[i + 1 :])
    for field in ("settings", "parts"):
        whole = getattr(scenario, field)
        for key in whole:
            yield replace(scenario, **{field: {k: v for k, v in whole.items() if k != key}})


def search(number: int, until: float) -> tuple[int, Counter[str], dict[str, Scenario]]:
    """Batches of scenarios from `number` on until time.monotonic(); how many, what was judged."""
    judged: Counter[str] = Counter()
    found: dict[str, Scenario] = {}
    played = 0

    def play(scenario: Scenario) -> None:
        nonlocal played
        if time.monotonic() > until:
            return
        played += 1
        try:
            judged.update(scenario.play().checked)
        except Broken as error:
            found.setdefault(name_of(str(error)), scenario)

    while time.monotonic() < until:
        batch = settings(
            max_examples=_BATCH,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
        )
        seed(number)(batch(given(SCENARIOS)(lambda scenario: play(scenario))))()
        number += 1
    return played, judged, {name: smallest(scenario) for name, scenario in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description="random scenarios against ring 0's invariants")
    parser.add_argument("minutes", type=float)
    until = time.monotonic() + parser.parse_args().minutes * 60
    cores = os.cpu_count() or 1
    first = int.from_bytes(os.urandom(6), "big")
    with multiprocessing.Pool(cores) as pool:
        results = pool.starmap(search, [(first + (k << 48), until) for k in range(cores)])
    judged: Counter[str] = Counter()
    breaches: dict[str, Scenario] = {}
    for _, each, found in results:
        judged += each
        breaches.update(found)
    print(sum(played for played, _, _ in results), "scenarios:", dict(judged))
    for scenario in breaches.values():
        print(f"{broken(scenario)}\n  {scenario}")
    return bool(breaches)


if __name__ == "__main__":
    sys.exit(main())
