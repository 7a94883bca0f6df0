"""`make sim SEEDS=n FIRST=k`: plays the seeds, prints what happened, draws what met what.

Exit code 0: no rule was broken. 1: one was; the command that repeats it is printed.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from rich.progress import track
from rig.interpreter import ROOT

from .faults import KINDS
from .picture import draw
from .sweep import Outcome, sweep

PICTURE = ROOT / "build" / "simulation" / "coverage.png"


def report(outcomes: list[Outcome], wall_s: float, picture: Path, brief: bool) -> None:
    """Print the figures of a sweep, and draw it; `brief`: in two lines, without a picture."""
    hours = sum(outcome.hours for outcome in outcomes)
    core_s = sum(outcome.wall_s for outcome in outcomes)
    counts: Counter[str] = Counter()
    coverage: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        counts += outcome.counts
        coverage += outcome.coverage
    injected = sum(counts[kind] for kind in KINDS)
    took_part = sum(counts[kind] > 0 for kind in KINDS)
    print(f"{len(outcomes)} seeds, {hours:.0f} simulated hours in {wall_s:.0f} s:", end=" ")
    print(f"{hours / wall_s:.2f} hours a second, {hours / core_s * 3600:.0f} a core-hour")
    print(f"{injected} events of {took_part} of {len(KINDS)} kinds")
    if brief:
        return
    for kind in KINDS:
        print(f"  {counts[kind]:6} {kind}")
    draw(coverage, f"{len(outcomes)} seeds, {hours:.0f} hours, {injected} events", picture)
    print(f"what met the box in which state: {picture}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--hours", type=float, default=2, help="of chaos, before the recovery")
    parser.add_argument("--picture", type=Path, default=PICTURE)
    parser.add_argument("--brief", action="store_true", help="no counts, no picture")
    asked = parser.parse_args()
    began_s = time.monotonic()
    seeds = range(asked.first, asked.first + asked.seeds)
    played = sweep(seeds, asked.hours)
    outcomes = list(track(played, "simulating", len(seeds), disable=asked.brief))
    report(outcomes, time.monotonic() - began_s, asked.picture, asked.brief)
    broken = sorted((o for o in outcomes if o.breach), key=lambda o: o.seed)
    for outcome in broken:
        print(f"seed {outcome.seed} breaks {outcome.breach}")
        print(f"  pilotwire sim run --seed {outcome.seed} --hours {asked.hours:g} --trace")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
