"""What `pilotwire site run --log` has written (diary.py), as what a picture of a day shows.

Of several instances' logs the lines are put in order: only who leads writes the line of a minute.
Beside diary.py's kinds, `prices` ({"start", "step_s", "prices"}) and `solar` ({"w"}) are read.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

DAY_S = 86_400
_MINUTE_S = 60
_GAP_S = 150  # without a line of a minute for so long, nothing is known
_LEAST_MA = 6_000

Series = list[tuple[float, float]]  # unix, and what holds from then on


class LogError(ValueError):
    """A line that is none of diary.py's: the file, its number, and why."""


@dataclass
class Day:
    """What was known at the site. Currents in mA per phase; `grid_ma` of L1 to L3."""

    site: str
    fuse_ma: float
    grid_ma: tuple[Series, Series, Series] = field(default_factory=lambda: ([], [], []))
    granted_ma: dict[str, Series] = field(default_factory=dict)  # of each box
    waits: dict[str, Series] = field(default_factory=dict)  # 1 while it gets less than 6 A
    price: Series = field(default_factory=list)
    solar_w: Series = field(default_factory=list)
    unheard: list[tuple[float, float]] = field(default_factory=list)  # the meter: from, to
    turns: list[float] = field(default_factory=list)  # when another instance began to lead
    overloads: int = 0


def load(paths: Iterable[Path], site: str) -> Day:
    """Raises LogError, and OSError. There must be a line of a minute."""
    lines = [line for path in paths for line in _lines(path)]
    lines.sort(key=lambda line: line["unix"])
    first = next((line for line in lines if line["kind"] == "minute" and line["feeders"]), None)
    if first is None:
        raise LogError("there is no line of a minute in it: nothing has led while it was written")
    feeder, about = next(iter(first["feeders"].items()))
    day = Day(site, about["fuse_ma"])
    last = -math.inf
    lost: float | None = None
    leader = None
    for line in lines:
        unix, kind = line["unix"], line["kind"]
        if kind == "minute":
            if unix - last > _GAP_S:
                _gap(day, last)
            last = unix
            _minute(day, unix, line["boxes"], line["feeders"][feeder]["load_ma"])
            if leader not in (None, line.get("who")):
                day.turns.append(unix)
            leader = line.get("who")
        elif kind == "overload":
            day.overloads += line["feeder"] == feeder
        elif kind == "meter" and line["feeder"] == feeder and line.get("who") in (None, leader):
            if line["heard"] and lost is not None:
                day.unheard.append((lost, unix))
            lost = None if line["heard"] else (lost or unix)
        elif kind == "prices":
            _prices(day, line)
        elif kind == "solar":
            day.solar_w.append((unix, line["w"]))
    _gap(day, last)
    return day


def fullest(day: Day, zone: tzinfo) -> float:
    """The midnight at which that day begins of which most is known."""
    counts: dict[float, int] = {}
    for at, _ in next(iter(day.granted_ma.values())):
        begin = datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        counts[begin.timestamp()] = counts.get(begin.timestamp(), 0) + 1
    return max(counts, key=lambda begin: counts[begin])


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    with path.open() as file:
        for number, text in enumerate(file, 1):
            try:
                line = json.loads(text)
                _check(line)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise LogError(f"{path}:{number}: no line of `site run --log`: {error}") from error
            yield line


def _check(line: dict[str, Any]) -> None:
    """What is read of it below is there, and is of its type."""
    kind = line["kind"]
    numbers = [line["unix"]]
    if kind == "minute":
        for said in line["boxes"].values():
            numbers += [said["ma"], *(ma for ma in said.get("drawn_ma") or () if ma is not None)]
            str(said["why"])
        for about in line["feeders"].values():
            numbers += [about["fuse_ma"], *(about["load_ma"] or ())]
    elif kind in ("overload", "meter"):
        str(line["feeder"])
        bool(line["heard"] if kind == "meter" else True)
    elif kind == "prices":
        numbers += [line["start"], line["step_s"], *line["prices"]]
    elif kind == "solar":
        numbers += [line["w"]]
    for number in numbers:
        if type(number) not in (int, float):
            raise TypeError(f"{number!r} is no number")


def _minute(day: Day, unix: float, boxes: dict[str, Any], load_ma: list[int] | None) -> None:
    for series, ma in zip(day.grid_ma, load_ma or [math.nan] * 3, strict=True):
        series.append((unix, ma))
    for name, said in boxes.items():
        there = said["why"] in ("served", "idle", "waits")
        drawn = [ma for ma in said.get("drawn_ma") or () if ma is not None]
        ma = max(drawn) if drawn else said["ma"] if said["why"] == "served" else 0
        waits = said["why"] == "waits" and ma < _LEAST_MA
        day.granted_ma.setdefault(name, []).append((unix, ma if there else 0))
        day.waits.setdefault(name, []).append((unix, float(waits)))


def _gap(day: Day, last: float) -> None:
    """Nobody led: what was known ends."""
    if not day.granted_ma:
        return
    end = last + _MINUTE_S
    for series in day.grid_ma:
        series.append((end, math.nan))
    for series in (*day.granted_ma.values(), *day.waits.values()):
        series.append((end, 0.0))


def _prices(day: Day, line: dict[str, Any]) -> None:
    begin = line["start"]
    known = day.price[-1][0] if day.price else -math.inf
    for i, price in enumerate(line["prices"]):
        at = begin + i * line["step_s"]
        if at > known:
            day.price.append((at, price))
