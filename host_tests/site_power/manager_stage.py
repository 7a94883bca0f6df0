"""A manager and boxes at a broker that is never late, in virtual time: for test_manager.py."""

import json

from site_power import tree
from site_power.manager import Manager
from site_power.model import Box, Car

UNIX = 1_800_000_000
TICK_S = 0.25
SITE = """
name = "yard"
lease_s = 10
turn_s = 300

[feeders.main]
fuse_a = {fuse}
curve = "gG"
others_a = {others}
meter = "grid"
"""
BOX = """
[boxes.bay-{number}]
feeder = "main"
rotation = [1, 2, 3]
max_a = 32
share_a = {share}
priority = {priority}
"""


def site(boxes, fuse=40, others=10, share=0, priorities=()):
    text = SITE.format(fuse=fuse, others=others)
    for i in range(boxes):
        priority = priorities[i] if priorities else 1
        text += BOX.format(number=i + 1, share=share, priority=priority)
    return tree.parse(text)


class Stage:
    """`others_ma` is what the meter sees beside the boxes; None: no meter. `sent`: commands."""

    def __init__(self, at, word="fresh"):
        self.site = at
        self.now_s = 100.0
        self.others_ma: int | None = 0
        self.manager = Manager(at, "one")
        self.boxes = {
            box.name: Box(
                box.name, max_ma=box.max_ma, share_ma=box.share_ma, unix=lambda s: int(UNIX + s)
            )
            for box in at.boxes.values()
        }
        self.base = f"pilotwire-site/v1/{at.name}/"
        self.retained = {}
        self.sent = []
        self.deaf = set()  # boxes that commands do not reach
        if word == "fresh":
            word = {box.name: box.share_ma for box in at.boxes.values()}
        if word is not None:
            said = {"who": "former", "n": 1, "unix": int(UNIX + self.now_s), "ma": word}
            self.retained[self.base + "granted"] = json.dumps(said).encode()
        self.manager.connected(self.now_s)
        for topic, payload in self.retained.items():
            self.manager.take(self.now_s, topic, payload, True)
        for box in self.boxes.values():
            self.hear(box.connect(self.now_s))

    def hear(self, messages):
        for message in messages:
            self.manager.take(self.now_s, message.topic, message.payload, False)

    def say(self, topic, value):
        payload = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.manager.take(self.now_s, self.base + topic, payload, False)

    def plug(self, name, **car):
        self.hear(self.boxes[name].plug(self.now_s, Car(**car)))

    def drawn_ma(self):
        return [
            sum(box.drawn_ma for box in self.boxes.values() if box.loaded > i) for i in range(3)
        ]

    def run(self, seconds):
        """Time goes by."""
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            self.now_s += TICK_S
            for box in self.boxes.values():
                self.hear(box.step(self.now_s))
            if self.others_ma is not None and self.now_s % 1 == 0:
                load = [ma + self.others_ma for ma in self.drawn_ma()]
                self.say("meter/grid", {"current_ma": load})
            self.step()

    def step(self):
        """What is published reaches everybody at once, until nothing more is."""
        for _ in range(20):
            out = self.manager.step(self.now_s, UNIX + self.now_s)
            if not out:
                return out
            for publication in out:
                self._deliver(publication)
        raise AssertionError("it never falls silent")

    def _deliver(self, publication):
        topic, payload, retain = publication
        assert isinstance(payload, bytes)
        if retain:
            self.retained[topic] = payload
            self.manager.take(self.now_s, topic, payload, False)
            return
        name = topic.split("/")[-2]
        self.sent.append((self.now_s, name, json.loads(payload)))
        if name not in self.deaf:
            self.hear(self.boxes[name].take(self.now_s, payload))

    def limits_ma(self):
        return {name: box.limit_ma for name, box in self.boxes.items()}
