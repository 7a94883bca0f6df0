"""For whom a box is kept and whom it lets charge, as far as its operator can know."""

from dataclasses import dataclass
from typing import Any

from .settings import holds
from .stored import Stored

_S = 1_000_000
_SLACK_US = 2 * _S
_NOBODY: dict[str, Any] = {"tokens": [], "windows": []}


@dataclass
class _Asked:
    token: str
    sent_us: int
    span_us: int


class Reservation:
    """While it `holds`, nobody but the holder charges; `may_be_for` whom, it is never sure."""

    def __init__(self) -> None:
        self._asked: dict[str, _Asked] = {}
        self._token = ""
        self._until_us = 0
        self._holders: set[str] = set()  # of this life of the box

    def sent(self, id_: str, token: str, span_s: int, now_us: int) -> None:
        """From now on it may be another one; `span_s` 0 ends it."""
        self._until_us = 0
        self._asked = {}
        if span_s:
            self._asked[id_] = _Asked(token, now_us, span_s * _S)
            self._holders.add(token)

    def settle(self, id_: str, ok: bool, now_us: int, steady_us: int) -> None:
        """The result; the box's clock has been steady for `steady_us`."""
        asked = self._asked.pop(id_, None)
        if asked and ok and now_us - asked.sent_us < steady_us:
            self._token = asked.token
            self._until_us = asked.sent_us + asked.span_us - _SLACK_US

    def shown(self, token: str) -> None:
        """Somebody shows a token: the holder's ends it."""
        if token == self._token:
            self._until_us = 0
        self._asked = {}

    def box_started(self) -> None:
        self._until_us = 0
        self._asked = {}
        self._holders = set()

    def holds(self, now_us: int) -> bool:
        return now_us < self._until_us

    def may_be_for(self, token: str) -> bool:
        return token in self._holders


class Guests(Stored):
    """By the guests' lists that were sent."""

    def permits(self, token: str, unix: int | None) -> bool:
        """Whether one of the lists that may be in force is good for `token` at that time."""
        return any(
            _is_good(row, guests["windows"], unix)
            for guests in self._lists
            for row in guests["tokens"]
            if row[0] == token
        )

    def is_open(self, unix: int | None) -> bool:
        """Whether a window of one of them is."""
        return any(holds(window, unix) for guests in self._lists for window in guests["windows"])

    def let_in(self, how: str, policy: str, unix: int | None) -> bool:
        """Whether a charge may begin that was permitted like this (its record's `auth`)."""
        if how == "window":
            return policy == "windows" and self.is_open(unix)
        return how in ("remote", "token") or how == policy == "free"

    @property
    def _lists(self) -> list[dict[str, Any]]:
        return [guests or _NOBODY for guests in self.possible]


def _is_good(row: list[Any], windows: list[list[int]], unix: int | None) -> bool:
    _, until_unix, window = row
    if until_unix and (unix is None or unix >= until_unix):
        return False
    return window < 0 or holds(windows[window], unix)
