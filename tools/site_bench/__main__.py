"""`make site-bench`: the table. Exit code 0: no fuse was ever over its curve under our control."""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from . import failures, optimum, rivals
from .score import Score
from .sites import SORTS
from .stage import stage
from .world import World

BEST = "best possible"
OURS = "Pilotwire"
_TEXTS = ("boxes", "shared by", "failing")
_HEAD = (*_TEXTS, "kWh", "of wanted", "ct/kWh", "Jain", "stops", "trip time", "over")
_WIDTHS = (5, 14, 8, 7, 9, 7, 6, 6, 9, 5)


def table(sizes: list[int], cases: list[str], days: int, seed: int, workers: int) -> int:
    """Print it row by row; the number of fuses that may have tripped under our control."""
    print(_line(_HEAD), flush=True)
    print(_line(["-" * width for width in _WIDTHS]), flush=True)
    over = 0
    jobs = [
        (size, way, case, days or SORTS[size].days, seed)
        for size in sizes
        for way, case in (
            (BEST, ""),
            *((OURS, case) for case in cases),
            *((rival, "") for rival in rivals.RIVALS),
        )
    ]
    with ProcessPoolExecutor(workers) as pool:
        for job, score in zip(jobs, pool.map(_job, jobs), strict=True):
            size, way, case, *_ = job
            print(_line(_row(size, way, case, score)), flush=True)
            over += score.trips if way == OURS else 0
    return over


def _job(job: tuple[int, str, str, int, int]) -> Score:
    size, way, case, days, seed = job
    sort = SORTS[size]
    if way == BEST:
        return optimum.best(stage(sort, days, seed))
    if way != OURS:
        return rivals.run(stage(sort, days, seed), rivals.RIVALS[way])
    from site_power.manager import Manager

    found = failures.CASES[case]
    return ours(size, case, days, seed, Manager, _progress(f"{size} boxes, {found.name} failing"))


def ours(
    size: int,
    case: str,
    days: int,
    seed: int,
    make: Callable[[Any, str], Any],
    on_day: Callable[[int], object] = lambda day: None,
) -> Score:
    """Our own way through so many days with these failures."""
    found = failures.CASES[case]
    world = World(stage(SORTS[size], days, seed, found.jumps), found, make)
    world.run(on_day)
    return world.score()


def _progress(what: str) -> Callable[[int], None]:
    begin_s = time.monotonic()

    def on_day(day: int) -> None:
        seconds = time.monotonic() - begin_s
        print(f"{what}: day {day}, {seconds:.0f} s", file=sys.stderr, flush=True)

    return on_day


def _row(size: int, way: str, case: str, score: Score) -> list[str]:
    used = "" if score.used is None else f"{score.used:.3f}" if score.used < 10 else "10 and on"
    return [
        str(size),
        way,
        case or "-",
        f"{score.kwh:.0f}",
        f"{score.part:.1%}",
        f"{score.ct_kwh:.2f}",
        f"{score.jain:.3f}",
        f"{score.interruptions_a_car:.2f}",
        used,
        "" if score.used is None else str(score.trips),
    ]


def _line(cells: Any) -> str:
    first = [f"{cell:<{width}}" for cell, width in zip(cells[:3], _WIDTHS[:3], strict=True)]
    rest = [f"{cell:>{width}}" for cell, width in zip(cells[3:], _WIDTHS[3:], strict=True)]
    return " | ".join(first + rest)


def main() -> None:
    parser = argparse.ArgumentParser(prog="site-bench", description=__doc__)
    parser.add_argument("--size", type=int, action="append", choices=list(SORTS))
    parser.add_argument("--case", action="append", choices=list(failures.CASES))
    parser.add_argument("--days", type=int, default=0, help="0: as many as each site says")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="rows at once")
    options = parser.parse_args()
    cases = options.case or [name for name in failures.CASES if name != "all"]
    sizes = options.size or list(SORTS)
    over = table(sizes, cases, options.days, options.seed, options.workers)
    print(f"fuses that may have tripped under our control: {over}")
    raise SystemExit(over > 0)


if __name__ == "__main__":
    main()
