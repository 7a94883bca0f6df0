"""People and their vehicles: who comes, what they plug in, what they do, when they leave."""

from typing import TYPE_CHECKING, Any

from plant import Cable, Car, Locked, SimpleCar, Sleeper, Toggler
from plant.car import VENTILATION_R2_OHM
from ring0.scenario import CORNERS

from .rng import Rng
from .settings import TOKENS

if TYPE_CHECKING:
    from .simulation import Simulation

_S = 1_000_000
_MIN = 60 * _S

# kind -> how often, among the others
KINDS = {
    "plain": 10,
    "full": 6,  # stops by itself
    "slow start": 2,  # wants 8 A at least
    "single phase": 4,
    "simple": 3,
    "sleeper": 3,
    "toggler": 2,
    "ventilated": 1,
    "unbalanced": 2,
    # What is not as it should be; the names of `FAULTY`.
    "greedy": 1,
    "deaf": 1,
    "rash": 1,
    "no diode": 1,
}
FAULTY = ("greedy", "deaf", "rash", "no diode")


def car_of(kind: str, rng: Rng) -> Car:
    """A vehicle of one of KINDS, somewhere within the tolerances."""
    own: dict[str, Any] = dict(rng.pick(CORNERS))
    own["max_ma"] = rng.pick((16_000, 20_000, 32_000))
    own["up_ma_s"] = rng.pick((1_000, 8_000, 30_000))
    own["phases"] = rng.pick((1, 3, 3))
    if kind == "full":
        own["wanted_wh"] = rng.between(50, 6_000)
    elif kind == "slow start":
        own["min_ma"] = 8_000
    elif kind == "single phase":
        own["phases"] = 1
    elif kind == "unbalanced":
        own["phases"] = 3
        own["share_pm"] = (1_000, rng.between(0, 1_000), rng.between(300, 1_000))
    elif kind == "simple":
        del own["phases"]
        own["max_ma"] = rng.pick((8_000, 10_000))
    make = {"simple": SimpleCar, "sleeper": Sleeper, "toggler": Toggler}.get(kind, Car)
    car = make(**own)
    if kind == "ventilated":
        car.r2_ohm = VENTILATION_R2_OHM
    elif kind == "greedy":
        car.over_ma = 4_000
    elif kind == "deaf":
        car.ignores_stop = True
    elif kind == "rash":
        car.opens_loaded = True
    elif kind == "no diode":
        car.diode_shorted = True
    return car


class Driver:
    """Comes and goes until `until_us`; then leaves for good."""

    def __init__(self, simulation: "Simulation", rng: Rng, until_us: int):
        self._sim = simulation
        self._rng = rng
        self._until_us = until_us
        self._cards = rng.stream("cards")
        self._show_cards = self._cards.chance(30)
        self._kinds = [name for name in KINDS for _ in range(KINDS[name])]
        self._after(rng.between(1, 120) * _S, self._arrive)
        self._after(rng.between(2, 15) * _MIN, self._call)

    def _after(self, us: int, action: Any) -> None:
        clock = self._sim.clock
        if clock.now_us + us < self._until_us:
            clock.after(us, action)

    def _arrive(self) -> None:
        rng = self._rng
        kind = rng.pick(self._kinds)
        rating_a = rng.pick((13, 20, 32, 32, 63))
        car = car_of(kind, rng)
        if kind in self._sim.off or not self.plug(kind, car, rating_a):
            self._after(rng.between(5, 60) * _S, self._arrive)
            return
        if rng.chance(60):
            self._after(rng.between(3, 60) * _S, self._ask)
        stay_us = rng.skewed(2, 3_000) * _S
        for _ in range(rng.below(3)):
            self._after(rng.below(stay_us), self._fiddle)
        self._after(stay_us, self._leave)

    def plug(self, kind: str, car: Car, rating_a: int) -> bool:
        """Whether the plug went in."""
        world = self._sim.world_now()
        if world.plugged:
            return False
        cable = world.cable
        if not cable or not cable.tethered:
            cable = Cable(rating_a, pp_error_pm=self._rng.between(-30, 30))
        try:
            world.plug(cable, car)
        except Locked:
            return False
        self._sim.count(kind)
        self._sim.say(f"driver plugs in {kind} {car.phases} phases {rating_a} A")
        return True

    def _ask(self) -> None:
        """To charge: by a card, or a word with the operator."""
        backend = self._sim.backend
        if self._show_cards:
            backend.authorise(self._cards.pick(TOKENS))
        else:
            backend.command("start")

    def _call(self) -> None:
        """The hotline: an operator sees a fault and clears it."""
        if self._sim.backend.state.get("faults"):
            self._sim.backend.command("clear-faults")
        self._after(self._rng.between(2, 15) * _MIN, self._call)

    def _fiddle(self) -> None:
        """Start or stop at the car."""
        world = self._sim.world_now()
        car = world.car
        if not car or not world.plugged:
            return
        if car.wants:
            self._sim.say("driver stops the vehicle")
            car.stop()
        else:
            self._sim.say("driver starts the vehicle")
            car.want()

    def _leave(self) -> None:
        rng = self._rng
        world = self._sim.world_now()
        if world.car and rng.chance(60):
            world.car.stop()
            self._after(rng.between(2, 20) * _S, self._pull)
        else:
            self._pull()

    def _pull(self) -> None:
        self._sim.say("driver unplugs")
        self._sim.world_now().unplug()
        self._after(self._rng.skewed(1, 900) * _S, self._arrive)
