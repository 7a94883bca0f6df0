"""A box of the site and an instance of the tool, each at the end of its link."""

import json
import random
from collections.abc import Callable
from typing import Any

from site_power.garage import Visit
from site_power.model import KEEPALIVE_S, Box, Message
from site_power.outlook import Question
from site_power.plan import Plan
from site_power.tree import Site

from .clock import Clock
from .judge import Judge
from .score import cost_ct
from .wire import Broker, Link

EPOCH = 1_799_625_600  # Monday, 11 January 2027, 0:00 UTC
_V = 230
_AGAIN_S = (1.0, 20.0)  # a box that was cut off is back within
_BACK_S = (0.2, 1.5)  # an instance
_GRAIN_S = 0.02  # an instance works off what has come meanwhile at once
_SILENT_S = 4.5  # 1.5 keep-alives of service.py: then the broker ends a silent connection
_BOX_SILENT_S = 1.5 * KEEPALIVE_S
_PLANS_S = (0.2, 5.0)  # what a plan takes
_PATIENCE_S = 3.0  # what is not confirmed by then has service.py give up the connection


class Outlet:
    """A box with its place in the judge, and what its cars had."""

    def __init__(
        self, box: Box, broker: Broker, clock: Clock, judge: Judge, chance: random.Random
    ):
        self.box = box
        self.link: Link | None = None
        self.number: int | None = None
        self.had: dict[int, float] = {}
        self.ct = 0.0
        self._topic = box.cmd_topic.removesuffix("cmd")
        self._broker = broker
        self._clock = clock
        self._judge = judge
        self._chance = chance
        self._drawn = (0, 0)
        self._since_s = 0.0
        self._due_s = -1.0

    def connect(self) -> None:
        """As soon as the broker is there."""
        if self.link:
            return
        if not self._broker.up:
            self._clock.at(self._clock.now_s + self._chance.uniform(*_AGAIN_S), self.connect)
            return
        will = (self._topic + "online", b"0")
        self.link = self._broker.connect(self, [self.box.cmd_topic], _BOX_SILENT_S, will)
        self._said(self.box.connect(self._clock.now_s))

    def ended(self) -> None:
        self.link = None
        self.box.disconnect(self._clock.now_s)
        self._looked()
        self._clock.at(self._clock.now_s + self._chance.uniform(*_AGAIN_S), self.connect)

    def hear(self, topic: str, payload: bytes, retained: bool) -> None:
        self._said(self.box.take(self._clock.now_s, payload, retained))

    def lost(self, message: Message) -> None:
        self.box.lost(message)

    def plug(self, number: int, visit: Visit) -> None:
        self.number = number
        self._said(self.box.plug(self._clock.now_s, visit.car))

    def unplug(self) -> None:
        self.box.settle(self._clock.now_s)
        if self.number is not None:
            self.had[self.number] = self.box.charge_wh
        self.number = None
        self._said(self.box.unplug(self._clock.now_s))

    def stall(self, seconds: float) -> None:
        """Of its link."""
        if self.link:
            self._broker.stall(self.link, seconds)

    def restart(self) -> None:
        """Its supply was gone for a moment."""
        self.box.restart(self._clock.now_s)
        if self.link:
            self._broker.drop(self.link)
        self._looked()

    def settle(self) -> None:
        self._said(self.box.step(self._clock.now_s))
        self._account()

    def _step(self) -> None:
        if self._clock.now_s >= self._due_s:
            self._due_s = -1.0
            self._said(self.box.step(self._clock.now_s))

    def _said(self, messages: list[Message]) -> None:
        for message in messages:
            if self.link:
                self._broker.publish(self.link, message)
        self._looked()

    def _looked(self) -> None:
        box = self.box
        if (box.drawn_ma, box.loaded) != self._drawn:
            self._account()
            ma, loaded = self._drawn
            now_s = self._clock.now_s
            self._judge.box(box.name, loaded, -ma, now_s)
            self._judge.box(box.name, box.loaded, box.drawn_ma, now_s)
            self._drawn = (box.drawn_ma, box.loaded)
        if self._due_s < 0 or box.next_s < self._due_s:
            self._due_s = box.next_s
            self._clock.at(box.next_s, self._step)

    def _account(self) -> None:
        ma, loaded = self._drawn
        now_s = self._clock.now_s
        if ma:
            self.ct += cost_ct(ma * loaded * _V / 1_000, self._since_s, now_s)
        self._since_s = now_s


class Instance:
    """One running instance of the tool: `make(site, ident)` is its Manager."""

    def __init__(
        self,
        site: Site,
        ident: str,
        make: Callable[[Site, str], Any],
        broker: Broker,
        clock: Clock,
        chance: random.Random,
    ):
        self.link: Link | None = None
        self.dead = False
        self.paused = False
        self.manager = make(site, ident)
        self.on_lines: Callable[[list[dict[str, Any]]], object] = lambda lines: None
        self._broker = broker
        self._clock = clock
        self._chance = chance
        self._rate = 1 + chance.uniform(-1e-3, 1e-3)
        self._began_s = chance.uniform(0, 1e6)
        self._waiting: list[tuple[str, bytes, bool]] = []
        self._due_s = -1.0
        self._ended = False
        clock.at(clock.now_s, self._connect)

    def hear(self, topic: str, payload: bytes, retained: bool) -> None:
        self._waiting.append((topic, payload, retained))
        self._wake(self._clock.now_s + _GRAIN_S)

    def ended(self) -> None:
        self.link = None
        if self.paused or self.dead:
            self._ended = True
            return
        self._waiting.clear()
        self.manager.disconnected()
        self._clock.at(self._clock.now_s + self._chance.uniform(*_BACK_S), self._connect)

    def kill(self) -> None:
        """As by SIGKILL: the broker hears the socket close."""
        self.dead = True
        if self.link:
            self._broker.drop(self.link)

    def pause(self, seconds: float) -> None:
        """As by SIGSTOP and SIGCONT: it notices nothing of what happens meanwhile."""
        self.paused = True
        link = self.link
        now_s = self._clock.now_s

        def silent() -> None:
            if self.paused and link and link is self.link:
                self._broker.drop(link)

        self._clock.at(now_s + _SILENT_S, silent)
        self._clock.at(now_s + seconds, self._resume)

    def _resume(self) -> None:
        if self.dead:
            return
        self.paused = False
        if not self._ended:
            self._wake(self._clock.now_s)
            return
        # What has come is read first, and an answer written, before the end is noticed.
        self._ended = False
        self._work()
        self.manager.disconnected()
        self._clock.at(self._clock.now_s + self._chance.uniform(*_BACK_S), self._connect)

    def stall(self, seconds: float) -> None:
        """Of its link: after a while it does not believe in it any more."""
        link = self.link
        if link:
            self._broker.stall(link, seconds)
            if seconds > _PATIENCE_S:
                self._clock.at(self._clock.now_s + _PATIENCE_S, lambda: self._give_up(link))

    def _give_up(self, link: Link) -> None:
        if link is self.link and not self.paused and not self.dead:
            self._broker.give_up(link)

    def _own_s(self) -> float:
        return self._began_s + self._clock.now_s * self._rate

    def _connect(self) -> None:
        if self.dead or self.link:
            return
        if self.paused or not self._broker.up:
            self._clock.at(self._clock.now_s + self._chance.uniform(*_BACK_S), self._connect)
            return
        self.manager.connected(self._own_s())
        self.link = self._broker.connect(self, self.manager.subscriptions(), _SILENT_S)
        self._wake(self._clock.now_s)

    def _wake(self, at_s: float) -> None:
        if self._due_s < 0 or at_s < self._due_s:
            self._due_s = at_s
            self._clock.at(at_s, self._due)

    def _due(self) -> None:
        if self._due_s >= 0 and self._clock.now_s >= self._due_s:
            self._due_s = -1.0
            if not self.dead and not self.paused:
                self._work()

    def _work(self) -> None:
        now_s = self._own_s()
        waiting, self._waiting = self._waiting, []
        for topic, payload, retained in waiting:
            self.manager.take(now_s, topic, payload, retained)
        unix_s = EPOCH + self._clock.now_s
        for publication in self.manager.step(now_s, unix_s):
            payload = publication.payload
            if not isinstance(payload, bytes):
                payload = payload.encode()
            if self.link:
                self._broker.publish(
                    self.link, Message(publication.topic, payload, 1, publication.retain)
                )
        self._plan(now_s, unix_s)
        self.on_lines(self.manager.lines())
        next_s = self.manager.next_s(now_s)
        wait_s = max((next_s - now_s) / self._rate, _GRAIN_S)
        self._wake(self._clock.now_s + wait_s)

    def _plan(self, now_s: float, unix_s: float) -> None:
        """As service.py does in a thread of its own: the answer comes some time later."""
        question = self.manager.question(now_s, unix_s)
        if question:
            found = question.solve()
            at_s = self._clock.now_s + self._chance.uniform(*_PLANS_S)
            self._clock.at(at_s, lambda: self._answer(question, found))

    def _answer(self, question: Question, found: Plan) -> None:
        if not self.dead:
            self.manager.answer(question, found)
            self._wake(self._clock.now_s)


def command(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
