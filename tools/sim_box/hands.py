"""What a person can do around the box: one table of keys, their words, and what they do.

`Hands` knows the plant; cutting the power is its owner's, who has the firmware's process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from plant import Adapter, Cable, World
from plant.contactor import L1, N

from .cars import VEHICLES

_CABLE_A = 32
_BUTTON_US = 1_000_000
_LEAST_MA, _MOST_MA, _STEP_MA = 1_000, 6_000, 1_000  # of the adapter's load


class CannotNow(Exception):
    """What a hand cannot do just now; the text says why."""


class Key(NamedTuple):
    """`text` says what the key does, `act` what has been done."""

    key: str
    word: str
    text: str
    act: Callable[[Hands], str]


class Hands:
    """At `world`. `power` is called with False to cut the box's power, True to give it back."""

    def __init__(self, world: World, power: Callable[[bool], object]):
        self.adapter = Adapter()
        self.powered = True
        self._world = world
        self._power = power
        self._chosen = 0

    def do(self, key: Key) -> str:
        """What has been done. Raises CannotNow."""
        try:
            return key.act(self)
        except ValueError as error:  # the plant's: a plug is in already, the bolt is out
            raise CannotNow(str(error)) from error

    @property
    def vehicle(self) -> str:
        """The chosen vehicle, in words."""
        chosen = VEHICLES[self._chosen]
        return f"{chosen.name}: {chosen.text}"

    @property
    def voltmeter(self) -> str:
        """What a voltmeter shows, where commissioning may ask for it."""
        world = self._world
        volts = world.mains.open_mv()[0] / 1_000
        outlet = volts if world.poles & (L1 | N) == L1 | N else 0.0
        n_pe = volts if world.mains.swapped else 0.4
        return f"L1-N {outlet:.1f}, N-PE {n_pe:.1f}, CP-PE {world.cp_high_mv / 1_000:.2f}"

    def plug(self) -> str:
        vehicle = VEHICLES[self._chosen]
        self._world.plug(Cable(_CABLE_A), vehicle.make())
        return f"plugged in: {vehicle.name}, {vehicle.text}"

    def plug_adapter(self) -> str:
        self.adapter.turn(False)
        self._world.plug(Cable(_CABLE_A), self.adapter)
        return "plugged in: the test adapter at 2.74 kohm"

    def unplug(self) -> str:
        if not self._world.plugged:
            raise CannotNow("nothing is plugged in")
        self._world.unplug()
        return "the plug is pulled"

    def choose(self) -> str:
        self._chosen = (self._chosen + 1) % len(VEHICLES)
        return f"chosen: {self.vehicle}"

    def choose_named(self, name: str) -> str:
        """As `choose`, by name. Raises CannotNow."""
        names = [one.name for one in VEHICLES]
        if name not in names:
            raise CannotNow(f"no vehicle {name}; there are {', '.join(names)}")
        self._chosen = names.index(name)
        return f"chosen: {self.vehicle}"

    def turn(self) -> str:
        self._want_adapter()
        closed = not self.adapter.s2
        self.adapter.turn(closed)
        return f"the adapter's switch: {'882 ohm' if closed else '2.74 kohm'}"

    def more(self) -> str:
        return self._load(self.adapter.load_ma + _STEP_MA)

    def less(self) -> str:
        return self._load(self.adapter.load_ma - _STEP_MA)

    def drive(self) -> str:
        car = self._world.car
        if not self._world.plugged or car is None or car is self.adapter:
            raise CannotNow("no vehicle is plugged in")
        if car.wants:
            car.stop()
            return "the driver stops the charge in the car"
        car.want()
        return "the driver asks for energy"

    def stop(self) -> str:
        world = self._world
        world.stop_pressed = not world.stop_pressed
        return f"the stop is {'pressed' if world.stop_pressed else 'released'}"

    def earth(self) -> str:
        world = self._world
        world.pe_ok = not world.pe_ok
        return f"PE is {'connected again' if world.pe_ok else 'pulled off'}"

    def trip(self) -> str:
        world = self._world
        world.rcd_tripped = True
        world.agenda.at(world.now_us + _BUTTON_US, self._release)
        return "the residual-current device is tripped by its button, for 1 s"

    def weld(self) -> str:
        contactor = self._world.contactor
        contactor.welded = not contactor.welded
        return f"the contactor is {'welded' if contactor.welded else 'sound again'}"

    def switch(self) -> str:
        self.powered = not self.powered
        self._power(self.powered)
        return f"the power is {'back: the firmware starts' if self.powered else 'cut'}"

    def around(self) -> list[tuple[str, str, bool]]:
        """(what, how it is, whether it is well) of all that hands can change."""
        world = self._world
        welded = world.contactor.welded
        plugged = "nothing"
        if world.plugged:
            is_adapter = world.car is self.adapter
            switch = "882 ohm" if self.adapter.s2 else "2.74 kohm"
            amps = self.adapter.load_ma / 1_000
            plugged = f"adapter, {switch}, {amps:g} A" if is_adapter else "a car"
        return [
            ("Plug", plugged, True),
            ("Next car", VEHICLES[self._chosen].name, True),
            ("PE", "connected" if world.pe_ok else "PULLED OFF", world.pe_ok),
            ("Stop", "PRESSED" if world.stop_pressed else "released", not world.stop_pressed),
            ("RCD", "TRIPPED" if world.rcd_tripped else "rests", not world.rcd_tripped),
            ("Contacts", "WELDED" if welded else "sound", not welded),
            ("Power", "on" if self.powered else "CUT", self.powered),
        ]

    def _release(self) -> None:
        self._world.rcd_tripped = False

    def _want_adapter(self) -> None:
        if not self._world.plugged or self._world.car is not self.adapter:
            raise CannotNow("the test adapter is not plugged in")

    def _load(self, ma: int) -> str:
        self.adapter.load_ma = min(max(ma, _LEAST_MA), _MOST_MA)
        return f"the adapter's load is {self.adapter.load_ma / 1_000:g} A"


KEYS = (
    Key("p", "plug", "plug the chosen vehicle in", Hands.plug),
    Key("u", "unplug", "pull the plug", Hands.unplug),
    Key("c", "car", "choose the next vehicle", Hands.choose),
    Key("d", "driver", "the driver stops the charge in the car, or asks again", Hands.drive),
    Key("a", "adapter", "plug the test adapter in", Hands.plug_adapter),
    Key("t", "turn", "the adapter's switch: 2.74 kohm, 882 ohm", Hands.turn),
    Key("+", "more", "1 A more of the adapter's load", Hands.more),
    Key("-", "less", "1 A less", Hands.less),
    Key("s", "stop", "press the stop, or release it", Hands.stop),
    Key("e", "earth", "pull PE off, or connect it again", Hands.earth),
    Key("r", "rcd", "trip the residual-current device by its button", Hands.trip),
    Key("w", "weld", "weld the contactor, or mend it", Hands.weld),
    Key("x", "power", "cut the power, or give it back", Hands.switch),
)
QUIT = "q"
BY_KEY = {one.key: one for one in KEYS}
BY_WORD = {one.word: one for one in KEYS}
