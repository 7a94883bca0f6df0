"""Everything that may go wrong around a box, as one table: how it begins and how it ends.

A kind that is switched off leaves the others' instants as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from plant import contactor, flicker
from plant.car import VENTILATION_R2_OHM
from plant.slave import FAULTS as LINE_FAULTS
from ring0.scenario import BREAKS

from .kind import Kind
from .orders import ORDERS
from .rng import Rng

if TYPE_CHECKING:
    from .simulation import Simulation

_MS = 1_000
_S = 1_000_000
_MIN = 60 * _S


def _plant(name: str) -> Kind:
    put = BREAKS[name]
    return Kind(
        "plant",
        lambda sim, _: put(sim.world_now(), True),
        lambda sim: put(sim.world_now(), False),
        10 * _MS,
        10 * _MIN,
    )


def _glitch(name: str) -> Kind:
    """An intermittent contact."""

    def begin(sim: Simulation, rng: Rng) -> None:
        world = sim.world_now()
        flicker(
            world.agenda,
            lambda broken: BREAKS[name](world, broken),
            from_us=world.now_us,
            broken_us=rng.skewed(100, 30_000),
            sound_us=rng.skewed(100, 30_000),
            times=rng.between(1, 30),
        )

    return Kind("glitch", begin)


def _bounce(sim: Simulation, rng: Rng) -> None:
    world = sim.world_now()
    car = world.car
    if not car or not car.s2:
        return

    def move(open_: bool) -> None:
        if car is world.car:
            car.s2 = not open_

    us = rng.between(200, 8_000)
    flicker(
        world.agenda,
        move,
        from_us=world.now_us,
        broken_us=us,
        sound_us=us,
        times=rng.between(1, 5),
    )


def _ventilate(sim: Simulation, r2_ohm: int) -> None:
    """The vehicle's mind about ventilation, in the middle of a charge."""
    car = sim.world_now().car
    if car:
        car.r2_ohm = r2_ohm


def _value(thing: str, name: str, bad: Any, good: Any, most_us: int = 10 * _MIN) -> Kind:
    """An attribute of one of the simulation's parts."""

    def put(sim: Simulation, value: Any) -> None:
        part: Any = sim
        sim.world_now()
        for step in thing.split(".") if thing else ():
            part = getattr(part, step)
        setattr(part, name, value)

    return Kind(
        thing,
        lambda sim, rng: put(sim, bad(rng) if callable(bad) else bad),
        lambda sim: put(sim, good),
        100 * _MS,
        most_us,
    )


def _line(name: str) -> Kind:
    def begin(sim: Simulation, rng: Rng) -> None:
        sim.line.fault = name
        sim.line.fault_percent = rng.pick((10, 50, 100))

    return Kind("meter", begin, lambda sim: setattr(sim.line, "fault", None), 100 * _MS, 10 * _MIN)


def _power_cut(sim: Simulation, _rng: Rng) -> None:
    sim.world_now().mains.outage = True
    sim.box.power_off()


def _power_back(sim: Simulation) -> None:
    sim.world_now().mains.outage = False
    sim.box.power_on()


def _brown_out(sim: Simulation, rng: Rng) -> None:
    """The controller's supply alone, a few times in a row: also while it boots."""
    at_us = 0
    for _ in range(rng.between(1, 4)):
        sim.clock.after(at_us, sim.box.power_off)
        at_us += rng.skewed(10 * _MS, 2 * _S)
        sim.clock.after(at_us, sim.box.power_on)
        at_us += rng.skewed(1, 6 * _S)


def _cut_while_writing(sim: Simulation, rng: Rng) -> None:
    """The next time that flash is written, the power goes in the middle of it."""
    if sim.box.powered:
        sim.flash.cut_at(rng.skewed(0, 12), rng.below(4_096))


def _clock_jump(sim: Simulation, rng: Rng) -> None:
    sim.wall_offset_s += rng.pick((-1, 1)) * rng.skewed(1, 400_000_000)


def _block(sim: Simulation, rng: Rng) -> None:
    if sim.box.loop:
        sim.box.loop.block(sim.clock.now_us + rng.skewed(50 * _MS, 90 * _S))


KINDS: dict[str, Kind] = {
    **{name: _plant(name) for name in BREAKS},
    **{f"{name} flickers": _glitch(name) for name in ("cp cut", "cp short", "pp cut", "pe")},
    **{f"{name} flickers": _glitch(name) for name in ("stop", "feedback", "latch")},
    "S2 bounces": Kind("glitch", _bounce),
    "wants ventilation": Kind(
        "vehicle",
        lambda sim, _: _ventilate(sim, VENTILATION_R2_OHM),
        lambda sim: _ventilate(sim, 1_300),
        100 * _MS,
        10 * _MIN,
    ),
    "frequency": _value("world.mains", "frequency_hz", lambda rng: rng.pick((47.0, 53.0)), 50.0),
    "one pole welds": _value(
        "world.contactor", "welded_poles", lambda rng: rng.pick((contactor.L1, contactor.N)), 0
    ),
    "second contactor welds": _value("world.contactor2", "welded", True, False),
    "slow contactor": _value(
        "world.contactor", "make_us", lambda rng: rng.between(30_000, 150_000), 20_000
    ),
    "slow release": _value(
        "world.contactor", "break_us", lambda rng: rng.between(30_000, 150_000), 15_000
    ),
    "rcd dead": _value("world.rcd", "dead", True, False),
    "rcd stuck": _value("world.rcd", "stuck_tripped", True, False),
    **{f"meter {name}": _line(name) for name in LINE_FAULTS},
    "meter slow": _value(
        "line", "turnaround_us", lambda rng: rng.between(100_000, 600_000), 20_000
    ),
    "dimming": Kind(
        "grid", lambda sim, _: sim.dim(True), lambda sim: sim.dim(False), 100 * _MS, 10 * _MIN
    ),
    "meter restarts": Kind("meter", lambda sim, rng: sim.restart_meter(rng.between(1, 60) * _S)),
    "meter exchanged": Kind(
        "meter",
        lambda sim, rng: sim.exchange_meter(rng.skewed(0, 9_000_000), rng.between(20, 600) * _S),
    ),
    "meter register jumps back": Kind("meter", lambda sim, _: sim.reset_register()),
    "network down": _value("network", "down", True, False),
    "network slow": _value(
        "network", "delay_us", lambda rng: rng.skewed(50 * _MS, 8 * _S), 10_000
    ),
    "network loses": _value("network", "loss_percent", lambda rng: rng.between(5, 60), 0),
    "network half-open": Kind("network", lambda sim, _: sim.network.die()),
    "network resets": Kind("network", lambda sim, _: sim.network.reset()),
    "port closed": _value("network", "refuses", True, False),
    "no name": _value("network", "no_name", True, False),
    "connect hangs": _value("network", "hangs", True, False),
    "broker restarts": Kind("broker", lambda sim, _: sim.broker.restart(forget=False)),
    "broker forgets": Kind("broker", lambda sim, _: sim.broker.restart(forget=True)),
    "broker refuses": _value("broker", "refuses", lambda rng: rng.pick((3, 4, 5)), 0),
    "broker mute": Kind(
        "broker",
        lambda sim, _: setattr(sim.broker, "mute", True),
        lambda sim: sim.broker.wake(),
        100 * _MS,
        10 * _MIN,
    ),
    "no PUBACK": _value("broker", "forgets_acks", True, False),
    "repeats": _value("broker", "repeat_percent", lambda rng: rng.between(10, 100), 0),
    "backend down": _value("backend", "down", True, False, 60 * _MIN),
    "backend slow": _value("backend", "ack_ms", lambda rng: rng.skewed(1_000, 100_000), 200),
    "eager operator": _value("backend", "eager", True, False),
    **ORDERS,
    "clock jumps": Kind("clock", _clock_jump),
    "clock drifts": _value(
        "", "wall_drift_pm", lambda rng: rng.pick((-1, 1)) * rng.between(1, 50), 0
    ),
    "clock unknown": _value("", "wall_quality", "none", "set"),
    "power cut": Kind("power", _power_cut, _power_back, 20 * _MS, 20 * _MIN),
    "brown-out": Kind("power", _brown_out),
    "cut while writing": Kind("power", _cut_while_writing),
    "flash full": Kind(
        "flash",
        lambda sim, rng: sim.fill_flash(rng.between(0, 3)),
        lambda sim: sim.drain_flash(),
        10 * _S,
        30 * _MIN,
    ),
    "fram broken": _value("fram", "failed", True, False),
    "loop blocked": Kind("ring 1", _block),
}

# Kinds whose events are the ordinary course of things: they come more often.
_ORDINARY = ("limit", "pause", "resume", "start", "clear faults", "power cut")


class Injector:
    """Lets a random few of the kinds happen between 0 and `until_us`, and mends all then."""

    def __init__(self, simulation: Simulation, rng: Rng, until_us: int):
        self.active: dict[str, int] = {}  # kinds that stand at the moment, how many times
        self.last_us: dict[str, int] = {}  # when an event of a group began or ended last
        self._sim = simulation
        self._until_us = until_us
        # The fewer kinds take part, the more each can show: swarm testing.
        share = rng.pick((5, 15, 40))
        for name, kind in KINDS.items():
            own = rng.stream(name)
            takes_part = own.chance(60 if name in _ORDINARY else share)
            if not takes_part:
                continue
            for _ in range(own.skewed(1, 12)):
                at_us = own.below(until_us)
                lasts_us = own.skewed(kind.least_us, kind.most_us) if kind.most_us else 0
                if name not in simulation.off:
                    simulation.clock.agenda.at(at_us, self._event(name, kind, own, lasts_us))

    def _event(self, name: str, kind: Kind, rng: Rng, lasts_us: int) -> Callable[[], None]:
        def begin() -> None:
            sim = self._sim
            self.last_us[kind.group] = sim.clock.now_us
            sim.count(name)
            sim.say(f"fault {name} begins")
            kind.begin(sim, rng)
            if kind.end:
                self.active[name] = self.active.get(name, 0) + 1
                until_us = min(sim.clock.now_us + lasts_us, self._until_us)
                sim.clock.agenda.at(until_us, lambda: self._end(name, kind))

        return begin

    def _end(self, name: str, kind: Kind) -> None:
        """When the last of a kind is over, it is mended."""
        sim = self._sim
        self.last_us[kind.group] = sim.clock.now_us
        self.active[name] -= 1
        if not self.active[name] and kind.end:
            del self.active[name]
            sim.say(f"fault {name} ends")
            kind.end(sim)

    def since_us(self, *groups: str) -> int:
        """How long no event of these groups has begun or ended, and none stands; 0 if one does."""
        if any(KINDS[name].group in groups for name in self.active):
            return 0
        last_us = max((self.last_us.get(group, -(1 << 60)) for group in groups), default=0)
        return self._sim.clock.now_us - last_us
