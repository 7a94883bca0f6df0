"""One line of the conformance page: a requirement, its limit, and how it is measured."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .bench import EDGES, FAST, Bench, Corner

IEC = ("iec61851",)
GBT = ("gbt18487",)
BOTH = IEC + GBT


@dataclass(frozen=True)
class Limit:
    """From `least` to `most`, both allowed, in `unit`; None: without an end.

    `ours`: the standards give no number here, and we hold ourselves to this one.
    """

    unit: str
    least: float | None = None
    most: float | None = None
    ours: bool = False

    def holds(self, value: float) -> bool:
        """Whether `value` is inside."""
        low_enough = self.most is None or value <= self.most
        return low_enough and (self.least is None or value >= self.least)

    def __str__(self) -> str:
        if self.least == self.most:
            text = f"{number(self.most or 0)}"
        elif self.least is None:
            text = f"≤ {number(self.most or 0)}"
        elif self.most is None:
            text = f"≥ {number(self.least)}"
        else:
            text = f"{number(self.least)} … {number(self.most)}"
        return f"{text} {self.unit}".strip() + (" (ours)" if self.ours else "")


def number(value: float) -> str:
    """With a comma for thousands and at most three decimals."""
    text = f"{value:,.3f}"
    return text.rstrip("0").rstrip(".")


def at_most(most: float, unit: str, ours: bool = False) -> Limit:
    return Limit(unit, None, most, ours)


def at_least(least: float, unit: str, ours: bool = False) -> Limit:
    return Limit(unit, least, None, ours)


def between(least: float, most: float, unit: str, ours: bool = False) -> Limit:
    return Limit(unit, least, most, ours)


def never(what: str, ours: bool = False) -> Limit:
    """A count of `what` that must stay 0."""
    return Limit(what, 0, 0, ours)


@dataclass(frozen=True, eq=False)
class Row:
    """`measure(bench)` gives the figure of one case, or several, in the limit's unit.

    `name` is the test's and must be unique. `unverified` says which number could not be read in
    the standard itself. Measured in each of `profiles`: at the first of `corners` with every one
    of `phases_us` (bench.py), at the others with the first.
    """

    name: str
    clause: str
    requirement: str
    limit: Limit
    measure: Callable[[Bench], float | Iterable[float]]
    profiles: tuple[str, ...] = BOTH
    corners: tuple[Corner, ...] = EDGES
    phases_us: tuple[int, ...] = FAST
    unverified: str = ""

    @property
    def opens(self) -> bool:
        """Whether the figure ends with the command to open: then the requirement says so last."""
        return self.requirement.endswith("open")
