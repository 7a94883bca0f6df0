"""The earliest a fuse or a breaker may trip: IEC 60269-1 gates of gG, IEC 60898-1 B and C.

The points are what a standard promises, in curves.json: a current that every device bears for a
time. Between two points none promises more than this: what bears a current for a time bears a
lower one at least until as much heat (I²t) has come of it, as more of it is lost meanwhile. All
promises are of a cold device. One that has carried its rating for ever, and does not trip at
`holds` times that, has still (holds² - 1) / holds² of its heat to go (first order): this much of
each time is left, and all times here are of such a device.

Ratings in mA; multiples of the rating.
"""

import json
import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

_DATA = json.loads((Path(__file__).parent / "curves.json").read_text())
KINDS = tuple(_DATA)


class _Curve(NamedTuple):
    """Bears `holds` for `holds_s`, and each of `points` (multiple, seconds) though loaded."""

    holds: float
    holds_s: float
    points: tuple[tuple[float, float], ...]


def rated_a(kind: str) -> tuple[int, int]:
    """The least and the highest rating of which the standard speaks."""
    least, most = _DATA[kind]["rated_a"]
    return least, most


def may_trip_s(kind: str, multiple: float, fuse_ma: int | None = None) -> float:
    """The earliest time at which a steady `multiple` may trip; infinite up to 1.

    `fuse_ma` None: that of the rating that trips first.
    """
    curve = _curve(kind, fuse_ma)
    if multiple <= 1:
        return math.inf
    if multiple <= curve.holds:
        return curve.holds_s
    times = (bears_s * (at / multiple) ** 2 for at, bears_s in curve.points if multiple <= at)
    return min(max(times, default=0.0), curve.holds_s)


def bearable(kind: str, seconds: float, fuse_ma: int | None = None) -> float:
    """The highest multiple that cannot trip within `seconds` (> 0); at least 1."""
    curve = _curve(kind, fuse_ma)
    if seconds >= curve.holds_s:
        return 1.0
    reached = (at * min(math.sqrt(bears_s / seconds), 1) for at, bears_s in curve.points)
    return max(curve.holds, *reached)


class Heat:
    """How much of the time to its trip a varying load has used: it may have tripped at `used` 1.

    Each second counts as its part of the time in which that load alone may trip. It cools down
    within the conventional time, in which all that is slow in a device has come to rest.
    """

    def __init__(self, kind: str, fuse_ma: int):
        self.used = 0.0
        self._kind = kind
        self._fuse_ma = fuse_ma
        self._cool_s = _curve(kind, fuse_ma).holds_s

    def carry(self, load_ma: float, seconds: float) -> float:
        """`used` after a load of so long."""
        if load_ma <= self._fuse_ma:
            self.used = max(self.used - seconds / self._cool_s, 0.0)
        elif seconds:
            trip_s = may_trip_s(self._kind, load_ma / self._fuse_ma, self._fuse_ma)
            self.used += seconds / trip_s if trip_s else math.inf
        return self.used


@cache
def _curve(kind: str, fuse_ma: int | None) -> _Curve:
    data = _DATA[kind]
    holds = data["holds"]
    left = (holds**2 - 1) / holds**2
    rows = data["bears_a"]
    if fuse_ma is None:
        holds_s = data["holds_s"][0][1]
    else:
        holds_s = next(s for most_a, s in data["holds_s"] if fuse_ma <= most_a * 1_000)
        # A rating between two of the table: the worse of both.
        below = [row for row in rows if row[0] * 1_000 <= fuse_ma]
        above = [row for row in rows if row[0] * 1_000 >= fuse_ma]
        rows = below[-1:] + above[:1]
    points = []
    for column, bears_s in enumerate(data["bears_s"], 1):
        points.append((min(row[column] / row[0] for row in rows), bears_s * left))
    return _Curve(holds, float(holds_s), tuple(points))
