"""Who of a site's boxes gets how much, and when: hears the site's broker, says what to publish.

Sans-I/O. It grants while it leads (lead.py), never beyond what the fuses bear whatever gets lost
(ledger.py), and shares what there is fairly (allocate.py). Boxes are commanded by `limit` with
`source` `site` alone; a box that has its share and no more needs no command at all.

Below `pilotwire-site/v1/<name>/`: `lead` and `granted` are the instances' own; `meter/<meter>`
({"current_ma": [a, b, c]} of the site's phases), `wish/<box>` ({"wh", "by_unix"}), `prices` and
`solar` (outlook.py) are heard; `state` says what is granted and why. Wire data is hostile: what
cannot be is counted, not obeyed.
"""

import json
import math
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import heard
from .allocate import Ints, Layout, allocate
from .diary import Diary
from .lead import DRIFT, LEASE_S, Lead
from .ledger import EXP_S, Ledger
from .meters import Meters
from .outlook import Outlook, Question
from .plan import Plan
from .tree import LEAST_MA, Site
from .wants import Wants

TOPICS = "pilotwire-site/v1/"
_PERIOD_S = 5.0  # between two allocations, if nothing happens
_SOON_S = 0.5  # what comes together is looked at together
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


class Manager:
    """One instance; `ident` differs from that of every other process that ever ran.

    Times are of one monotonic clock. `step` is to be called when something was taken, and at
    `next_s` at the latest; what it returns is to be published in that order. `counts`: what was
    taken, sent, and refused.
    """

    def __init__(self, site: Site, ident: str):
        self.site = site
        self.counts: Counter[str] = Counter()
        self.lead = Lead(ident)
        self._ident = ident
        self._layout = Layout(site)
        self._boxes = [heard.Box() for _ in site.boxes]
        self._most = self._layout.max_ma.tolist()
        self._outlook = Outlook(site, self._layout, self._boxes)
        self._wants = Wants(site, self._boxes, self._outlook)
        self._meters = Meters(site, self._layout)
        # The least and the most that a meter may have seen of each box, by terminal.
        self._drawn = np.zeros((2, len(self._boxes), 3), np.int64)
        self._base = f"{TOPICS}{site.name}/"
        self._handlers = self._topics()
        self._unix_s = math.nan  # at 0 of our clock
        self._ids = 0
        # What the instances have granted.
        self.leads = False
        self._ledger = Ledger(site)
        self._sure = False  # nobody has granted that it does not know
        self._word: dict[str, Any] | None = None  # the last on this connection
        self._n = 0  # the number of our last one
        self._unheard: deque[int] = deque()  # ours that have not come back
        self._announce_s = -math.inf  # when to say anew what is granted
        # By box: what it was sent last and still has, and what it is to have.
        n = len(self._boxes)
        share = self._layout.share_ma
        self._held = share.copy()
        self._target = share.copy()
        self._order = np.arange(n)
        self._kept = np.zeros(n, np.int64)  # by those that want nothing
        self._pending: dict[str, int] = {}  # the box of each command that is not answered
        self._latest = [""] * n
        self._renew_s = np.full(n, math.inf)
        self._raise_s = np.full(n, -math.inf)
        self._late = np.zeros(n, bool)  # its clock is wrong, whatever it says
        self._news = False
        self._allocate_s = -math.inf
        self._command_s = -math.inf
        self._diary = Diary(site, self._layout, self._boxes, self._wants, self._meters)

    # What comes.

    def subscriptions(self) -> list[str]:
        """Filters; boxes that are not of this site are passed over."""
        own = ["lead", "granted", "meter/+", "wish/+", "prices", "solar"]
        boxes = ["online", "info", "state", "tele", "cmdres"]
        return [self._base + name for name in own] + [f"{self.site.prefix}+/{b}" for b in boxes]

    def connected(self, now_s: float) -> None:
        """There is a new connection, and all filters are subscribed."""
        # Nobody grants within a lease of what has come back: whoever is back by then has missed
        # no word.
        self._sure &= now_s <= self.lead.certain_s + LEASE_S * (1 - DRIFT)
        self._ledger.reconnected()
        self._unheard.clear()
        self._word = None
        self.lead.connected(now_s)

    def disconnected(self, now_s: float) -> None:
        """It is lost."""
        self.lead.disconnected()
        self._follow(now_s)

    def take(self, now_s: float, topic: str, payload: bytes, retained: bool) -> None:
        """One message. `retained`: the broker had it before we subscribed."""
        self.counts["messages"] += 1
        handler = self._handlers.get(topic)
        if handler is None:
            self.counts["unknown topic"] += 1
            return
        try:
            handler(payload, now_s, retained)
        except heard.Malformed as error:
            self.counts[f"malformed {topic.rsplit('/', 1)[-1]}: {error}"[:64]] += 1

    def question(self, now_s: float, unix_s: float) -> Question | None:
        """What is to be planned, in a thread of its own; its plan is for `answer`."""
        if not self.leads:
            return None
        wants = self._wants
        return self._outlook.question(now_s, unix_s, wants.could_ma, wants.uses)

    def answer(self, question: Question, found: Plan | None) -> None:
        """`found` None: no plan was found."""
        self.counts["plans" if found else "no plan"] += 1
        self._outlook.answer(question, found)
        self._news = True

    def lines(self) -> list[dict[str, Any]]:
        """What has happened since this was last asked (diary.py)."""
        return self._diary.lines()

    def _topics(self) -> dict[str, Callable[[bytes, float, bool], None]]:
        handlers: dict[str, Callable[[bytes, float, bool], None]] = {
            f"{self._base}lead": self._take_lead,
            f"{self._base}granted": self._take_granted,
            f"{self._base}prices": self._take_prices,
            f"{self._base}solar": self._take_solar,
        }

        def bind(method: Callable[..., None], key: Any) -> Callable[[bytes, float, bool], None]:
            return lambda payload, now_s, retained: method(key, payload, now_s, retained)

        for name in self._meters.names:
            if not name.startswith("box:"):
                handlers[f"{self._base}meter/{name}"] = bind(self._take_meter, name)
        for b, name in enumerate(self._layout.boxes):
            handlers[f"{self._base}wish/{name}"] = bind(self._take_wish, b)
            prefix = f"{self.site.prefix}{name}/"
            handlers[f"{prefix}online"] = bind(self._take_online, b)
            handlers[f"{prefix}info"] = bind(self._take_info, b)
            handlers[f"{prefix}state"] = bind(self._take_state, b)
            handlers[f"{prefix}tele"] = bind(self._take_tele, b)
            handlers[f"{prefix}cmdres"] = bind(self._take_result, b)
        return handlers

    def _take_lead(self, payload: bytes, now_s: float, _retained: bool) -> None:
        if payload and not self.lead.take(heard.read(payload), now_s):
            raise heard.Malformed("lead")

    def _take_granted(self, payload: bytes, now_s: float, retained: bool) -> None:
        """A word of what may be granted; another's is heard while we stand by."""
        if not payload:
            return
        word = heard.read(payload, 1_000 + 64 * len(self._boxes))
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
            self._command_s = now_s

    def _take_meter(self, name: str, payload: bytes, now_s: float, retained: bool) -> None:
        if not retained:  # it may be of any age
            self._measure(name, heard.meter(heard.read(payload)), now_s)

    def _measure(self, name: str, ma: heard.Currents, now_s: float) -> None:
        for feeder in self._meters.take(name, ma, self._drawn, now_s):
            self._diary.add("meter", feeder=feeder, heard=True)

    def _take_wish(self, b: int, payload: bytes, _now_s: float, _retained: bool) -> None:
        self._boxes[b].wish = heard.Wish(heard.read(payload)) if payload else None
        self._outlook.news()
        self._news = True

    def _take_prices(self, payload: bytes, _now_s: float, _retained: bool) -> None:
        self._outlook.take_prices(heard.read(payload) if payload else None)

    def _take_solar(self, payload: bytes, _now_s: float, _retained: bool) -> None:
        self._outlook.take_solar(heard.read(payload) if payload else None)

    def _take_online(self, b: int, payload: bytes, now_s: float, _retained: bool) -> None:
        if payload not in (b"0", b"1", b""):
            raise heard.Malformed("online")
        box = self._boxes[b]
        if (payload == b"1") != box.online:
            box.online = payload == b"1"
            self._again(b, now_s)

    def _take_info(self, b: int, payload: bytes, now_s: float, _retained: bool) -> None:
        if payload and self._boxes[b].info(heard.read(payload)):
            self._again(b, now_s)

    def _again(self, b: int, now_s: float) -> None:
        """The box may have started, and have lost its lease."""
        self._news = True
        if self._held[b] > self._layout.share_ma[b]:
            self._renew_s[b] = now_s
            self._command_s = now_s

    def _take_state(self, b: int, payload: bytes, now_s: float, retained: bool) -> None:
        if not payload:
            return
        box, value = self._boxes[b], heard.read(payload)
        before = (box.plugged, box.enabled, box.cable_ma, box.limit_ma, box.by)
        box.state(value, now_s, self._unix_s + now_s, retained)
        self._see(b, now_s)
        if before != (box.plugged, box.enabled, box.cable_ma, box.limit_ma, box.by):
            self._news = True
        if before[:2] != (box.plugged, box.enabled):
            self._outlook.news()
        name = f"box:{self._layout.boxes[b]}"
        if name in self._meters.names and not retained:
            ma = heard.grid(value)
            if ma:
                self._measure(name, ma, now_s)

    def _take_tele(self, b: int, payload: bytes, now_s: float, retained: bool) -> None:
        if not retained:
            self._boxes[b].tele(heard.read(payload), now_s)
            self._see(b, now_s)

    def _see(self, b: int, now_s: float) -> None:
        self._drawn[:, b] = self._boxes[b].drawn_between(now_s, self._most[b])

    def _take_result(self, b: int, payload: bytes, now_s: float, _retained: bool) -> None:
        value = heard.read(payload)
        id_, ok = value.get("id"), value.get("ok")
        if not isinstance(id_, str) or type(ok) is not bool:
            raise heard.Malformed("result")
        if self._pending.get(id_) != b:
            return  # somebody else's
        del self._pending[id_]
        self._ledger.answered(self._layout.boxes[b], id_, ok, now_s)
        if not ok:
            self.counts["refused"] += 1
            self._late[b] |= value.get("reason") == "expired"
        elif id_ == self._latest[b]:
            # Spread, so that what began together does not go on together.
            part = 0.4 + 0.1 * (self._ids * 7 % 11) / 10
            more = self._held[b] > self._layout.share_ma[b]
            self._renew_s[b] = now_s + self.site.lease_s * part if more else math.inf

    # What goes.

    def step(self, now_s: float, unix_s: float) -> list[Publication]:
        """What is to be published now. `unix_s`: the wall clock."""
        self._unix_s = unix_s - now_s
        self._diary.step(unix_s)
        out = []
        message = self.lead.step(now_s)
        if message:
            out.append(self._publication("lead", message))
        leads = self.lead.may_grant(now_s)
        if leads and not self.leads:
            self._begin(now_s, unix_s)
        elif self.leads and not leads:
            self._follow(now_s)
        for feeder in self._meters.step(now_s):
            self._diary.add("meter", feeder=feeder, heard=False)
        if self.leads:
            out += self._govern(now_s, unix_s)
            state = self._diary.state(self._held, now_s, unix_s)
            if state:
                out.append(self._publication("state", {"who": self._ident, **state}))
        self.counts["published"] += len(out)
        return out

    def next_s(self, now_s: float) -> float:
        """When `step` is to be called, if nothing comes before."""
        next_s = min(self.lead.next_s(), self._meters.next_s())
        if self.leads:
            due_s = self._allocate_s + (_SOON_S if self._news else _PERIOD_S)
            next_s = min(next_s, due_s, self._command_s)
        return max(next_s, now_s)

    def _publication(self, name: str, value: Any) -> Publication:
        return Publication(self._base + name, _json(value), True)

    def _follow(self, _now_s: float) -> None:
        if self.leads:
            self.leads = False
            self._diary.add("lead", leads=False, term=self.lead.term)

    def _begin(self, now_s: float, unix_s: float) -> None:
        """Whatever others may have granted counts, and nobody is raised before it is known."""
        self.leads = True
        self._diary.add("lead", leads=True, term=self.lead.term)
        share = self._layout.share_ma
        if not self._sure:
            known = _believed(self._word, unix_s)
            self._ledger.heard(known, now_s)
            most = [(known or {}).get(name) for name in self._layout.boxes]
            held = [ma if type(ma) is int else 0 for ma in most]
            self._held = np.clip(np.array(held), share, self._layout.max_ma)
            self._sure = True
        self._pending.clear()
        self._latest = [""] * len(self._boxes)
        self._renew_s[:] = np.where(self._held > share, now_s, math.inf)
        self._announce_s = self._allocate_s = self._command_s = -math.inf

    def _govern(self, now_s: float, unix_s: float) -> list[Publication]:
        meters = self._meters
        self._diary.overloads(meters.overloads, now_s)
        late = now_s >= self._allocate_s + (_SOON_S if self._news else _PERIOD_S)
        if meters.changed or late:
            self._allocate(now_s, unix_s)
        out = []
        planned: dict[str, int] = {}
        if now_s >= self._command_s:
            out = self._command(now_s, planned)
        if now_s >= self._announce_s or (planned and not self._unheard):
            self._n += 1
            self._unheard.append(self._n)
            self._announce_s = now_s + _ANNOUNCE_S
            ma = self._ledger.announce(planned, now_s)
            word = {"who": self._ident, "n": self._n, "unix": round(unix_s), "ma": ma}
            out.append(self._publication("granted", word))
        return out

    def _allocate(self, now_s: float, unix_s: float) -> None:
        for b, box in enumerate(self._boxes):
            if box.charges:  # what was measured ages
                self._see(b, now_s)
        changed = self._wants.update(now_s, unix_s)
        ranked = self._wants.order(self._layout, self._held, now_s)
        self._allocate_s = now_s
        self._news = False
        wants, layout = self._wants, self._layout
        # What nobody can command may go on to draw what it has, until that has ended.
        bound = np.where(wants.wants_ma > 0, 0, self._bound(now_s))
        same = (ranked == self._order).all() and (bound == self._kept).all()
        if same and not (changed or self._meters.changed):
            return
        self._meters.changed = False
        self._order, self._kept = ranked, bound
        self.counts["allocations"] += 1
        room = self._meters.room_ma - layout.sums(bound, wants.uses)
        worst = self._meters.worst_room_ma - layout.sums(np.maximum(bound - layout.share_ma, 0))
        given = allocate(layout, wants.wants_ma, wants.uses, room, worst, ranked)
        self._target = np.maximum(given, self._layout.share_ma)
        self._command_s = now_s

    def _command(self, now_s: float, planned: dict[str, int]) -> list[Publication]:
        """Cuts at once, raises as the ledger leaves room, and what has to be said again.

        `planned` gets what may be sent once a word about it has come back.
        """
        share = self._layout.share_ma
        bound = self._bound(now_s)
        self._held = np.minimum(self._held, np.maximum(bound, share))
        self._renew_s[bound <= share] = math.inf  # what was not answered has ended by itself
        online = np.array([box.online for box in self._boxes])
        out: list[Publication] = []
        for b in self._cuts(online):
            self._send(b, "cut", int(self._target[b]), now_s, planned, out)
        waits = self._raise(online, bound, now_s, planned, out)
        for b in np.flatnonzero(online & (self._renew_s <= now_s)).tolist():
            self._send(b, "", int(self._held[b]), now_s, planned, out)
        next_s = float(np.where(online, self._renew_s, math.inf).min())
        if waits or planned:
            next_s = min(next_s, now_s + _WAIT_S)
        self._command_s = max(next_s, now_s + _GRAIN_S)
        return out

    def _bound(self, now_s: float) -> Ints:
        return np.array([self._ledger.bound_ma(name, now_s) for name in self._layout.boxes])

    def _cuts(self, online: Any) -> list[int]:
        over = online & (self._target < self._held)
        if not over.any():
            return []
        meters, sums = self._meters, self._layout.sums
        tight = (sums(self._held, self._wants.uses) > meters.room_ma).any()
        if not tight and not (sums(self._held) > meters.worst_room_ma).any():
            great = self._held - self._target >= _EVEN_MA
            over &= great | (self._target < LEAST_MA) | (self._wants.wants_ma == 0)
        return np.flatnonzero(over).tolist()

    def _raise(
        self,
        online: Any,
        bound: Ints,
        now_s: float,
        planned: dict[str, int],
        out: list[Publication],
    ) -> bool:
        """Whether somebody has to wait for what another still may draw."""
        asks = online & (self._target > self._held)
        asks &= (self._held < LEAST_MA) | (self._target - self._held >= _RAISE_MA)
        if not asks.any():
            return False
        layout, uses = self._layout, self._wants.uses
        free = np.append(self._meters.room_ma - layout.sums(bound, uses), _NO_END)
        worst = np.append(self._meters.worst_room_ma - layout.sums(bound), _NO_END)
        for b in self._order[asks[self._order]].tolist():
            if now_s < self._raise_s[b]:
                continue
            used, wired = layout.loads[b][uses[b]].ravel(), layout.loads[b].ravel()
            gain = min(int(free[used].min(initial=_NO_END)), int(worst[wired].min()))
            if gain < 0:
                continue
            ma = min(int(self._target[b]), int(bound[b]) + gain) // _UNIT_MA * _UNIT_MA
            if ma < LEAST_MA or (ma < self._target[b] and ma - self._held[b] < _RAISE_MA):
                continue
            rise = max(ma - int(bound[b]), 0)
            free[used] -= rise
            worst[wired] -= rise
            free[-1] = worst[-1] = _NO_END
            if self._send(b, "raise", ma, now_s, planned, out):
                self._raise_s[b] = now_s + _RAISE_S
        return True

    def _send(
        self,
        b: int,
        why: str,
        ma: int,
        now_s: float,
        planned: dict[str, int],
        out: list[Publication],
    ) -> bool:
        """A grant, in the ledger before it is on its way; or a plan, while no word covers it."""
        name, was_ma = self._layout.boxes[b], int(self._held[b])
        if ma > self._ledger.covered_ma(name):
            planned[name] = ma
            return False
        if why:
            self._diary.add("grant", box=name, ma=ma, was_ma=was_ma, why=why)
        if ma < LEAST_MA <= was_ma and self._wants.wants_ma[b]:
            self._raise_s[b] = now_s + _REST_S
        self._ids += 1
        id_ = f"{self._ident}-{self._ids}"
        self._ledger.sent(name, id_, ma, now_s)
        if len(self._pending) > _MOST_PENDING * len(self._boxes):
            del self._pending[next(iter(self._pending))]
        self._pending[id_] = b
        self._latest[b] = id_
        self._held[b] = ma
        self._renew_s[b] = now_s + _AGAIN_S
        self.counts["commands"] += 1
        args = {
            "ma": ma,
            "ttl_s": self.site.lease_s,
            "fallback_ma": int(self._layout.share_ma[b]),
            "source": "site",
        }
        command = {"id": id_, "type": "limit", "args": args}
        if self._boxes[b].clock_known and not self._late[b]:
            command["exp"] = int(self._unix_s + now_s + EXP_S)
        out.append(Publication(f"{self.site.prefix}{name}/cmd", _json(command), False))
        return True


def _believed(word: dict[str, Any] | None, unix_s: float) -> dict[str, Any] | None:
    """What another instance has granted, unless it is old: then a broker may have lost more."""
    if word is None or abs(unix_s - word["unix"]) > _FRESH_S:
        return None
    return word["ma"]


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
