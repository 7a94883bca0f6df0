"""A broker and what connects to it, in virtual time: in order, late, and sometimes not at all.

Each connection keeps its order in both directions, and the broker that of what reaches it. A
message takes LATE_S; while a link is stalled, what is on it waits. With a connection goes what is
under way on it; a broker that is killed loses all of them, and half the time what it retained.
"""

import random
from collections.abc import Callable
from typing import Protocol

from paho.mqtt.client import topic_matches_sub
from site_power.model import Message

from .clock import Clock

LATE_S = (0.002, 0.06)
_FORGETS = 0.5


class Subscriber(Protocol):
    """`link` is that of its present connection."""

    link: "Link | None"

    def hear(self, topic: str, payload: bytes, retained: bool) -> None: ...
    def ended(self) -> None: ...


class Link:
    """One connection."""

    __slots__ = (
        "down_s",
        "filters",
        "gone",
        "left",
        "owner",
        "silent_s",
        "stalled_s",
        "up_s",
        "will",
    )

    def __init__(self, owner: Subscriber, will: tuple[str, bytes] | None, silent_s: float):
        self.owner = owner
        self.will = will
        self.filters: list[str] = []
        self.up_s = self.down_s = 0.0  # when the last message got through, each way
        self.stalled_s = 0.0
        self.silent_s = silent_s  # the broker ends it after so long: 1.5 keep-alives
        self.left = False  # its owner has given it up, and the broker does not know
        self.gone = False


class Broker:
    def __init__(self, clock: Clock, chance: random.Random):
        self.up = True
        self.messages = 0
        self.on_lost: Callable[[Link, Message], object] = lambda link, message: None
        self._clock = clock
        self._chance = chance
        self._retained: dict[str, bytes] = {}
        self.links: list[Link] = []
        self._exact: dict[str, list[Link]] = {}
        self._wild: list[tuple[str, Link]] = []
        self._found: dict[str, list[Link]] = {}

    def connect(
        self,
        owner: Subscriber,
        filters: list[str],
        silent_s: float,
        will: tuple[str, bytes] | None = None,
    ) -> Link:
        """The broker must be up. What is retained comes at once."""
        link = Link(owner, will, silent_s)
        link.filters = filters
        self.links.append(link)
        for wanted in filters:
            if "+" in wanted or "#" in wanted:
                self._wild.append((wanted, link))
            else:
                self._exact.setdefault(wanted, []).append(link)
        self._found.clear()
        for topic, payload in self._retained.items():
            if any(topic_matches_sub(wanted, topic) for wanted in filters):
                self._deliver(link, topic, payload, True)
        return link

    def publish(self, link: Link, message: Message) -> None:
        """By whoever has the link."""
        if link.gone:
            self.on_lost(link, message)
            return
        now_s = self._clock.now_s
        late_s = self._chance.uniform(*LATE_S)
        link.up_s = max(link.up_s, now_s + late_s, link.stalled_s)
        self._clock.at(link.up_s, lambda: self._take(link, message))

    def drop(self, link: Link) -> None:
        """The connection ends, and its will is published."""
        if link.gone:
            return
        link.gone = True
        self.links.remove(link)
        for links in self._exact.values():
            if link in links:
                links.remove(link)
        self._wild = [(wanted, one) for wanted, one in self._wild if one is not link]
        self._found.clear()
        if link.will and self.up:
            self._spread(*link.will, True)
        if not link.left:
            link.owner.ended()

    def stall(self, link: Link, seconds: float) -> None:
        """Nothing gets through for so long, either way; the broker may end it before that."""
        begin_s = self._clock.now_s
        link.stalled_s = begin_s + seconds
        if seconds > link.silent_s:
            self._clock.at(begin_s + link.silent_s, lambda: self.drop(link))

    def give_up(self, link: Link) -> None:
        """Its owner does; what it has sent may still arrive."""
        if not link.gone and not link.left:
            link.left = True
            link.owner.ended()
            end_s = max(self._clock.now_s, link.stalled_s, link.up_s)
            self._clock.at(end_s, lambda: self.drop(link))

    def kill(self) -> None:
        self.up = False
        for link in list(self.links):
            self.drop(link)
        if self._chance.random() < _FORGETS:
            self._retained.clear()

    def _take(self, link: Link, message: Message) -> None:
        if link.gone:
            self.on_lost(link, message)
            return
        self._spread(message.topic, message.payload, message.retain)

    def _spread(self, topic: str, payload: bytes, retain: bool) -> None:
        self.messages += 1
        if retain and payload:
            self._retained[topic] = payload
        elif retain:
            self._retained.pop(topic, None)
        links = self._found.get(topic)
        if links is None:
            links = list(self._exact.get(topic, ()))
            links += [link for wanted, link in self._wild if topic_matches_sub(wanted, topic)]
            self._found[topic] = links
        for link in links:
            self._deliver(link, topic, payload, False)

    def _deliver(self, link: Link, topic: str, payload: bytes, retained: bool) -> None:
        late_s = self._chance.uniform(*LATE_S)
        link.down_s = max(link.down_s, self._clock.now_s + late_s, link.stalled_s)
        self._clock.at(
            link.down_s,
            lambda: None if link.gone or link.left else link.owner.hear(topic, payload, retained),
        )
