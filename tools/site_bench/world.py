"""A whole site in virtual time: boxes, cars, building, broker, two instances, and what fails.

From event to event, and sparse: boxes speak when the contract has them speak, the meter once a
second while something changes and every two seconds otherwise, an instance is stepped when a
message has come or when it wants to be. Nothing else costs time, however many weeks go by.
"""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from site_power.model import Box, Message
from site_power.model_says import Pace
from site_power.tree import Site

from .clock import Clock
from .failures import Failures, arrange
from .judge import Judge
from .parts import EPOCH, Instance, Outlet, command
from .score import HOUR_S, PRICES, Score
from .sites import METER
from .stage import Stage
from .wire import Broker, Link

_PACE = Pace(300, 60, 10)  # `heartbeat_s`, and `tele_s`, as docs/site.md recommends
_METER_S = 1.0
_METER_IDLE_S = 2.0
_METER_MA = 200  # a change that is told at once
_CLOCKLESS = 0.1  # of all boxes: they never know the time
_TELLS_S = 20.0  # a driver says so after so long
_GATEWAY_SILENT_S = 90.0
_DAY_S = 86_400


class _Gateway:
    """Publishes what is no box's: the meter, prices, wishes."""

    def __init__(self, broker: Broker, clock: Clock):
        self.link: Link | None = None
        self._broker = broker
        self._clock = clock

    def hear(self, topic: str, payload: bytes, retained: bool) -> None:
        raise AssertionError("it has subscribed to nothing")

    def ended(self) -> None:
        self.link = None

    def publish(self, topic: str, value: object, retain: bool = False) -> None:
        if not self.link and self._broker.up:
            self.link = self._broker.connect(self, [], _GATEWAY_SILENT_S)
        if self.link:
            payload = command(value) if value is not None else b""
            self._broker.publish(self.link, Message(topic, payload, 0, retain))


class World:
    """`make(site, ident)`: a Manager; `on_line` gets what `site run --log` would write.

    After `run`: `score`, `counts` of what happened.
    """

    def __init__(
        self,
        stage: Stage,
        case: Failures,
        make: Callable[[Site, str], Any],
        on_line: Callable[[dict[str, Any]], object] = lambda line: None,
    ):
        self.stage = stage
        self.clock = Clock()
        self.judge = Judge(stage.sort.site)
        self.counts: Counter[str] = Counter()
        self.outlets: list[Outlet] = []
        self.instances: list[Instance] = []
        self.meter_back_s = 0.0
        self._make = make
        self._on_line = on_line
        self._started = 0
        self._chance = chance = random.Random(f"world {stage.seed} {case.name}")
        self.broker = Broker(self.clock, random.Random(f"broker {stage.seed} {case.name}"))
        self.broker.on_lost = self._lost
        self._gateway = _Gateway(self.broker, self.clock)
        site = stage.sort.site
        self._topic = f"pilotwire-site/v1/{site.name}/"
        for own in site.boxes.values():
            known = chance.random() >= _CLOCKLESS
            box = Box(
                own.name,
                max_ma=own.max_ma,
                share_ma=own.share_ma,
                phases=len(own.rotation),
                prefix=site.prefix,
                pace=_PACE,
                unix=(lambda now_s: EPOCH + int(now_s)) if known else (lambda now_s: None),
            )
            outlet = Outlet(box, self.broker, self.clock, self.judge, chance)
            self.outlets.append(outlet)
            self.clock.at(chance.uniform(0, 5), outlet.connect)
        self.instances = [self._instance(), self._instance()]
        self._meters = [f for f in site.feeders.values() if f.meter == METER]
        self._metered_ma: list[float] = []
        self._metered_s = 0.0
        self._changes = stage.changes()
        self._others: dict[tuple[str, int], float] = {}
        self._arrange()
        arrange(self, case, random.Random(f"failures {stage.seed} {case.name}"))

    def run(self, on_day: Callable[[int], object] = lambda day: None) -> None:
        for day in range(1, self.stage.days + 1):
            self.clock.run(day * _DAY_S)
            on_day(day)
        for outlet in self.outlets:
            outlet.settle()
        self.judge.settle(self.clock.now_s)

    def score(self) -> Score:
        had: dict[int, float] = {}
        for outlet in self.outlets:
            had |= outlet.had
        return Score(
            [had[number] for number in range(len(self.stage.visits))],
            [visit.car.wanted_wh for visit in self.stage.visits],
            sum(outlet.ct for outlet in self.outlets),
            sum(outlet.box.interruptions for outlet in self.outlets),
            self.judge.worst,
            self.judge.trips,
        )

    # What failures do to it.

    def count(self, what: str) -> None:
        self.counts[what] += 1

    def start(self, at: int) -> None:
        """Another process in the place of one that was killed."""
        self.instances[at] = self._instance()

    def _instance(self) -> Instance:
        self._started += 1
        ident = f"tool-{self._started}"
        site = self.stage.sort.site
        instance = Instance(site, ident, self._make, self.broker, self.clock, self._chance)
        instance.on_lines = lambda lines: [self._on_line({**line, "who": ident}) for line in lines]
        return instance

    def _lost(self, link: Link, message: Message) -> None:
        if isinstance(link.owner, Outlet):
            link.owner.lost(message)

    # What happens there.

    def _arrange(self) -> None:
        for number, visit in enumerate(self.stage.visits):
            outlet = self.outlets[visit.place]
            self.clock.at(visit.arrives_s, lambda o=outlet, n=number, v=visit: o.plug(n, v))
            self.clock.at(visit.leaves_s - 1, lambda o=outlet: self._leave(o))
            if visit.tells:
                self.clock.at(
                    visit.arrives_s + _TELLS_S, lambda o=outlet, v=visit: self._tell(o, v)
                )
        self._next_change(next(self._changes, None))
        self._meter()
        self._prices()

    def _tell(self, outlet: Outlet, visit: Any) -> None:
        wish = {"wh": int(visit.car.wanted_wh), "by_unix": EPOCH + int(visit.leaves_s)}
        self._gateway.publish(f"{self._topic}wish/{outlet.box.name}", wish, True)

    def _leave(self, outlet: Outlet) -> None:
        outlet.unplug()
        self._gateway.publish(f"{self._topic}wish/{outlet.box.name}", None, True)

    def _next_change(self, change: tuple[float, str, int, float] | None) -> None:
        """All changes of the building at one time, then the next."""
        now_s = self.clock.now_s
        while change and change[0] <= now_s:
            _, feeder, phase, ma = change
            before = self._others.get((feeder, phase), 0.0)
            self.judge.others(feeder, phase, ma - before, now_s)
            self._others[feeder, phase] = ma
            change = next(self._changes, None)
        if change:
            self.clock.at(change[0], lambda: self._next_change(change))

    def _meter(self) -> None:
        now_s = self.clock.now_s
        self.clock.at(now_s + _METER_S, self._meter)
        if now_s < self.meter_back_s:
            return
        shown = [ma for f in self._meters for ma in self.judge.currents(f.name)]
        changed = any(
            abs(a - b) > _METER_MA for a, b in zip(shown, self._metered_ma, strict=False)
        )
        if changed or now_s - self._metered_s >= _METER_IDLE_S or not self._metered_ma:
            self._metered_ma, self._metered_s = shown, now_s
            value = {"current_ma": [round(ma) for ma in shown[:3]]}
            self._gateway.publish(f"{self._topic}meter/{METER}", value)

    def _prices(self) -> None:
        """Those of today and tomorrow, each hour anew: who has come since then wants them too."""
        now_s = self.clock.now_s
        day = int(now_s // _DAY_S)
        value = {
            "start": EPOCH + day * _DAY_S,
            "step_s": HOUR_S,
            "prices": [price * 100 for price in PRICES] * 2,
        }
        self._gateway.publish(f"{self._topic}prices", value, True)
        self.clock.at(now_s + HOUR_S, self._prices)
