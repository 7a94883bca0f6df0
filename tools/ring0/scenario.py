"""What may happen to a wallbox: a plant, settings, and events at any microsecond; as data.

A Scenario's `repr` is the Python expression that makes it: a failing one is repeated by it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pilotwire.pilot import handover
from pilotwire.pilot.service import Service
from plant import (
    Cable,
    Car,
    Contactor,
    Lock,
    Mains,
    Pilot,
    Rcd,
    SimpleCar,
    Sleeper,
    Toggler,
    World,
)
from plant.car import VENTILATION_R2_OHM

from .guarded import PERMITTED, Guarded
from .guards import Here
from .invariants import Invariants

PILOTS = tuple(Pilot.corners())
CORNERS = tuple(Car.corners())
CARS: dict[str, Callable[..., Car]] = {
    "car": Car,
    "simple": SimpleCar,
    "simple 8 A": lambda **car: SimpleCar(max_ma=8_000, **car),  # GB/T 18487.1-2023 A.3.1
    "sleeper": Sleeper,
    "toggler": Toggler,
    "ventilated": lambda **car: _set(Car(**car), r2_ohm=VENTILATION_R2_OHM),
    "greedy": lambda **car: _set(Car(**car), over_ma=4_000),
    "deaf": lambda **car: _set(Car(**car), ignores_stop=True),
    "rash": lambda **car: _set(Car(**car), opens_loaded=True),
    "no diode": lambda **car: _set(Car(**car), diode_shorted=True),
}
LIMITS_MA = (0, 5_999, 6_000, 10_000, 16_000, 32_000, 63_000, 80_000)


def _set(thing: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(thing, name, value)
    return thing


@dataclass(frozen=True)
class Scenario:
    """`events` are (us, name, value, ms): the event comes after `us`, then `ms` pass.

    `car` is (one of CARS, index in CORNERS), plugged in after a second, or None; `cable`
    (rating_a, pp_error_pm), or a fixed one where `settings` have a `cable_ma`. `parts` are
    keywords of the plant's: make_us, break_us, travel_us, pilot (index in PILOTS), pair.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    car: tuple[str, int] | None = ("car", 0)
    cable: tuple[int, int] = (32, 0)
    phase_us: int = 0
    events: tuple[tuple[int, str, Any, int], ...] = ()

    def outlet(self) -> Guarded:
        parts = self.parts
        times = {
            "make_us": parts.get("make_us", 20_000),
            "break_us": parts.get("break_us", 15_000),
        }
        first, second = Contactor(**times), None
        if self.settings.get("switches_phases"):
            first, second = Contactor.pair(**times)
        fixed_ma = self.settings.get("cable_ma")
        world = World(
            cable=Cable(tethered=True) if fixed_ma else None,
            pilot=Pilot(**PILOTS[parts["pilot"]] if "pilot" in parts else {}),
            mains=Mains(),
            contactor=first,
            contactor2=second,
            rcd=Rcd(),
            lock=Lock(travel_us=parts.get("travel_us", 300_000)),
        )
        return Guarded(world, phase_us=self.phase_us, **self.settings)

    def play(self) -> Invariants:
        """Let it all happen under the eyes of the invariants. Raises Broken."""
        outlet = self.outlet()
        judge = Invariants.of(outlet, **self.settings)
        outlet.run(1_000)
        if self.car:
            plug(outlet, (*self.car, *self.cable))
        outlet.run(7_000)
        for us, name, value, ms in self.events:
            act = ACTIONS[name]
            outlet.world.agenda.at(outlet.world.now_us + us, lambda a=act, v=value: a(outlet, v))
            outlet.run(ms)
        return judge


def plug(outlet: Guarded, value: tuple[str, int, int, int]) -> None:
    """Push in the plug of another car, if there is none and the lock lets it in."""
    kind, corner, rating_a, pp_error_pm = value
    world = outlet.world
    if world.plugged or world.lock.locked:
        return
    cable = world.cable
    if not cable or not cable.tethered:
        cable = Cable(rating_a, pp_error_pm=pp_error_pm)
    world.plug(cable, CARS[kind](**CORNERS[corner]))


def _say(outlet: Guarded, **said: Any) -> None:
    _set(outlet.ring1, **said)
    outlet.urgent = True


def _glitch(outlet: Guarded, value: tuple[str, int, int]) -> None:
    """(what, us, times): broken for `us` and sound for as long, so many `times`."""
    what, us, times = value
    agenda, now_us = outlet.world.agenda, outlet.world.now_us
    for k in range(times):
        agenda.at(now_us + 2 * k * us, lambda: BREAKS[what](outlet.world, True))
        agenda.at(now_us + (2 * k + 1) * us, lambda: BREAKS[what](outlet.world, False))


def _fail(outlet: Guarded, value: tuple[str, int]) -> None:
    """(what, ms): broken for so long."""
    what, ms = value
    BREAKS[what](outlet.world, True)
    mended_us = outlet.world.now_us + ms * 1_000
    outlet.world.agenda.at(mended_us, lambda: BREAKS[what](outlet.world, False))


def _cable(name: str, bad: Any, good: Any) -> Callable[[World, bool], None]:
    def put(world: World, broken: bool) -> None:
        if world.cable:
            setattr(world.cable, name, bad if broken else good)

    return put


def _serve(outlet: Guarded, _: None) -> None:
    """An installer has ring 0 try things out from now on."""
    assert isinstance(outlet.guard, Here)
    if not outlet.service:
        outlet.service = Service(outlet.guard.guard)
        outlet.service.enter()


def _leave(outlet: Guarded, _: None) -> None:
    if outlet.service and not outlet.service.asked[0]:
        outlet.service.leave()
        outlet.service = None


# What may be broken, for long or for a glitch: put(world, broken).
BREAKS: dict[str, Callable[[World, bool], Any]] = {
    "cp cut": _cable("cp_cut", True, False),
    "cp short": _cable("cp_pe_ohm", 0, None),
    "cp leak": _cable("cp_pe_ohm", 1_500, None),
    "pp cut": _cable("pp_cut", True, False),
    "pp drift": _cable("pp_drift_pm", 1_500, 0),
    "pp fall": _cable("pp_drift_pm", -600, 0),
    "pe cable": _cable("pe_cut", True, False),
    "pe": lambda w, broken: _set(w, pe_ok=not broken),
    "rcd": lambda w, broken: _set(w, rcd_tripped=broken),
    "stop": lambda w, broken: _set(w, stop_pressed=broken),
    "cover": lambda w, broken: _set(w, cover_open=broken),
    "latch": lambda w, broken: _set(w, lock_ok=not broken),
    "lock jam": lambda w, broken: _set(w.lock, jammed=broken),
    "weld": lambda w, broken: _set(w.contactor, welded=broken),
    "stuck open": lambda w, broken: _set(w.contactor, stuck_open=broken),
    "feedback": lambda w, broken: _set(w.contactor, feedback_stuck=True if broken else None),
    "outage": lambda w, broken: _set(w.mains, outage=broken),
    "phase": lambda w, broken: _set(w.mains, outages=(False, broken, False)),
    "sag": lambda w, broken: _set(w.mains, scale_pm=(700 if broken else 1_000,) * 3),
    "swell": lambda w, broken: _set(w.mains, scale_pm=(1_200 if broken else 1_000,) * 3),
    "generator dead": lambda w, broken: _set(w.pilot, dead=broken),
    "generator stuck": lambda w, broken: _set(w.pilot, stuck_duty=5_000 if broken else None),
    "generator steady": lambda w, broken: _set(w.pilot, stuck_duty=10_000 if broken else None),
    "generator off": lambda w, broken: _set(w.pilot, duty_error=400 if broken else 0),
    "diode": lambda w, broken: _set(w.car, diode_shorted=broken) if w.car else None,
    "residual": lambda w, broken: _set(w.rcd, ac_ua=40_000 if broken else 0),
}

ACTIONS: dict[str, Callable[[Guarded, Any], Any]] = {
    "plug": plug,
    "unplug": lambda o, _: o.world.unplug(),
    "car asks": lambda o, asks: o.world.car and (o.world.car.want if asks else o.world.car.stop)(),
    "break": lambda o, what: BREAKS[what](o.world, True),
    "mend": lambda o, what: BREAKS[what](o.world, False),
    "fail": _fail,
    "glitch": _glitch,
    "flags": lambda o, flags: _say(o, flags=flags),
    "limit": lambda o, ma: _say(o, leases=[(ma, handover.NEVER, 0)]),
    "leases": lambda o, leases: _say(o, leases=list(leases)),
    "phases": lambda o, phases: _say(o, phases=phases),
    "clear": lambda o, _: _say(o, clear=o.ring1.clear + 1),
    "heat": lambda o, dc: _say(o, temperature_dc=dc),
    "damp": lambda o, pm: _say(o, humidity_pm=pm),
    "readings": lambda o, on: _say(o, readings=on),
    "silence": lambda o, silent: _set(o.ring1, talking=not silent),
    "serve": _serve,
    "ask": lambda o, test: o.service and o.service.ask(test),
    "leave": _leave,
    "wait": lambda o, _: None,
}
FLAGS = (
    PERMITTED,
    PERMITTED,
    handover.FLAG_RUN | handover.FLAG_RECORDED,
    PERMITTED & ~handover.FLAG_RUN,
)
