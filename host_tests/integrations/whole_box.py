"""The whole firmware with a plant and a broker, in virtual time; nothing goes wrong by itself."""

import json
from collections.abc import Callable
from typing import Any

from plant import Cable, Car, Contactor, World
from simulation.box import Box
from simulation.broker import Broker
from simulation.flash import Flash
from simulation.hal import BOARD, SimulatedHal
from simulation.line import MeterLine
from simulation.rng import Rng
from simulation.tasks import Clock, Loop

ID = "box-1"
PREFIX = f"pilotwire/v1/{ID}/"
_S = 1_000_000
_EPOCH_S = 1_800_000_000
_SILENT_S = 30  # of a meter, before it counts as lost


class WholeBox:
    """A box with every part fitted; `config` adds to its configuration. Within `with` it runs.

    `states` are its published states, `messages` all that it published as (topic, payload).
    """

    def __init__(self, **config: Any):
        self.clock = clock = Clock()
        self.states: list[dict[str, Any]] = []
        self.messages: list[tuple[str, str]] = []
        self.breaches: list[str] = []
        self.on_message: Callable[[str, str], object] = lambda topic, payload: None
        rng = Rng(1)
        first, second = Contactor.pair(make_us=18_000, break_us=12_000)
        self.world = World(contactor=first, contactor2=second)
        self.flash = Flash()
        self._prefix = f"pilotwire/v1/{config.get('id', ID)}/"
        own = {"id": ID, "limit_ma": 32_000, "mqtt_host": "broker", "heartbeat_s": 20, **config}
        with self.flash.open("/config.json", "wb") as file:
            file.write(json.dumps(own).encode())
        self.meter_is_there = True
        self._line = MeterLine(clock, self._read_meter, rng.stream("line"))
        self.broker = Broker(clock, rng.stream("broker"), self._take, self.breaches.append)
        self.box = Box(clock, self.world, self.flash, self._make_hal, lambda what: None)
        self._rng = rng.stream("hal")
        self._installed = self.box.installed()

    def __enter__(self) -> "WholeBox":
        self._installed.__enter__()
        self.box.power_on()
        self.run(30)
        return self

    def __exit__(self, *what: Any) -> None:
        if self.box.loop:
            self.box.loop.stop()
        self._installed.__exit__(*what)

    @property
    def now_s(self) -> float:
        return self.clock.now_us / _S

    @property
    def state(self) -> dict[str, Any]:
        return self.states[-1]

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end_us = self.clock.now_us + int(seconds * _S)
        agenda = self.clock.agenda
        while self.clock.now_us < end_us:
            until_us = min(agenda.due_us, end_us)
            self.box.run_to(until_us)
            self.clock.now_us = max(self.clock.now_us, min(agenda.due_us, end_us))
            if agenda.due_us <= self.clock.now_us:
                agenda.fire()
        task = self.box.run_task
        if self.box.loop and task.done():
            raise AssertionError("the firmware has ended") from task._error

    def until(self, holds: Callable[[dict[str, Any]], bool], limit_s: int = 120) -> dict[str, Any]:
        """Run until a state was published of which `holds` is true; that state."""
        for _ in range(limit_s * 10):
            if self.states and holds(self.state):
                return self.state
            self.run(0.1)
        raise AssertionError(f"not within {limit_s} s; the last state: {self.state}")

    def publish(self, topic: str, payload: str) -> None:
        """By a client of the broker, not retained. `topic` is the whole one."""
        self.broker.publish(topic, payload.encode())

    def plug(self, **car: Any) -> None:
        self._settle()
        self.world.plug(Cable(32), Car(**car))
        self.box.touched = True

    def unplug(self) -> None:
        self._settle()
        self.world.unplug()
        self.box.touched = True

    def lose_meter(self) -> None:
        """It answers no more; returns when the box has noticed."""
        self.meter_is_there = False
        self.run(_SILENT_S)

    # The parts' ways to each other.

    def _settle(self) -> None:
        if self.world.now_us < self.clock.now_us:
            self.world.advance(self.clock.now_us)

    def _read_meter(self) -> Any:
        self._settle()
        return self.world.reading() if self.meter_is_there else None

    def _take(self, topic: str, payload: bytes, _retained: bool) -> None:
        text = payload.decode()
        self.messages.append((topic, text))
        if topic == self._prefix + "state":
            self.states.append(json.loads(text))
        elif topic == self._prefix + "tx":
            upto = json.dumps({"upto": json.loads(text)["seq"]})
            self.clock.after(_S, lambda: self.publish(self._prefix + "ack", upto))
        self.on_message(topic, text)

    def _make_hal(self, loop: Loop, started: str) -> SimulatedHal:
        self._line.power_on()
        now = _EPOCH_S, "synchronised"
        return SimulatedHal(
            self.clock,
            loop,
            self._rng,
            started,
            self._line,
            self.broker.network,
            lambda: (now[0] + self.clock.now_us // _S, now[1]),
            BOARD,
            None,
        )
