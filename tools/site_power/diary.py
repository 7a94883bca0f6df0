"""What a manager has done and why: the topic `state`, and lines for `pilotwire site report`.

A line is a dict with `unix` and `kind`:

- `grant`: `box`, `ma`, `was_ma`, `why` (cut or raise)
- `overload`: `feeder`, `phase`, `load_ma`, `limit_ma`
- `lead`: `leads`, `term`
- `meter`: `feeder`, `heard`: it was lost, or is back
- `minute`: once a minute while it leads: `boxes` and `feeders` as in `state`, and of each box
  that charges `drawn_ma` of its terminals (null: not known)

`state` is {"who", "unix", "boxes": {name: {"ma", "wants_ma", "why"}}, "feeders": {name:
{"fuse_ma", "load_ma" (null: no meter is heard), "others_ma", "room_ma"}}}; lists are per phase,
null where the feeder has it not. `why`: `offline`, `empty` (no vehicle), `paused` (or not
authorised), `planned` (for a better price), `waits` (for its turn or for room), `idle` (makes no
use of it), `served`.
"""

import math
from typing import Any

from . import heard
from .allocate import Ints, Layout
from .meters import Meters
from .tree import LEAST_MA, Site
from .wants import Wants

_PAUSES_S = (5.0, 60.0)  # between two of `state`, where it has changed and where not
_MINUTE_S = 60.0
_MOST_LINES = 10_000  # that nobody asks for
_SAME_S = 10.0  # an overload that lasts is told again


class Diary:
    """Reads what the manager's parts know; changes nothing."""

    def __init__(
        self, site: Site, layout: Layout, boxes: list[heard.Box], wants: Wants, meters: Meters
    ):
        self._site = site
        self._layout = layout
        self._boxes = boxes
        self._wants = wants
        self._meters = meters
        self._lines: list[dict[str, Any]] = []
        self._unix_s = 0.0
        self._told: dict[tuple[str, int], float] = {}
        self._state: dict[str, Any] = {}
        self._state_s = -math.inf
        self._look_s = -math.inf
        self._minute_s = -math.inf

    def add(self, kind: str, **what: Any) -> None:
        """Something has happened."""
        self._lines.append({"unix": round(self._unix_s, 3), "kind": kind, **what})
        del self._lines[:-_MOST_LINES]

    def lines(self) -> list[dict[str, Any]]:
        """All since the last call."""
        lines, self._lines = self._lines, []
        return lines

    def overloads(self, found: list[tuple[str, int, int, int]], now_s: float) -> None:
        """Feeder, phase, load and limit, as a meter has shown them; takes them away."""
        for feeder, phase, load_ma, limit_ma in found:
            if now_s - self._told.get((feeder, phase), -_SAME_S) >= _SAME_S:
                self._told[feeder, phase] = now_s
                self.add(
                    "overload", feeder=feeder, phase=phase, load_ma=load_ma, limit_ma=limit_ma
                )
        found.clear()

    def step(self, unix_s: float) -> None:
        """The time, before anything is added."""
        self._unix_s = unix_s

    def state(self, held: Ints, now_s: float, unix_s: float) -> dict[str, Any] | None:
        """What is to be published, when it is due; and the line of each minute."""
        if now_s < self._look_s:
            return None
        self._look_s = now_s + _PAUSES_S[0]
        boxes = self._said_boxes(held)
        if now_s >= self._minute_s + _MINUTE_S:
            self._minute_s = now_s
            told = {name: dict(said) for name, said in boxes.items()}
            for name, box in zip(self._layout.boxes, self._boxes, strict=True):
                if box.charges:
                    told[name]["drawn_ma"] = box.drawn(now_s)
            self.add("minute", boxes=told, feeders=self._said_feeders())
        elif boxes == self._state and now_s < self._state_s + _PAUSES_S[1]:
            return None
        self._state, self._state_s = boxes, now_s
        return {"unix": round(unix_s), "boxes": boxes, "feeders": self._said_feeders()}

    def _said_boxes(self, held: Ints) -> dict[str, dict[str, Any]]:
        wants = self._wants
        asked, idle, planned = wants.wants_ma.tolist(), wants.idle.tolist(), wants.waits.tolist()
        return {
            name: {
                "ma": ma,
                "wants_ma": asked[b],
                "why": _why(self._boxes[b], ma, idle[b], planned[b]),
            }
            for b, (name, ma) in enumerate(zip(self._layout.boxes, held.tolist(), strict=True))
        }

    def _said_feeders(self) -> dict[str, dict[str, Any]]:
        others: dict[str, list[int | None]] = {n: [None] * 3 for n in self._site.feeders}
        room: dict[str, list[int | None]] = {n: [None] * 3 for n in self._site.feeders}
        columns = zip(
            self._layout.columns,
            self._meters.others_ma.tolist(),
            self._meters.room_ma.tolist(),
            strict=True,
        )
        for (name, phase), others_ma, room_ma in columns:
            others[name][phase - 1], room[name][phase - 1] = others_ma, room_ma
        return {
            name: {
                "fuse_ma": feeder.fuse_ma,
                "load_ma": self._meters.loads.get(name),
                "others_ma": others[name],
                "room_ma": room[name],
            }
            for name, feeder in self._site.feeders.items()
        }


def _why(box: heard.Box, ma: int, idle: bool, planned: bool) -> str:
    if not box.online:
        return "offline"
    if not box.plugged:
        return "empty"
    if not box.enabled:
        return "paused"
    if planned:
        return "planned"
    if idle:
        return "idle"
    return "served" if ma >= LEAST_MA else "waits"
