"""What boxes, meters and people say by the wire, read with distrust (docs/mqtt.md).

Whatever is not as it should be raises Malformed and changes nothing.
"""

import json
import math
from typing import Any, NoReturn

_MOST_BYTES = 16_384  # of a payload; a state has less than 2 KB
_MOST_MA = 10_000_000
_MOST_UNIX = 0xFFFFFFFF
_USED_MA = 1_000  # more than that is a phase in use, as in the box's `phases_used`
_STEADY_S = 10.0  # charging for so long, a car has shown which phases it uses
_GREAT_MA = 500
_SETTLE_S = 3.0  # what was measured before a change may still be what a meter shows
_FOLLOW_S = 8.0  # what is measured sooner after another offer may not be the last of it
_SILENT_S = 75.0  # a measured value counts for so long: the longest heartbeat, and a bit

Currents = tuple[int, int, int]


class Malformed(ValueError):
    """The word that names what is wrong."""


def read(payload: bytes, most_bytes: int = _MOST_BYTES) -> dict[str, Any]:
    """A JSON object."""
    if len(payload) > most_bytes:
        raise Malformed("size")
    try:
        value = json.loads(payload, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Malformed("json") from None
    if not isinstance(value, dict):
        raise Malformed("object")
    return value


def _refuse(_name: str) -> NoReturn:
    raise ValueError


def whole(value: Any, name: str, least: int, most: int) -> int:
    """An integer in its range."""
    if type(value) is not int or not least <= value <= most:
        raise Malformed(name)
    return value


def number(value: Any, name: str, least: float, most: float) -> float:
    """A number in its range."""
    if type(value) not in (int, float) or not least <= value <= most:
        raise Malformed(name)
    return value


def currents(value: Any, least: int = 0) -> Currents:
    """Of each phase in mA; a box of one phase says one."""
    if not isinstance(value, list) or not 1 <= len(value) <= 3:
        raise Malformed("current_ma")
    found = [round(number(ma, "current_ma", least, _MOST_MA)) for ma in value]
    one, two, three = found + [0] * (3 - len(found))
    return one, two, three


def meter(value: dict[str, Any]) -> Currents:
    """A meter's currents of the site's phases; negative: fed in."""
    return currents(value.get("current_ma"), -_MOST_MA)


def grid(value: dict[str, Any]) -> Currents | None:
    """The same from a box's state; None: it has no such meter, or that is lost."""
    said = value.get("grid")
    if not isinstance(said, dict) or said.get("meter") != "":
        return None
    one, two, three = currents(said.get("current_ma"), -_MOST_MA)
    watts = said.get("phase_power_w")
    if isinstance(watts, list) and len(watts) == 3 and all(type(w) is int for w in watts):
        signs = [-1 if w < 0 < ma else 1 for w, ma in zip(watts, (one, two, three), strict=True)]
        one, two, three = one * signs[0], two * signs[1], three * signs[2]
    return one, two, three


class Wish:
    """`wh` more by `by_unix`; either may be None: all that is possible, or as soon as it is."""

    __slots__ = ("by_unix", "wh")

    def __init__(self, value: dict[str, Any]):
        wh, by = value.get("wh"), value.get("by_unix")
        self.wh = None if wh is None else whole(wh, "wh", 0, 1_000_000)
        self.by_unix = None if by is None else whole(by, "by_unix", 0, _MOST_UNIX)


class Box:
    """What one box has said. Each method takes a whole message or, Malformed, nothing of it."""

    __slots__ = (
        "_changed_s",
        "_closed_s",
        "_measured_s",
        "_now",
        "_used_s",
        "_was",
        "boot",
        "by",
        "cable_ma",
        "charges",
        "clock_known",
        "enabled",
        "hardware_ma",
        "limit_ma",
        "offered_ma",
        "offered_s",
        "online",
        "plugged",
        "plugged_s",
        "session_wh",
        "used",
        "wish",
    )

    def __init__(self) -> None:
        self.online = False
        self.boot: int | None = None
        self.hardware_ma: int | None = None  # what the installer allows
        self.plugged = False
        self.plugged_s = 0.0
        self.enabled = False
        self.charges = False  # the contactor is closed
        self.offered_ma = 0
        self.offered_s = 0.0  # since when it offers so much
        self.cable_ma = 0
        self.limit_ma = 0
        self.by = ""
        self.session_wh: int | None = None
        self.clock_known = False
        self.used = (False, False, False)  # terminals in which this car was seen to draw
        self.wish: Wish | None = None
        self._closed_s = 0.0
        self._used_s = 0.0  # since when
        self._now: Currents | None = None
        self._measured_s = -math.inf
        self._was: Currents | None = None  # before the last great change
        self._changed_s = 0.0

    def info(self, value: dict[str, Any]) -> bool:
        """Whether the box has started since its last one."""
        limits = value.get("limits")
        if not isinstance(limits, dict):
            raise Malformed("limits")
        hardware_ma = whole(limits.get("limit_ma"), "limits", 0, 80_000)
        boot = whole(value.get("boot"), "boot", 0, 0xFFFF)
        started = self.boot not in (None, boot)
        self.boot, self.hardware_ma = boot, hardware_ma
        return started

    def state(self, value: dict[str, Any], now_s: float, unix_s: float, retained: bool) -> None:
        """`retained`: of any age. `unix_s`: our own time."""
        letter = value.get("state")
        limit = value.get("limit")
        if not isinstance(letter, str) or not 1 <= len(letter) <= 2:
            raise Malformed("state")
        if not isinstance(limit, dict) or not isinstance(limit.get("by"), str):
            raise Malformed("limit")
        limit_ma = whole(limit.get("ma"), "limit", 0, 80_000)
        offered_ma = whole(value.get("offered_ma"), "offered_ma", 0, 80_000)
        cable_ma = whole(value.get("cable_ma"), "cable_ma", 0, 80_000)
        closed, enabled = value.get("closed"), value.get("enabled")
        if type(closed) is not bool or type(enabled) is not bool:
            raise Malformed("closed")
        session_wh = value.get("session_wh")
        if session_wh is not None:
            whole(session_wh, "session_wh", 0, _MOST_UNIX)
        unix = value.get("unix")
        if unix is not None:
            whole(unix, "unix", 0, _MOST_UNIX)
        drawn = value.get("current_ma")
        drawn = None if drawn is None else currents(drawn)
        plugged = letter[0] in "BCD"
        if plugged and not self.plugged:
            self.plugged_s = now_s
        if not plugged:
            self.used = (False, False, False)
        self.plugged, self.enabled = plugged, enabled
        if closed and not self.charges:
            self._closed_s = now_s
        self.charges = closed
        if offered_ma != self.offered_ma:
            self.offered_ma, self.offered_s = offered_ma, now_s
        self.cable_ma, self.limit_ma, self.by = cable_ma, limit_ma, limit["by"]
        self.session_wh = session_wh
        if not retained:
            told = value.get("clock") == "synchronised"
            self.clock_known = told and unix is not None and abs(unix - unix_s) <= 1.5
        if not closed:
            self._measure((0, 0, 0), now_s)
        elif not retained:
            self._measure(drawn, now_s)

    def tele(self, value: dict[str, Any], now_s: float) -> None:
        """What it measures while the contactor is closed."""
        drawn = value.get("current_ma")
        self._measure(None if drawn is None else currents(drawn), now_s)

    def _measure(self, drawn: Currents | None, now_s: float) -> None:
        if drawn is None:
            self._now = self._was = None
            return
        now = self._now
        if now is not None and any(abs(drawn[i] - now[i]) > _GREAT_MA for i in range(3)):
            self._was, self._changed_s = now, now_s
        elif now is None or now_s - self._changed_s > _SETTLE_S:
            self._was = None
        self._now, self._measured_s = drawn, now_s
        if max(drawn) > _USED_MA:
            if not any(self.used):
                self._used_s = now_s
            one, two, three = self.used
            self.used = (
                one or drawn[0] > _USED_MA,
                two or drawn[1] > _USED_MA,
                three or drawn[2] > _USED_MA,
            )

    def drawn(self, now_s: float) -> Currents | None:
        """What flows in its terminals, as far as is known."""
        if not self.charges:
            return 0, 0, 0
        return self._now if now_s - self._measured_s <= _SILENT_S else None

    def drawn_between(self, now_s: float, most_ma: int) -> tuple[Currents, Currents]:
        """The least and the most of what a meter elsewhere may have seen of it just now."""
        if not self.online:
            return (0, 0, 0), (0, 0, 0)  # the meter's others, then: nobody can take it away
        now = self.drawn(now_s)
        if now is None:
            return (0, 0, 0), (most_ma, most_ma, most_ma)
        was = self._was or now
        rises = self.charges and self._measured_s < _FOLLOW_S + max(self.offered_s, self._closed_s)
        may = self.offered_ma if rises else 0
        return (
            (min(now[0], was[0]), min(now[1], was[1]), min(now[2], was[2])),
            (max(now[0], was[0], may), max(now[1], was[1], may), max(now[2], was[2], may)),
        )

    def uses(self, now_s: float) -> tuple[bool, bool, bool]:
        """The terminals that may carry current now: all while that is not known."""
        if self.online and not (self.plugged and self.enabled):
            return False, False, False
        if any(self.used) and now_s - self._used_s >= _STEADY_S:
            return self.used
        return True, True, True
