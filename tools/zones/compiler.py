"""A zone of the IANA database as the firmware's rule, compared with it before it is given.

The rule comes from the last line of the zone's file (RFC 9636, the POSIX TZ string), which holds
from its last listed change on; the list may say otherwise for years.
"""

import difflib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from pilotwire.zone import offset, parse

from .changes import Change, changes, minutes_of

YEARS = 20  # for so long a rule must say what the database says
_YEAR_S = 31_556_952
_DATA = files("tzdata")
_NAME = r"(?:[A-Za-z]+|<[-+0-9A-Za-z]+>)"
_TIME = r"[-+]?\d+(?::\d\d)?"
_CHANGE = rf"M(\d+\.\d\.\d)(?:/({_TIME}))?"
_POSIX = re.compile(rf"{_NAME}({_TIME})(?:{_NAME}({_TIME})?,{_CHANGE},{_CHANGE})?")


class UnknownZone(ValueError):
    """The database has no such zone; the text names some that are spelt alike."""


class NoRule(ValueError):
    """The firmware has no rule for this zone; the text says what it does instead."""


def names() -> list[str]:
    """Every zone of the database."""
    return (_DATA / "zones").read_text().split()


def zone_info(name: str) -> ZoneInfo:
    """The zone as this database has it, whatever the machine's own says. Raises UnknownZone."""
    with _file(name).open("rb") as stream:
        return ZoneInfo.from_file(stream, name)


def posix(name: str) -> str:
    """The POSIX TZ string of a zone. Raises UnknownZone."""
    return _file(name).read_bytes().splitlines()[-1].decode()


def rule_text(name: str, since: int) -> str:
    """The rule of the zone `name` for config.json, right for 20 years from `since` (unix s).

    Raises UnknownZone, NoRule.
    """
    zone = minutes_of(zone_info(name))
    try:
        text = from_posix(posix(name))
        rule = parse(text)
    except ValueError as error:
        raise NoRule(f"{name}: {error}") from error
    until = since + YEARS * _YEAR_S
    wanted = changes(zone, since, until)
    given = changes(_minutes_by(rule), since, until)
    if wanted != given:
        raise NoRule(f"{name}: no yearly rule holds: {_first_difference(wanted, given)}")
    return text


def from_posix(text: str) -> str:
    """The same rule in the firmware's form. Raises NoRule."""
    found = _POSIX.fullmatch(text)
    if not found:
        raise NoRule(
            f"{text}: not of the form std offset [dst [offset],Mm.w.d[/time],Mm.w.d[/time]]"
        )
    standard, daylight, start, start_at, end, end_at = found.groups()
    west = _minutes(standard)
    if not start:
        return f"{-west}"
    east = 60 - west if daylight is None else -_minutes(daylight)
    begins, ends = _minutes(start_at or "2"), _minutes(end_at or "2")
    return f"{-west} {east} {start}.{begins} {end}.{ends}"


def _minutes_by(rule: tuple[int, ...]) -> Callable[[int], int]:
    """What the firmware says of a unix time."""
    return lambda unix: offset(rule, unix)[0]


def _file(name: str) -> Traversable:
    known = names()
    if name not in known:
        alike = difflib.get_close_matches(name, known)
        hint = f"; did you mean {' or '.join(alike)}?" if alike else ""
        raise UnknownZone(f"{name}: no zone of the IANA database, such as Europe/Berlin{hint}")
    return _DATA.joinpath("zoneinfo", *name.split("/"))


def _minutes(time: str) -> int:
    hours, _, minutes = time.partition(":")
    sign = -1 if hours.startswith("-") else 1
    return sign * (abs(int(hours)) * 60 + int(minutes or 0))


def _first_difference(wanted: list[Change], given: list[Change]) -> str:
    change = min(set(wanted) ^ set(given))
    at = datetime.fromtimestamp(change.unix, UTC)
    verb = "changes" if change in wanted else "does not change"
    return (
        f"on {at:%Y-%m-%d at %H:%M} UTC its clock {verb}, unlike in other years. Set the "
        "minutes that hold now, and others when they change."
    )
