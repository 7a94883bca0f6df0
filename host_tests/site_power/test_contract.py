"""The model of a box says and does what the firmware says and does: one story, told to both."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from contract import wire
from site_power import model
from whole_box import PREFIX, WholeBox

NOW = 1_800_000_000
SHARE_MA = 6_000
CARS = {
    "three phases": {"phases": 3, "max_ma": 32_000},
    "one phase": {"phases": 1, "max_ma": 20_000},
    "takes 10 A": {"phases": 3, "max_ma": 10_000},
}
_CUT_S = 5  # a power cut lasts so long, and the box needs as long to be back
_KEYS = ("state", "status", "connector", "closed", "enabled", "offered_ma", "duty_percent")


class Teller(ABC):
    """Notes what a box publishes, with the second; `offers` are its changes of `offered_ma`."""

    def __init__(self) -> None:
        self.results: list[dict[str, Any]] = []
        self.offers: list[tuple[float, int]] = []
        self.expired: list[tuple[float, str]] = []
        self.online: list[int] = []
        self.state: dict[str, Any] = {}
        self.count = 0

    def hear(self, now_s: float, topic: str, text: str) -> None:
        name = topic.removeprefix(PREFIX)
        if name == "cmdres":
            self.results.append(json.loads(text))
        elif name == "online":
            self.online.append(int(text))
        elif name == "event":
            event = json.loads(text)
            if event["event"] == "lease-expired":
                self.expired.append((now_s, event["about"]))
        elif name == "state":
            self.state = json.loads(text)
            offered_ma = self.state["offered_ma"]
            if not self.offers or self.offers[-1][1] != offered_ma:
                self.offers.append((now_s, offered_ma))

    def send(self, ma: int = 0, ttl_s: int = 20, **more: Any) -> None:
        """A grant of the site."""
        self.count += 1
        args = {"ma": ma, "ttl_s": ttl_s, "fallback_ma": SHARE_MA, "source": "site"}
        args |= more.pop("args", {})
        command = {"id": f"s{self.count}", "type": "limit", "args": args, **more}
        self.publish(json.dumps(command))

    @abstractmethod
    def publish(self, text: str) -> None:
        """A command, by the broker."""

    def told(self) -> dict[str, Any]:
        """What holds now, as far as a reader of the contract can see it."""
        seen = {key: self.state[key] for key in _KEYS}
        seen["limit"] = {key: self.state["limit"][key] for key in ("ma", "by", "set_ma")}
        seen["below"] = "limit-below-6a" in self.state["why_not"]
        seen["charge"] = self.state["session"] is not None
        return seen


class Firmware(Teller):
    def __init__(self, box: WholeBox):
        super().__init__()
        self.box = box
        for topic, text in box.messages:
            self.hear(box.now_s, topic, text)
        box.on_message = lambda topic, text: self.hear(box.now_s, topic, text)

    def publish(self, text):
        self.box.publish(PREFIX + "cmd", text)

    def retain(self, text):
        self.box.broker.retained[PREFIX + "cmd"] = text.encode()
        self.box.broker.network.reset()
        self.run(30)

    def run(self, seconds):
        self.box.run(seconds)

    def plug(self, car):
        self.box.plug(**car)

    def unplug(self):
        self.box.unplug()

    def restart(self):
        self.box.box.power_off()
        self.run(_CUT_S)
        self.box.box.power_on()
        self.run(_CUT_S)

    def offline(self, seconds):
        network = self.box.broker.network
        network.reset()
        network.refuses = True
        self.run(seconds)
        network.refuses = False
        self.run(30)

    def drawn_ma(self):
        self.box._settle()
        return [round(ma, -2) for ma in self.box.world.current_ma()]


class Model(Teller):
    def __init__(self, **own: Any):
        super().__init__()
        self.now_s = 0.0
        self.box = model.Box(
            "box-1", share_ma=SHARE_MA, unix=lambda now_s: NOW + int(now_s), **own
        )
        self._said(self.box.connect(0.0))

    def _said(self, messages):
        for message in messages:
            name = message.topic.removeprefix(PREFIX)
            wire.check(name, message.payload, message.qos, message.retain)
            self.hear(self.now_s, message.topic, message.payload.decode())

    def publish(self, text):
        if self.box.connected:
            self._said(self.box.take(self.now_s, text.encode()))

    def retain(self, text):
        self.offline(1)
        self._said(self.box.take(self.now_s, text.encode(), retained=True))

    def run(self, seconds):
        end_s = self.now_s + seconds
        while self.box.next_s <= end_s:
            self.now_s = self.box.next_s
            self._said(self.box.step(self.now_s))
        self.now_s = end_s

    def plug(self, car):
        self._said(self.box.plug(self.now_s, model.Car(**car, follow_s=1.0)))

    def unplug(self):
        self._said(self.box.unplug(self.now_s))

    def restart(self):
        self.box.restart(self.now_s)
        self.run(2 * _CUT_S)
        self._said(self.box.connect(self.now_s))

    def offline(self, seconds):
        self.box.disconnect(self.now_s)
        self.online.append(0)  # its will
        self.run(seconds)
        self._said(self.box.connect(self.now_s))
        self.run(30)

    def drawn_ma(self):
        ma, loaded = self.box.drawn_ma, self.box.loaded
        return [round(ma, -2) if i < loaded else 0 for i in range(3)]


@contextmanager
def both() -> Iterator[tuple[Firmware, Model]]:
    with WholeBox(site_ma=SHARE_MA, mqtt_spread_s=1, mqtt_keepalive_s=30) as box:
        yield Firmware(box), Model()


def alike(firmware: Firmware, ours: Model, what: str) -> None:
    """What the two have told so far, and what they draw."""
    assert ours.told() == firmware.told(), what
    assert ours.drawn_ma() == firmware.drawn_ma(), what
    assert ours.results == firmware.results, what
    lasts = [teller.state["limit"]["left_s"] for teller in (firmware, ours)]
    assert (lasts[0] is None) == (lasts[1] is None), what
    at_s = firmware.box.now_s - ours.now_s  # the one started before the other
    offers = [ma for _, ma in firmware.offers]
    assert [ma for _, ma in ours.offers] == offers, what
    for (real_s, ma), (model_s, _) in zip(firmware.offers[1:], ours.offers[1:], strict=True):
        assert model_s == pytest.approx(real_s - at_s, abs=1.5), (what, ma)
    assert [by for _, by in ours.expired] == [by for _, by in firmware.expired], what


STORY = (
    ("nobody there", 2, lambda box, car: None),
    ("a grant before the car", 2, lambda box, car: box.send(16_000, 60)),
    ("the car", 15, lambda box, car: box.plug(car)),
    ("less", 8, lambda box, car: box.send(8_000)),
    ("more", 8, lambda box, car: box.send(13_000)),
    ("more, held for 5 s", 2, lambda box, car: (box.send(9_000), box.run(0.5), box.send(12_000))),
    ("and then given", 8, lambda box, car: None),
    ("it expires to the share", 20, lambda box, car: None),
    ("nothing", 10, lambda box, car: box.send(0, 60)),
    ("below 6 A is nothing", 5, lambda box, car: box.send(5_999, 60)),
    ("a repeated one", 12, lambda box, car: (box.send(16_000, 60), _again(box))),
    ("6 A again", 12, lambda box, car: box.send(6_000, 30)),
    ("a late one", 2, lambda box, car: box.send(32_000, 60, exp=NOW)),
    ("one in time", 10, lambda box, car: box.send(10_000, 30, exp=NOW + 9_999)),
    ("fallback above the share", 12, lambda b, car: b.send(9_000, 5, args={"fallback_ma": 9_000})),
    ("the operator's is less", 8, lambda box, car: _operator(box, 7_000)),
    ("the site's more than that", 8, lambda box, car: box.send(20_000, 30)),
    ("paused", 8, lambda box, car: box.publish('{"id": "p1", "type": "pause"}')),
    ("resumed", 12, lambda box, car: box.publish('{"id": "p2", "type": "resume"}')),
    ("the car leaves", 8, lambda box, car: box.unplug()),
)


def _again(box: Teller) -> None:
    box.count -= 1
    box.send(16_000)


def _operator(box: Teller, ma: int) -> None:
    args = {"ma": ma, "ttl_s": 600, "fallback_ma": 6_000}
    box.publish(json.dumps({"id": "o1", "type": "limit", "args": args}))


@pytest.mark.parametrize("car", CARS.values(), ids=CARS)
def test_both_tell_the_same_story(car):
    with both() as boxes:
        for what, seconds, act in STORY:
            for box in boxes:
                act(box, car)
                box.run(seconds)
            alike(*boxes, what)


WRONG = (
    "",
    "nothing",
    "[]",
    "{}",
    '{"id": ""}',
    '{"id": 5, "type": "limit"}',
    '{"id": "\\u00e9", "type": "limit", "args": {"ma": 6000}}',
    '{"id": "w1", "type": "limit", "args": {"ttl_s": 5}}',
    '{"id": "w1", "type": "limit", "args": {"ma": 6000}}',
    '{"id": "w2", "type": "limit", "args": {"ma": 90000}}',
    '{"id": "w3", "type": "limit", "args": {"ma": -1}}',
    '{"id": "w4", "type": "limit", "args": {"ma": 6000.0}}',
    '{"id": "w5", "type": "limit", "args": {"ma": true}}',
    '{"id": "w6", "type": "limit", "args": {"ma": 6000, "ttl_s": 0}}',
    '{"id": "w7", "type": "limit", "args": {"ma": 6000, "source": "sun"}}',
    '{"id": "w8", "type": "limit", "args": {"ma": 6000, "colour": 1}}',
    '{"id": "w9", "type": "limit", "args": [6000]}',
    '{"id": "w10", "type": "limit", "args": {"ma": 6000}, "colour": 1}',
    '{"id": "w11", "type": "limit", "args": {"ma": 6000}, "exp": "soon"}',
    '{"id": "w12", "type": "dance"}',
    '{"id": "w13", "type": ["limit"]}',
    '{"id": "w14", "type": "pause", "args": {"now": true}}',
    "[" * 3_000,
)


def test_both_refuse_the_same_for_the_same_reason():
    with both() as boxes:
        for text in WRONG:
            for box in boxes:
                box.publish(text)
                box.run(1)
            alike(*boxes, text)
        for box in boxes:
            box.retain('{"id": "r1", "type": "limit", "args": {"ma": 6000}}')
        alike(*boxes, "retained")
        assert len(boxes[0].results) == len(WRONG) + 1
        assert sum(result["ok"] for result in boxes[0].results) == 0


def test_both_are_at_their_share_after_a_start():
    with both() as boxes:
        for box in boxes:
            box.plug(CARS["three phases"])
            box.send(16_000, 300)
            box.run(15)
        alike(*boxes, "granted")
        for box in boxes:
            box.restart()
            box.run(30)
        assert boxes[1].drawn_ma() == boxes[0].drawn_ma() == [SHARE_MA] * 3
        for box in boxes:
            assert box.state["limit"]["ma"] == SHARE_MA
            assert box.state["limit"]["left_s"] is None
            box.count = 0  # ids are forgotten too
            box.send(10_000, 60)
            box.run(10)
            assert box.results[-1] == {"id": "s1", "ok": True, "reason": ""}
        assert boxes[1].drawn_ma() == boxes[0].drawn_ma()


def test_both_keep_the_lease_without_a_connection_and_fall_to_the_share():
    with both() as boxes:
        for box in boxes:
            box.plug(CARS["three phases"])
            box.send(16_000, 30)
            box.run(15)
            box.offline(5)
        for box in boxes:
            assert box.online[-2:] == [0, 1]
            assert box.drawn_ma() == [SHARE_MA] * 3
            assert [by for _, by in box.expired] == ["site"]


def test_both_tell_their_share_when_asked():
    with both() as boxes:
        for box in boxes:
            keys = ["id", "limit_ma", "site_ma", "mqtt_keepalive_s"]
            ask = {"id": "c1", "type": "config-get", "args": {"keys": keys}}
            box.publish(json.dumps(ask))
            box.run(1)
        alike(*boxes, "asked")
        assert boxes[0].results[0]["value"]["site_ma"] == SHARE_MA


def test_both_stop_a_car_that_is_full_and_offer_on():
    with both() as boxes:
        for box in boxes:
            box.plug({"phases": 3, "max_ma": 16_000, "wanted_wh": 100})
            box.send(16_000, 300)
            box.run(60)
        alike(*boxes, "full")
        assert boxes[0].state["status"] == "SuspendedEV"
        assert boxes[0].state["offered_ma"] == 15_996
        for box in boxes:
            box.send(0, 10)
            box.run(30)
        alike(*boxes, "and stays full")


def test_no_site_no_share():
    box = model.Box("box-1", share_ma=-1)
    assert box.limit_ma == box.max_ma
