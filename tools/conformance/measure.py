"""Measuring a row: the least and the greatest figure over its cases, a profile each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ring0.guards import AnyGuard, Here

from .bench import Bench
from .row import Row


@dataclass(frozen=True)
class Measured:
    """`first`: the first case's figures. `failure`: what a case said that came to none, or ""."""

    least: float
    most: float
    cases: int
    first: tuple[float, ...]
    failure: str = ""


def cases(row: Row, profile: str, guard: Callable[[dict], AnyGuard]) -> Iterator[Bench]:
    """The benches that a row is measured on."""
    for phase_us in row.phases_us:
        yield Bench(profile, row.corners[0], phase_us, guard)
    for corner in row.corners[1:]:
        yield Bench(profile, corner, row.phases_us[0], guard)


def figures(row: Row, bench: Bench) -> tuple[float, ...]:
    """What `bench` gives; raises AssertionError as the row does."""
    try:
        found = row.measure(bench)
        return tuple(found) if isinstance(found, Iterable) else (found,)
    finally:
        bench.end()


@cache
def measured(row: Row, profile: str) -> Measured:
    """All of a row's cases on CPython, measured once in a process. Never raises."""
    found: list[tuple[float, ...]] = []
    failure = ""
    for bench in cases(row, profile, Here):
        try:
            found.append(figures(row, bench))
        except AssertionError as error:
            found.append(())
            failure = f"{bench.corner.name}, {bench.phase_us} us: {error}"
    every = [figure for case in found for figure in case]
    least, most = min(every, default=0), max(every, default=0)
    return Measured(least, most, len(found), found[0], failure)


def holds(row: Row, profile: str) -> bool:
    """Whether every case of a row met its limit."""
    result = measured(row, profile)
    inside = row.limit.holds(result.least) and row.limit.holds(result.most)
    return inside and not result.failure
