"""A guard whose board is the plant, in virtual time, with a ring 1 that says what a test wants."""

from array import array
from collections.abc import Callable
from typing import Any

from pilotwire.pilot import faults, handover, reasons, signals
from pilotwire.pilot.service import Service
from plant import World
from plant.link import named

from .guards import AnyGuard, Here

TICK_US = 10_000
ACT_US = 1_000  # from the sample's end to the outputs: a tick may take so long on a chip
PERMITTED = handover.FLAG_AUTHORISED | handover.FLAG_RUN | handover.FLAG_RECORDED


class Ring1:
    """What is handed down, every `every_ms` while `talking`. Leases are (limit, ttl, fallback).

    `readings`: the plant's meter is read each time. `phases` is 1, 3 or 0.
    """

    def __init__(self, limit_ma: int):
        self.flags = PERMITTED
        self.leases = [(limit_ma, handover.NEVER, 0)]
        self.phases = 0
        self.temperature_dc = handover.UNKNOWN
        self.humidity_pm = handover.UNKNOWN
        self.clear = 0
        self.readings = True
        self.talking = True
        self.every_ms = 1_000
        self._reading = 0

    def slot(self, world: World) -> array:
        """The slot to hand down now (N_DOWN)."""
        down = array("i", [0] * handover.N_DOWN)
        down[handover.DOWN_FLAGS] = self.flags
        down[handover.DOWN_CLEAR] = self.clear
        down[handover.DOWN_PHASES] = self.phases
        down[handover.DOWN_TEMPERATURE_DC] = self.temperature_dc
        down[handover.DOWN_HUMIDITY_PM] = self.humidity_pm
        if self.readings:
            self._reading += 1
            reading = world.reading()
            for k in range(3):
                down[handover.DOWN_CURRENT_MA + k] = round(reading.current_a[k] * 1000)
                down[handover.DOWN_VOLTAGE_MV + k] = round(reading.voltage_v[k] * 1000)
        down[handover.DOWN_READING] = self._reading
        down[handover.DOWN_ROWS] = len(self.leases)
        at = handover.DOWN_LEASES
        for lease in self.leases:
            down[at : at + handover.LEASE_WIDTH] = array("i", lease)
            at += handover.LEASE_WIDTH
        return down


class Guarded:
    """`world` around a `guard` (guards.py; by default one here, of `settings`).

    Ticks fall on `phase_us`, `phase_us` + 10 ms, ...; what one decides acts ACT_US after its
    sample. `watchers` are called after every tick. `ring1` may be changed at any time; with
    `urgent` it speaks before the next tick.
    """

    def __init__(
        self,
        world: World,
        *,
        guard: AnyGuard | None = None,
        limit_ma: int = 16_000,
        phase_us: int = 0,
        **settings: Any,
    ):
        self.world = world
        self.guard = guard or Here(settings)
        self.ring1 = Ring1(limit_ma)
        self.watchers: list[Callable[[], object]] = []
        self.service: Service | None = None  # once an installer tries things out
        self.urgent = True
        self.inputs = array("i", [0] * signals.N_INPUTS)
        self._next_us = world.now_us + phase_us
        self._heard_us = world.now_us

    def tick(self) -> None:
        """Move to the next tick and through it, to the instant at which its outputs act."""
        world = self.world
        ring1 = self.ring1
        world.advance(max(self._next_us, world.now_us))
        self._next_us += TICK_US
        due = world.now_us - self._heard_us >= ring1.every_ms * 1_000
        down = None
        if ring1.talking and (due or self.urgent):
            down = ring1.slot(world)
            self._heard_us = world.now_us
            self.urgent = False
        world.sample(self.inputs)
        self.guard.tick(TICK_US // 1_000, self.inputs, down)
        world.advance(world.now_us + ACT_US)
        guard = self.guard
        world.set_outputs(guard.duty, bool(guard.closed), **named(guard.outputs))
        for watch in self.watchers:
            watch()

    def run(self, ms: int) -> None:
        """Tick for `ms` of virtual time."""
        end_us = self.world.now_us + ms * 1_000
        while self._next_us <= end_us:
            self.tick()

    def until(self, condition: Callable[[], object], at_most_ms: int) -> int:
        """Tick until `condition()`; the us that took. AssertionError when it takes longer."""
        start_us = self.world.now_us
        while not condition():
            took_us = self.world.now_us - start_us
            assert took_us <= at_most_ms * 1_000, f"not within {at_most_ms} ms: {self}"
            self.tick()
        return self.world.now_us - start_us

    def charge(self, at_most_ms: int = 60_000) -> None:
        """Until the car that is plugged in draws what it is offered, or all it wants."""
        car = self.world.car
        assert car
        self.until(lambda: max(self.world.current_ma()) > 0, at_most_ms)
        self.until(lambda: car.ramp.at(self.world.now_us) == car.ramp.target_na, at_most_ms)

    def up(self, index: int) -> int:
        """One of handover.UP_*, as told last: up to 20 ms old."""
        return self.guard.up[index]

    @property
    def closed(self) -> bool:
        """Whether the coil is commanded."""
        return bool(self.guard.closed)

    @property
    def fault_codes(self) -> list[str]:
        return faults.codes(self.up(handover.UP_FAULTS))

    @property
    def why_not(self) -> list[str]:
        return reasons.codes(self.up(handover.UP_WHY_NOT))

    def __str__(self) -> str:
        return (
            f"at {self.world.now_us / 1e6:.3f} s: duty {self.guard.duty}, closed {self.closed}, "
            f"faults {self.fault_codes}, why not {self.why_not}, inputs {list(self.inputs)}"
        )
