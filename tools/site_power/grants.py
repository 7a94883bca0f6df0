"""What the boxes of a site are granted: words and commands that a fuse bears whatever gets lost.

Cuts go at once, all in one step. A raise goes where the ledger leaves room for it, once a word
about it (topic `granted`, ledger.py) has come back. Whatever is above a box's share is said again
at about half of its lease.
"""

import json
import math
from collections import Counter, deque
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import heard
from .allocate import Ints, Layout
from .diary import Diary
from .ledger import EXP_S, Ledger
from .meters import Meters
from .tree import LEAST_MA, Site
from .wants import Wants

_AGAIN_S = 3.0  # a command that is not answered is sent again
_WAIT_S = 1.0  # until somebody's current may have become another's
_RAISE_S = 5.0  # a duty is not raised more often (IEC 61851-1, sequence 6)
_REST_S = 60.0  # who was stopped is not served again before
_RAISE_MA = 500
_EVEN_MA = 1_000  # less is not taken from one to give it to another
_ANNOUNCE_S = 10.0
_FRESH_S = 60.0  # what another instance last said it has granted is believed for so long
_MOST_PENDING = 20  # commands of each box that are not answered
_GRAIN_S = 0.1  # what is to be sent again may wait so long
_UNIT_MA = 100
_NO_END = 1 << 40


class Publication(NamedTuple):
    """At QoS 1."""

    topic: str
    payload: bytes
    retain: bool


class Grants:
    """Commands the boxes towards `target_ma` in `order`. `held_ma`: what each was sent last and
    still has. `due_s`: when `step` has something to do.
    """

    def __init__(
        self,
        site: Site,
        layout: Layout,
        boxes: list[heard.Box],
        wants: Wants,
        meters: Meters,
        diary: Diary,
        ident: str,
        counts: "Counter[str]",
    ):
        n = len(boxes)
        self.held_ma = layout.share_ma.copy()
        self.target_ma = layout.share_ma.copy()
        self.order = np.arange(n)
        self.due_s = -math.inf
        self._site, self._layout, self._boxes = site, layout, boxes
        self._wants, self._meters, self._diary = wants, meters, diary
        self._ident = ident
        self._counts = counts
        self._ids = 0
        # What the instances have granted.
        self._ledger = Ledger(site)
        self._sure = False  # nobody has granted that it does not know
        self._word: dict[str, Any] | None = None  # the last on this connection
        self._n = 0  # the number of our last one
        self._unheard: deque[int] = deque()  # ours that have not come back
        self._announce_s = -math.inf  # when to say anew what is granted
        # By box.
        self._pending: dict[str, int] = {}  # the box of each command that is not answered
        self._latest = [""] * n
        self._renew_s = np.full(n, math.inf)
        self._raise_s = np.full(n, -math.inf)
        self._stopped_s = np.full(n, -math.inf)
        self._late = np.zeros(n, bool)  # its clock is wrong, whatever it says
        # Of the step under way.
        self._planned: dict[str, int] = {}  # what may be sent once a word about it has come back
        self._out: list[Publication] = []

    def connected(self, sure: bool) -> None:
        """`sure`: back so soon that nobody else can have granted since."""
        self._sure &= sure
        self._ledger.reconnected()
        self._unheard.clear()
        self._word = None

    def take_word(self, word: dict[str, Any], now_s: float, retained: bool) -> None:
        """A word of what may be granted; another's is heard while we stand by. Malformed."""
        n, ma = word.get("n"), word.get("ma")
        if type(n) is not int or type(word.get("unix")) is not int or not isinstance(ma, dict):
            raise heard.Malformed("word")
        self._word = word
        if word.get("who") != self._ident:
            self._sure = False
            if not retained:
                self._ledger.heard(ma, now_s)
                self._announce_s = now_s
            return
        self._sure |= n == self._n
        while self._unheard and self._unheard[0] <= n and not retained:
            self._unheard.popleft()
            self._ledger.came_back()
            self.due_s = now_s

    def take_result(self, b: int, value: dict[str, Any], now_s: float) -> None:
        """Of one of our commands, or of somebody else's. Malformed."""
        id_, ok = value.get("id"), value.get("ok")
        if not isinstance(id_, str) or type(ok) is not bool:
            raise heard.Malformed("result")
        if self._pending.get(id_) != b:
            return  # somebody else's
        del self._pending[id_]
        self._ledger.answered(self._layout.boxes[b], id_, ok, now_s)
        if not ok:
            self._counts["refused"] += 1
            self._late[b] |= value.get("reason") == "expired"
        elif id_ == self._latest[b]:
            # Spread, so that what began together does not go on together.
            part = 0.4 + 0.1 * (self._ids * 7 % 11) / 10
            more = self.held_ma[b] > self._layout.share_ma[b]
            self._renew_s[b] = now_s + self._site.lease_s * part if more else math.inf

    def again(self, b: int, now_s: float) -> None:
        """A box may have started, and have lost its lease."""
        if self.held_ma[b] > self._layout.share_ma[b]:
            self._renew_s[b] = now_s
            self.due_s = now_s

    def begin(self, now_s: float, unix_s: float) -> None:
        """Whatever others may have granted counts, and nobody is raised before it is known."""
        share = self._layout.share_ma
        if not self._sure:
            known = _believed(self._word, unix_s)
            self._ledger.heard(known, now_s)
            most = [(known or {}).get(name) for name in self._layout.boxes]
            held = [ma if type(ma) is int else 0 for ma in most]
            self.held_ma = np.clip(np.array(held), share, self._layout.max_ma)
            self._sure = True
        self._pending.clear()
        self._latest = [""] * len(self._boxes)
        self._renew_s[:] = np.where(self.held_ma > share, now_s, math.inf)
        self._announce_s = self.due_s = -math.inf

    def bound_ma(self, now_s: float) -> Ints:
        """The most that each box may draw now."""
        return np.array([self._ledger.bound_ma(name, now_s) for name in self._layout.boxes])

    def step(self, now_s: float, unix_s: float) -> tuple[list[Publication], dict[str, Any] | None]:
        """The commands that go now, and the word after them, or None."""
        self._planned, self._out = {}, []
        if now_s >= self.due_s:
            self._command(now_s, unix_s)
        if now_s < self._announce_s and not (self._planned and not self._unheard):
            return self._out, None
        self._n += 1
        self._unheard.append(self._n)
        self._announce_s = now_s + _ANNOUNCE_S
        ma = self._ledger.announce(self._planned, now_s)
        return self._out, {"who": self._ident, "n": self._n, "unix": round(unix_s), "ma": ma}

    def _command(self, now_s: float, unix_s: float) -> None:
        """Cuts, raises as the ledger leaves room, and what has to be said again."""
        share = self._layout.share_ma
        bound = self.bound_ma(now_s)
        self.held_ma = np.minimum(self.held_ma, np.maximum(bound, share))
        self._renew_s[bound <= share] = math.inf  # what was not answered has ended by itself
        online = np.array([box.online for box in self._boxes])
        for b in self._cuts(online):
            self._send(b, "cut", int(self.target_ma[b]), now_s, unix_s)
        waits = self._raise(online, bound, now_s, unix_s)
        for b in np.flatnonzero(online & (self._renew_s <= now_s)).tolist():
            self._send(b, "", int(self.held_ma[b]), now_s, unix_s)
        next_s = float(np.where(online, self._renew_s, math.inf).min())
        if waits or self._planned:
            next_s = min(next_s, now_s + _WAIT_S)
        self.due_s = max(next_s, now_s + _GRAIN_S)

    def _cuts(self, online: NDArray[np.bool_]) -> list[int]:
        over = online & (self.target_ma < self.held_ma)
        if not over.any():
            return []
        meters, sums = self._meters, self._layout.sums
        tight = (sums(self.held_ma, self._wants.uses) > meters.room_ma).any()
        if not tight and not (sums(self.held_ma) > meters.worst_room_ma).any():
            great = self.held_ma - self.target_ma >= _EVEN_MA
            over &= great | (self.target_ma < LEAST_MA) | (self._wants.wants_ma == 0)
        return np.flatnonzero(over).tolist()

    def _raise(self, online: NDArray[np.bool_], bound: Ints, now_s: float, unix_s: float) -> bool:
        """Whether somebody has to wait for what another still may draw."""
        asks = online & (self.target_ma > self.held_ma)
        asks &= (self.held_ma < LEAST_MA) | (self.target_ma - self.held_ma >= _RAISE_MA)
        if not asks.any():
            return False
        layout, uses = self._layout, self._wants.uses
        free = np.append(self._meters.room_ma - layout.sums(bound, uses), _NO_END)
        worst = np.append(self._meters.worst_room_ma - layout.sums(bound), _NO_END)
        # A car that sleeps is not woken for every trifle that others leave over.
        rest_s = np.where(self._wants.idle, self._site.turn_s, _REST_S)
        asks &= now_s >= np.maximum(self._raise_s, self._stopped_s + rest_s)
        for b in self.order[asks[self.order]].tolist():
            used, wired = layout.loads[b][uses[b]].ravel(), layout.loads[b].ravel()
            gain = min(int(free[used].min(initial=_NO_END)), int(worst[wired].min()))
            if gain < 0:
                continue
            ma = min(int(self.target_ma[b]), int(bound[b]) + gain) // _UNIT_MA * _UNIT_MA
            if ma < LEAST_MA or (ma < self.target_ma[b] and ma - self.held_ma[b] < _RAISE_MA):
                continue
            rise = max(ma - int(bound[b]), 0)
            free[used] -= rise
            worst[wired] -= rise
            free[-1] = worst[-1] = _NO_END
            if self._send(b, "raise", ma, now_s, unix_s):
                self._raise_s[b] = now_s + _RAISE_S
        return True

    def _send(self, b: int, why: str, ma: int, now_s: float, unix_s: float) -> bool:
        """A grant, in the ledger before it is on its way; or a plan, while no word covers it."""
        name, was_ma = self._layout.boxes[b], int(self.held_ma[b])
        if ma > self._ledger.covered_ma(name):
            self._planned[name] = ma
            return False
        if why:
            self._diary.add("grant", box=name, ma=ma, was_ma=was_ma, why=why)
        if ma < LEAST_MA <= was_ma and self._wants.wants_ma[b]:
            self._stopped_s[b] = now_s
        self._ids += 1
        id_ = f"{self._ident}-{self._ids}"
        self._ledger.sent(name, id_, ma, now_s)
        if len(self._pending) > _MOST_PENDING * len(self._boxes):
            del self._pending[next(iter(self._pending))]
        self._pending[id_] = b
        self._latest[b] = id_
        self.held_ma[b] = ma
        self._renew_s[b] = now_s + _AGAIN_S
        self._counts["commands"] += 1
        args = {
            "ma": ma,
            "ttl_s": self._site.lease_s,
            "fallback_ma": int(self._layout.share_ma[b]),
            "source": "site",
        }
        command = {"id": id_, "type": "limit", "args": args}
        if self._boxes[b].clock_known and not self._late[b]:
            command["exp"] = int(unix_s + EXP_S)
        self._out.append(Publication(f"{self._site.prefix}{name}/cmd", packed(command), False))
        return True


def _believed(word: dict[str, Any] | None, unix_s: float) -> dict[str, Any] | None:
    """What another instance has granted, unless it is old: then a broker may have lost more."""
    if word is None or abs(unix_s - word["unix"]) > _FRESH_S:
        return None
    return word["ma"]


def packed(value: Any) -> bytes:
    """As JSON, as short as it goes."""
    return json.dumps(value, separators=(",", ":")).encode()
