"""The whole firmware in virtual time, and a broker that answers at once: the rest is its own."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from plant import Car
from simulation.backend import BOX
from simulation.simulation import Simulation
from simulation.sources import Local
from simulation.sweep import KINDS

_SEED = 1  # a plant with a socket, no tariff, no FRAM
_HOURS = 1_000
_STEADY_US = 60_000_000  # after which everything that a change brings is over
_LIMIT_US = 600_000_000
_CONFIG = {"id": BOX, "limit_ma": 32_000, "mqtt_host": "broker", "meter": "sdm630"}


class Calm(Simulation):
    """Nothing fails and nobody comes but whom the caller sends. Use within `running`."""

    def __init__(self, config: Mapping[str, Any]):
        super().__init__(_SEED, _HOURS, frozenset(KINDS))
        with self.flash.open("/config.json", "wb") as file:
            file.write(json.dumps({**_CONFIG, **config}).encode())
        self.network.delay_us = 1  # drawn as 0
        self.backend.local = Local(0, 0)  # the configuration has none
        self.backend.ack_ms = 0

    @contextmanager
    def running(self) -> Iterator["Calm"]:
        """Connected, and nothing new since a minute. Raises RuntimeError."""
        with self.box.installed():
            try:
                self.until(lambda: self.backend.online)
                self.run_for(_STEADY_US)
                yield self
            finally:
                if self.box.loop:
                    self.box.loop.stop()

    def run_for(self, us: int) -> None:
        """So much time. Raises RuntimeError when a rule is broken."""
        due_us = self.clock.now_us + us
        self.clock.agenda.at(due_us, lambda: None)  # the run comes by at that instant
        self.until(lambda: self.clock.now_us >= due_us, us + 1)

    def until(self, condition: Callable[[], bool], limit_us: int = _LIMIT_US) -> int:
        """Run until `condition()`; the us it took. Raises RuntimeError after `limit_us`."""
        began_us = self.clock.now_us
        while not condition():
            if self.breach:
                raise RuntimeError(str(self.breach))
            if self.clock.now_us - began_us > limit_us:
                raise RuntimeError(f"nothing in {limit_us / 1e6} s")
            self._step()
        return self.clock.now_us - began_us

    def charge(self) -> None:
        """Plug a car in; a minute later it charges steadily."""
        self.driver.plug("plain", Car(), 32)
        self.until(lambda: self.backend.state["closed"])
        self.run_for(_STEADY_US)
