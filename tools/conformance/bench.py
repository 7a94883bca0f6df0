"""The test bench: a wallbox of one profile, a vehicle and a generator at one corner of their
tolerances, and an event at one instant between two ticks.
"""

from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

from plant import Cable, Car, Pilot, World
from plant.circuit import node_mv, parallel_ohm
from ring0.guarded import Guarded
from ring0.guards import AnyGuard

FIXED_MA = 32_000
MAINS_MS = 500  # shorter than the default, which the rows of the mains take

# How long after a tick's outputs act an event falls. The next sample is 9 ms away: just after it
# is the worst instant, and ticks that listen, judge and tell take turns (guard.py).
FAST = (9_001, 19_001, 29_001, 0, 4_500)
# What one of seven chores looks at has its turn once in 21 ticks.
ROUND = tuple(range(9_001, 219_001, 10_000))
ONCE = (9_001,)


class Corner(NamedTuple):
    """Keywords of Pilot and of Car, and the error of the proximity resistor in 1/1000."""

    name: str
    pilot: dict[str, int]
    car: dict[str, int]
    pp_error_pm: int


def _every() -> tuple[Corner, ...]:
    sides = product(Pilot.corners(), Car.corners(), (-30, 30))
    return tuple(Corner(f"corner {i}", *side) for i, side in enumerate(sides))


def _level(corner: Corner) -> tuple[int, int, int]:
    """What the wallbox reads in state C, and what else may be low or high with it."""
    source, car = corner.pilot, corner.car
    load_ohm = parallel_ohm(car["r3_ohm"], car["r2_ohm"])
    high_mv = node_mv(source["high_mv"], source["r1_ohm"], load_ohm, car["diode_mv"])
    return high_mv, -source["low_mv"], corner.pp_error_pm


NOMINAL = Corner("nominal", {}, {}, 0)
EVERY = (NOMINAL, *_every())
LOW = min(EVERY[1:], key=_level)._replace(name="low")
HIGH = max(EVERY[1:], key=_level)._replace(name="high")
EDGES = (NOMINAL, LOW, HIGH)
ONLY_NOMINAL = (NOMINAL,)


class Puppet(Car):
    """A car that draws nothing and whose S2 the test moves."""

    __slots__ = ()

    def _decide(self, now_us: int) -> None:
        """Nothing by itself."""


class Bench:
    """What a row's `measure` gets. `guard` makes a guard of settings (ring0.guards).

    `profile` "gbt18487" has a fixed cable (connection C) unless `cable` is given.
    """

    def __init__(
        self, profile: str, corner: Corner, phase_us: int, guard: Callable[[dict], AnyGuard]
    ):
        self.profile = profile
        self.corner = corner
        self.phase_us = phase_us
        self._guard = guard
        self._guards: list[AnyGuard] = []

    def end(self) -> None:
        """End what the guards have started."""
        for guard in self._guards:
            guard.end()

    def cable(self, rating_a: int = 32) -> Cable:
        """One for a socket."""
        return Cable(rating_a, pp_error_pm=self.corner.pp_error_pm)

    def car(self, kind: type[Car] = Car, **car: Any) -> Car:
        keywords: dict[str, Any] = self.corner.car | car
        return kind(**keywords)

    def outlet(
        self,
        car: Car | None = None,
        cable: Cable | None = None,
        *,
        limit_ma: int = 16_000,
        world: dict[str, Any] | None = None,
        **settings: Any,
    ) -> Guarded:
        """A wallbox with `car` plugged in, if there is one. `world`: keywords of World."""
        settings = {"profile": self.profile, "mains_ms": MAINS_MS} | settings
        if self.profile == "gbt18487" and not cable:
            settings = {"cable_ma": FIXED_MA} | settings
        if settings.get("cable_ma"):
            cable = Cable(63, tethered=True)
        elif not cable and car:
            cable = self.cable()
        plant = World(car, cable, pilot=Pilot(**self.corner.pilot), **(world or {}))
        guard = self._guard(settings)
        self._guards.append(guard)
        return Guarded(plant, guard=guard, limit_ma=limit_ma)

    def charging(self, car: Car | None = None, cable: Cable | None = None, **box: Any) -> Guarded:
        """The same with the car at its current."""
        outlet = self.outlet(car or self.car(), cable, **box)
        outlet.charge()
        return outlet

    def ready(self, car: Car | None = None, cable: Cable | None = None, **box: Any) -> Guarded:
        """The same in state B2: the pilot oscillates, and the car, if it is ours, asks not."""
        outlet = self.outlet(car or self.car(asks=False), cable, **box)
        outlet.run(1_000)  # after the start the mains must have been in range for a while
        outlet.until(lambda: oscillates(outlet), 20_000)
        outlet.run(200)
        return outlet

    def plugged(self, car: Car, **box: Any) -> Guarded:
        """A box that has been empty for a while, with `car` just plugged in."""
        outlet = self.outlet(**box)
        outlet.run(2 * MAINS_MS)
        cable = outlet.world.cable or self.cable()
        self.does(outlet, lambda: outlet.world.plug(cable, car))
        return outlet

    def takes(
        self,
        outlet: Guarded,
        action: Callable[[], object],
        condition: Callable[[], object],
        at_most_ms: int = 20_000,
    ) -> float:
        """The ms from `action`, done at this case's instant, to the tick that meets `condition`.

        AssertionError when it takes longer than `at_most_ms`.
        """
        self.does(outlet, action)
        at_us = self._at_us
        outlet.until(condition, at_most_ms)
        return (outlet.world.now_us - at_us) / 1_000

    def does(self, outlet: Guarded, action: Callable[[], object]) -> None:
        """Do `action` at this case's instant, and go to the end of the tick that follows it."""
        world = outlet.world
        self._at_us = world.now_us + self.phase_us
        world.agenda.at(self._at_us, action)
        outlet.tick()
        while world.now_us < self._at_us:
            outlet.tick()

    def opens(
        self, outlet: Guarded, action: Callable[[], object], at_most_ms: int = 20_000
    ) -> float:
        """The ms from `action` to the command that opens the contactor."""
        assert outlet.closed
        return self.takes(outlet, action, lambda: not outlet.closed, at_most_ms)


def oscillates(outlet: Guarded) -> bool:
    """Whether the guard drives PWM."""
    return 0 < outlet.guard.duty < 10_000


def since_ms(outlet: Guarded, name: str) -> float:
    """How long the plant's ground truth `name` (plant.log) is what it is now."""
    return (outlet.world.now_us - outlet.world.changed_us[name]) / 1_000


def hands_down(outlet: Guarded, **ring1: Any) -> Callable[[], None]:
    """An action: ring 1 changes so, and says it before the next tick."""

    def act() -> None:
        for name, value in ring1.items():
            assert hasattr(outlet.ring1, name), name
            setattr(outlet.ring1, name, value)
        outlet.urgent = True

    return act


def limit(outlet: Guarded, ma: int) -> Callable[[], None]:
    """An action: another limit, without an end."""
    return hands_down(outlet, leases=[(ma, -1, 0)])


def sets(thing: Any, **attributes: Any) -> Callable[[], None]:
    """An action: a fault of the plant, say."""

    def act() -> None:
        for name, value in attributes.items():
            assert hasattr(thing, name), name
            setattr(thing, name, value)

    return act


def drops_s2(outlet: Guarded) -> Callable[[], None]:
    """An action: S2 opens, whatever flows."""

    def act() -> None:
        car = outlet.world.car
        assert car
        car.stop()
        car.s2 = False

    return act
