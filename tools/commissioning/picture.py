"""A sweep of the pilot as lines: two periods of each form, at the plateaus that were measured.

IEC 61851-1 table A.2. The same lines go into the page and onto the sheet.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from .read import Row

WIDTH, HEIGHT = 720.0, 190.0
_LEFT, _TOP, _PLOT = 40.0, 18.0, 150.0
_MOST_V = 15.0
LEVELS_V = (12, 9, 6, 0, -12)  # with a line of their own
_GAP = 8.0
_PERIODS = 2

Point = tuple[float, float]


@dataclass(frozen=True)
class Label:
    """Text whose `anchor` is at a place."""

    at: Point
    text: str
    anchor: Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Picture:
    """Places in points from the upper left corner of WIDTH times HEIGHT."""

    grid: list[tuple[Point, Point]]
    lines: list[list[Point]]
    labels: list[Label]


def picture(sweep: tuple[Row, ...]) -> Picture:
    """Of a sweep with at least one row."""
    right = WIDTH - 4
    grid = [((_LEFT, _y(v)), (right, _y(v))) for v in LEVELS_V]
    labels = [Label((_LEFT - 4, _y(v) + 3), f"{v} V", "end") for v in LEVELS_V]
    width = (right - _LEFT) / len(sweep)
    lines = []
    for i, row in enumerate(sweep):
        x = _LEFT + i * width
        lines.append(_wave(row, x + _GAP / 2, width - _GAP))
        middle = x + width / 2
        labels.append(Label((middle, 12), f"{row.duty / 100:g} %", "middle"))
        volts = f"{row.high_mv / 1000:.2f} V"
        if row.low_mv != row.high_mv:
            volts += f", {row.low_mv / 1000:.2f} V"
        labels.append(Label((middle, HEIGHT - 6), volts, "middle"))
    return Picture(grid, lines, labels)


def _wave(row: Row, x: float, width: float) -> list[Point]:
    """Steady, or high for the duty and low for the rest."""
    share = min(max(row.duty / 10_000, 0), 1)
    if share in (0, 1):
        mv = row.high_mv if share else row.low_mv
        return [(x, _y(mv / 1000)), (x + width, _y(mv / 1000))]
    period = width / _PERIODS
    corners = []
    for n in range(_PERIODS):
        begin = x + n * period
        for at, mv in ((begin, row.high_mv), (begin + share * period, row.low_mv)):
            corners.append((at, _y(mv / 1000)))
    corners.append((x + width, corners[-1][1]))
    points = [corners[0]]
    for (_, y), (x2, y2) in pairwise(corners):
        points += [(x2, y), (x2, y2)]
    return points


def _y(volts: float) -> float:
    inside = min(max(volts, -_MOST_V), _MOST_V)
    return _TOP + (_MOST_V - inside) / (2 * _MOST_V) * _PLOT
