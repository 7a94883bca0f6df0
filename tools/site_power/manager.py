"""Who of a site's boxes gets how much, and when: hears the site's broker, says what to publish.

Sans-I/O. It grants while it leads (lead.py), never beyond what the fuses bear whatever gets lost
(grants.py), and shares what there is fairly (allocate.py). Boxes are commanded by `limit` with
`source` `site` alone; a box that has its share and no more needs no command at all.

Below `pilotwire-site/v1/<name>/`: `lead` and `granted` are the instances' own; `meter/<meter>`
({"current_ma": [a, b, c]} of the site's phases), `wish/<box>` ({"wh", "by_unix"}), `prices` and
`solar` (outlook.py) are heard; `state` says what is granted and why. Wire data is hostile: what
cannot be is counted, not obeyed.
"""

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from . import heard
from .allocate import Layout, allocate
from .diary import Diary
from .grants import Grants, Publication, packed
from .lead import DRIFT, LEASE_S, Lead
from .meters import Meters
from .outlook import Outlook, Question
from .plan import Plan
from .tree import Site
from .wants import Wants

TOPICS = "pilotwire-site/v1/"
_PERIOD_S = 5.0  # between two allocations, if nothing happens
_SOON_S = 0.5  # what comes together is looked at together


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
        self.leads = False
        self._ident = ident
        self._layout = layout = Layout(site)
        self._boxes = boxes = [heard.Box() for _ in site.boxes]
        self._outlook = Outlook(site, layout, boxes)
        self._wants = Wants(site, boxes, self._outlook)
        self._meters = Meters(site, layout)
        # The least and the most that a meter may have seen of each box, by terminal.
        self._drawn = np.zeros((2, len(boxes), 3), np.int64)
        self._diary = Diary(site, layout, boxes, self._wants, self._meters)
        self._grants = Grants(
            site, layout, boxes, self._wants, self._meters, self._diary, ident, self.counts
        )
        self._base = f"{TOPICS}{site.name}/"
        self._handlers = self._topics()
        self._unix_s = math.nan  # at 0 of our clock
        self._kept_ma = np.zeros(len(boxes), np.int64)  # by those that want nothing
        self._news = False
        self._allocate_s = -math.inf

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
        self._grants.connected(now_s <= self.lead.certain_s + LEASE_S * (1 - DRIFT))
        self.lead.connected(now_s)

    def disconnected(self) -> None:
        """It is lost."""
        self.lead.disconnected()
        self._follow()

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
        if payload:
            word = heard.read(payload, 1_000 + 64 * len(self._boxes))
            self._grants.take_word(word, now_s, retained)

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
        self._news = True
        self._grants.again(b, now_s)

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
        self._drawn[:, b] = self._boxes[b].drawn_between(now_s, int(self._layout.max_ma[b]))

    def _take_result(self, b: int, payload: bytes, now_s: float, _retained: bool) -> None:
        self._grants.take_result(b, heard.read(payload), now_s)

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
        elif not leads:
            self._follow()
        for feeder in self._meters.step(now_s):
            self._diary.add("meter", feeder=feeder, heard=False)
        if self.leads:
            out += self._govern(now_s, unix_s)
            state = self._diary.state(self._grants.held_ma, now_s, unix_s)
            if state:
                out.append(self._publication("state", {"who": self._ident, **state}))
        self.counts["published"] += len(out)
        return out

    def next_s(self, now_s: float) -> float:
        """When `step` is to be called, if nothing comes before."""
        next_s = min(self.lead.next_s(), self._meters.next_s())
        if self.leads:
            due_s = self._allocate_s + (_SOON_S if self._news else _PERIOD_S)
            next_s = min(next_s, due_s, self._grants.due_s)
        return max(next_s, now_s)

    def _publication(self, name: str, value: Any) -> Publication:
        return Publication(self._base + name, packed(value), True)

    def _follow(self) -> None:
        if self.leads:
            self.leads = False
            self._diary.add("lead", leads=False, term=self.lead.term)

    def _begin(self, now_s: float, unix_s: float) -> None:
        self.leads = True
        self._diary.add("lead", leads=True, term=self.lead.term)
        self._grants.begin(now_s, unix_s)
        self._allocate_s = -math.inf

    def _govern(self, now_s: float, unix_s: float) -> list[Publication]:
        meters = self._meters
        self._diary.overloads(meters.overloads, now_s)
        late = now_s >= self._allocate_s + (_SOON_S if self._news else _PERIOD_S)
        if meters.changed or late:
            self._allocate(now_s, unix_s)
        out, word = self._grants.step(now_s, unix_s)
        if word:
            out.append(self._publication("granted", word))
        return out

    def _allocate(self, now_s: float, unix_s: float) -> None:
        for b, box in enumerate(self._boxes):
            if box.charges:  # what was measured ages
                self._see(b, now_s)
        grants, wants, layout = self._grants, self._wants, self._layout
        changed = wants.update(now_s, unix_s)
        order = wants.order(layout, grants.held_ma, now_s)
        self._allocate_s = now_s
        self._news = False
        # What nobody can command may go on to draw what it has, until that has ended.
        kept_ma = np.where(wants.wants_ma > 0, 0, grants.bound_ma(now_s))
        same = (order == grants.order).all() and (kept_ma == self._kept_ma).all()
        if same and not (changed or self._meters.changed):
            return
        self._meters.changed = False
        self._kept_ma = kept_ma
        self.counts["allocations"] += 1
        room = self._meters.room_ma - layout.sums(kept_ma, wants.uses)
        above = np.maximum(kept_ma - layout.share_ma, 0)
        worst = self._meters.worst_room_ma - layout.sums(above)
        given = allocate(layout, wants.wants_ma, wants.uses, room, worst, order, idle=wants.idle)
        grants.order = order
        grants.target_ma = np.maximum(given, layout.share_ma)
        grants.due_s = now_s
