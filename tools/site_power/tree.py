"""A site as its operator wrote it down, site.toml: the tree of fuses, and the boxes at it.

Whatever would not be safe with every network down is refused, with the place named. Inside all
currents are in mA, all phases 1 to 3.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import curves

FOLLOW_S = 6.0  # a car follows a lower duty within 5 s (IEC 61851-1), and one that the box takes
KEEPALIVE_S = 10  # the most that the site's own connection to the broker may have
BOX_KEEPALIVE_S = 30  # and a box's
LATE_S = 1.5 * (KEEPALIVE_S + BOX_KEEPALIVE_S)  # no command comes later (ledger.py)
LEAST_MA = 6_000  # the least that IEC 61851-1 can offer
_NAME = re.compile(r"[a-z0-9-]{1,20}")
_BOX = re.compile(r"[A-Za-z0-9_-]{1,20}")  # the firmware's `id`
_PREFIX = re.compile(r"[^+#/\s\0]+(/[^+#/\s\0]+)*/")
_AMPERE = 1_000
_STEP_MA = 100  # in which current is given out


class SiteError(ValueError):
    """What of site.toml cannot be used: the place, what is wrong, what is allowed."""


@dataclass(frozen=True, slots=True)
class Feeder:
    """A fuse and what hangs behind it. `others_ma`: the most that is no box's, per phase."""

    name: str
    parent: str | None
    fuse_ma: int
    curve: str
    phases: tuple[int, ...]
    others_ma: tuple[int, int, int]
    meter: str | None


@dataclass(frozen=True, slots=True)
class Box:
    """`rotation`: which phase of the site each of its terminals has."""

    name: str
    feeder: str
    rotation: tuple[int, ...]
    max_ma: int
    share_ma: int
    priority: int


@dataclass(frozen=True, slots=True)
class Site:
    """`feeders`: parents first."""

    name: str
    prefix: str
    lease_s: int
    margin_ma: int
    meter_timeout_s: float
    turn_s: int
    feeders: dict[str, Feeder]
    boxes: dict[str, Box]

    def above(self, feeder: str) -> list[str]:
        """A feeder and all that it hangs behind, up to the connection."""
        path = []
        name: str | None = feeder
        while name is not None:
            path.append(name)
            name = self.feeders[name].parent
        return path

    @property
    def longest_s(self) -> float:
        """For so long after it was sent what a command allows may be drawn."""
        return LATE_S + self.lease_s + FOLLOW_S

    def worst_ma(self, feeder: str) -> int:
        """What its fuse bears until all that was granted has ended."""
        fuse = self.feeders[feeder]
        return int(fuse.fuse_ma * curves.bearable(fuse.curve, self.longest_s, fuse.fuse_ma))


def load(path: Path | str) -> Site:
    """The site of a file. Raises SiteError, and OSError where there is none to read."""
    data = Path(path).read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise SiteError(f"{path}: not UTF-8: {error.reason} at byte {error.start}") from error
    return parse(text)


def parse(text: str) -> Site:
    """The site of a text in TOML. Raises SiteError."""
    try:
        top = _Table("", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"no TOML: {error}") from error
    site = Site(
        name=top.text("name", _NAME, "1 to 20 of a-z, 0-9 and -"),
        prefix=top.text(
            "prefix", _PREFIX, "levels of a topic, with / at its end", "pilotwire/v1/"
        ),
        lease_s=top.whole("lease_s", 5, 14_400, 20),
        margin_ma=top.amperes("margin_a", 0, 100, 1.0),
        meter_timeout_s=top.number("meter_timeout_s", 1, 300, 5),
        turn_s=top.whole("turn_s", 60, 86_400, 1_800),
        feeders=_feeders(top.tables("feeders")),
        boxes={table.name: _box(table) for table in top.tables("boxes")},
    )
    top.end()
    _check_boxes(site)
    _check_meters(site)
    _check_leases(site)
    _check_loads(site)
    return site


class _Table:
    """A table of the file: each key is taken once, with its place in every refusal."""

    def __init__(self, place: str, table: dict[str, Any]):
        self.place = place
        self.name = place.partition(".")[2]
        self._left = dict(table)

    def refuse(self, key: str, why: str) -> SiteError:
        return SiteError(f"{self.place}{'.' if self.place else ''}{key}: {why}")

    def has(self, key: str) -> bool:
        return key in self._left

    def take(self, key: str, default: Any = None) -> Any:
        if key not in self._left and default is None:
            raise self.refuse(key, "missing")
        return self._left.pop(key, default)

    def end(self) -> None:
        for key in self._left:
            raise self.refuse(key, "no such key")

    def text(self, key: str, form: re.Pattern[str], allowed: str, default: str = "") -> str:
        value = self.take(key, default or None)
        if not isinstance(value, str) or len(value) > 64 or not form.fullmatch(value):
            raise self.refuse(key, f"{value!r} is not {allowed}")
        return value

    def number(self, key: str, least: float, most: float, default: Any = None) -> float:
        value = self.take(key, default)
        if type(value) not in (int, float) or not least <= value <= most:
            raise self.refuse(key, f"{value!r} is no number from {least:g} to {most:g}")
        return value

    def whole(self, key: str, least: int, most: int, default: Any = None) -> int:
        value = self.take(key, default)
        if type(value) is not int or not least <= value <= most:
            raise self.refuse(key, f"{value!r} is no whole number from {least} to {most}")
        return value

    def amperes(self, key: str, least: float, most: float, default: Any = None) -> int:
        value = self.number(key, least, most, default)
        ma = round(value * _AMPERE)
        if ma % _STEP_MA:
            raise self.refuse(key, f"{value!r} is not in steps of {_STEP_MA / _AMPERE:g} A")
        return ma

    def phases(self, key: str, counts: tuple[int, ...], default: Any = None) -> tuple[int, ...]:
        value = self.take(key, default)
        listed = value if isinstance(value, list) else [value]
        known = all(type(phase) is int and 1 <= phase <= 3 for phase in listed)
        if not known or len(listed) not in counts or len({*listed}) != len(listed):
            some = " or ".join(str(count) for count in counts)
            raise self.refuse(key, f"{value!r} is not {some} of the phases 1, 2 and 3, each once")
        return tuple(listed)

    def tables(self, key: str) -> list["_Table"]:
        value = self.take(key)
        if not isinstance(value, dict) or not value:
            raise self.refuse(key, f"no tables: at least one [{key}.NAME] is needed")
        found = []
        for name, table in value.items():
            form, allowed = (
                (_BOX, "1 to 20 letters, digits, - and _, the `id` of its config.json")
                if key == "boxes"
                else (_NAME, "1 to 20 of a-z, 0-9 and -")
            )
            if not form.fullmatch(name):
                raise SiteError(f"{key}.{name!r}: such a name is {allowed}")
            if not isinstance(table, dict):
                raise SiteError(f"{key}.{name}: no table")
            found.append(_Table(f"{key}.{name}", table))
        return found


def _feeders(tables: list[_Table]) -> dict[str, Feeder]:
    """All feeders, parents first."""
    feeders = {table.name: _feeder(table) for table in tables}
    ordered: dict[str, Feeder] = {}
    for name in feeders:
        path: list[str] = []
        up: str | None = name
        while up is not None and up not in ordered:
            if up in path:
                loop = " - ".join([*path[path.index(up) :], up])
                raise SiteError(f"feeders.{up}.parent: a loop: {loop}")
            if up not in feeders:
                raise SiteError(f"feeders.{path[-1]}.parent: there is no feeder {up!r}")
            path.append(up)
            up = feeders[up].parent
        for step in reversed(path):
            ordered[step] = feeders[step]
    return ordered


def _feeder(table: _Table) -> Feeder:
    curve = table.take("curve")
    if curve not in curves.KINDS:
        raise table.refuse("curve", f"{curve!r} is none of {', '.join(curves.KINDS)}")
    parent = table.take("parent") if table.has("parent") else None
    if parent is not None and not isinstance(parent, str):
        raise table.refuse("parent", f"{parent!r} is not the name of one feeder")
    phases = tuple(sorted(table.phases("phases", (1, 2, 3), [1, 2, 3])))
    feeder = Feeder(
        name=table.name,
        parent=parent,
        fuse_ma=table.amperes("fuse_a", *curves.rated_a(curve)),
        curve=curve,
        phases=phases,
        others_ma=_others(table, phases, parent),
        meter=_meter(table) if table.has("meter") else None,
    )
    table.end()
    return feeder


def _others(table: _Table, phases: tuple[int, ...], parent: str | None) -> tuple[int, int, int]:
    """The connection's must be said: nobody shall forget the building."""
    value = table.take("others_a", None if parent is None else 0)
    each = value if isinstance(value, list) else [value if p in phases else 0 for p in (1, 2, 3)]
    numbers = all(type(a) in (int, float) and 0 <= a <= 1_250 for a in each)
    if len(each) != 3 or not numbers:
        raise table.refuse("others_a", f"{value!r} is neither 0 to 1250 A nor three such numbers")
    for phase, ampere in enumerate(each, 1):
        if ampere and phase not in phases:
            raise table.refuse("others_a", f"{ampere:g} A on L{phase}, which this feeder has not")
    one, two, three = (round(a * _AMPERE) for a in each)
    return one, two, three


def _meter(table: _Table) -> str:
    meter = table.take("meter")
    if not isinstance(meter, str) or not (_NAME.fullmatch(meter) or meter.startswith("box:")):
        raise table.refuse("meter", f"{meter!r} is neither 1 to 20 of a-z, 0-9, - nor box:NAME")
    return meter


def _box(table: _Table) -> Box:
    feeder = table.take("feeder", "")
    if isinstance(feeder, list) and len(feeder) > 1:
        raise table.refuse("feeder", f"{feeder!r}: a box hangs on one feeder")
    if not isinstance(feeder, str) or not feeder:
        raise table.refuse("feeder", "the box hangs on none; the name of one is needed")
    max_ma = table.amperes("max_a", 6, 80)
    share_ma = table.amperes("share_a", 0, 80)
    if share_ma and not LEAST_MA <= share_ma <= max_ma:
        most = f"{max_ma / _AMPERE:g}"
        raise table.refuse("share_a", f"{share_ma / _AMPERE:g} A is neither 0 nor 6 to {most} A")
    box = Box(
        name=table.name,
        feeder=feeder,
        rotation=table.phases("rotation", (1, 3)),
        max_ma=max_ma,
        share_ma=share_ma,
        priority=table.whole("priority", 1, 9, 1),
    )
    table.end()
    return box


def _check_boxes(site: Site) -> None:
    """Every feeder a box hangs on is there, and every phase comes down to it."""
    for feeder in site.feeders.values():
        if feeder.parent is None:
            continue
        for phase in feeder.phases:
            if phase not in site.feeders[feeder.parent].phases:
                raise SiteError(
                    f"feeders.{feeder.name}.phases: L{phase} is missing on its parent"
                    f" {feeder.parent}"
                )
    for box in site.boxes.values():
        if box.feeder not in site.feeders:
            raise SiteError(f"boxes.{box.name}.feeder: there is no feeder {box.feeder!r}")
        for phase in box.rotation:
            if phase not in site.feeders[box.feeder].phases:
                raise SiteError(
                    f"boxes.{box.name}.rotation: L{phase} is missing on its feeder {box.feeder}"
                )


def _check_meters(site: Site) -> None:
    for feeder in site.feeders.values():
        if feeder.meter and feeder.meter.startswith("box:"):
            box = feeder.meter.removeprefix("box:")
            if box not in site.boxes:
                raise SiteError(f"feeders.{feeder.name}.meter: there is no box {box!r}")


def _check_leases(site: Site) -> None:
    """A lease must end before a fuse may trip, or nothing above the shares could be granted."""
    for feeder in site.feeders.values():
        if site.worst_ma(feeder.name) <= feeder.fuse_ma:
            slight_s = curves.may_trip_s(feeder.curve, 1.01, feeder.fuse_ma)
            raise SiteError(
                f"lease_s: {site.lease_s} s, but feeders.{feeder.name} ({feeder.curve}"
                f" {feeder.fuse_ma / _AMPERE:g} A) may trip after {slight_s:g} s of any overload;"
                f" less than {slight_s - FOLLOW_S - LATE_S:g} s is needed"
            )


def _check_loads(site: Site) -> None:
    """With every network down: shares on all phases and everything else at once."""
    boxes_ma = {(name, phase): 0 for name in site.feeders for phase in (1, 2, 3)}
    others_ma = dict(boxes_ma)
    for box in site.boxes.values():
        for name in site.above(box.feeder):
            for phase in box.rotation:
                boxes_ma[name, phase] += box.share_ma
    for feeder in site.feeders.values():
        if feeder.parent is not None:
            for phase in feeder.phases:
                others_ma[feeder.parent, phase] += feeder.others_ma[phase - 1]
    wrong = []
    for feeder in site.feeders.values():
        for phase in feeder.phases:
            own_ma = feeder.others_ma[phase - 1]
            below_ma = others_ma[feeder.name, phase]
            if below_ma > own_ma:
                wrong.append(
                    f"feeders.{feeder.name}.others_a: {own_ma / _AMPERE:g} A on L{phase}, but the"
                    f" feeders behind it have {below_ma / _AMPERE:g} A of others"
                )
            load_ma = boxes_ma[feeder.name, phase] + own_ma
            if load_ma > feeder.fuse_ma:
                wrong.append(
                    f"feeders.{feeder.name}: L{phase} is overloaded with every network down:"
                    f" {boxes_ma[feeder.name, phase] / _AMPERE:g} A of shares and"
                    f" {own_ma / _AMPERE:g} A of others are"
                    f" {(load_ma - feeder.fuse_ma) / _AMPERE:g} A more than its fuse of"
                    f" {feeder.fuse_ma / _AMPERE:g} A"
                )
    if wrong:
        raise SiteError("\n".join(wrong))
