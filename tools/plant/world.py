"""The world: everything around the wallbox, moved from event to event.

Whatever is an attribute (faults, voltages, the car's wishes) may be set between two calls; it acts
at `now_us`. Nothing happens between two events but straight lines, so time is advanced in leaps.
"""

from collections.abc import MutableSequence

from pilotwire.pilot import signals

from .cable import PP_OPEN_OHM, Cable
from .car import Car
from .circuit import node_mv
from .contactor import Contactor
from .events import NEVER_US
from .flow import Flow
from .mains import DEAD, Mains
from .meter import Meter, Phases, Reading
from .pilot import Pilot

# How far a type 2 plug is in. Pulled out, CP parts first, then PP, the power contacts last.
_OUT = 0
_POWER = 1  # power contacts (and PE) only
_PP = 2
_CP = 3  # fully mated
_TRAVEL_US = (130_000, 20_000, 20_000)  # between seat n and n + 1, by a hand


class World:
    """A wallbox's surroundings. With a `car` given, it begins plugged in.

    Sensors that no other part owns are attributes: `rcd_tripped`, `pe_ok`, `lock_ok` (the latch
    holds a plug that is in) and `stop_pressed`. The car stays in the bay (`car`) when unplugged.
    """

    __slots__ = (
        "_flow",
        "_flow_us",
        "_goal",
        "_inlet_mv",
        "_seat",
        "_seat_due_us",
        "_solved",
        "cable",
        "car",
        "contactor",
        "cp_high_mv",
        "cp_low_mv",
        "lock_ok",
        "mains",
        "meter",
        "now_us",
        "pe_ok",
        "pilot",
        "rcd_tripped",
        "stop_pressed",
    )

    def __init__(
        self,
        car: Car | None = None,
        cable: Cable | None = None,
        *,
        pilot: Pilot | None = None,
        mains: Mains | None = None,
        contactor: Contactor | None = None,
        meter: Meter | None = None,
    ):
        self.now_us = 0
        self.car = car
        self.cable = Cable() if car and not cable else cable
        self.pilot = pilot or Pilot()
        self.mains = mains or Mains()
        self.contactor = contactor or Contactor()
        self.meter = meter or Meter()
        self.rcd_tripped = False
        self.pe_ok = True
        self.lock_ok = True
        self.stop_pressed = False
        self._seat = self._goal = _CP if car else _OUT
        self._seat_due_us = NEVER_US
        self._flow: Flow | None = None
        self._flow_us = 0
        self._inlet_mv = DEAD
        self._solved: tuple | None = None
        self.cp_high_mv = self.cp_low_mv = 0
        if car:
            car.reset(0)
        self._look()

    @property
    def plugged(self) -> bool:
        """Whether the plug is in, or on its way in."""
        return self._goal == _CP

    def plug(self, cable: Cable, car: Car | None) -> None:
        """Push the plug in; `car` None leaves the cable's other end free.

        ValueError when a plug is in already, or when another cable is fixed to the wallbox.
        """
        if self.plugged:
            raise ValueError("a plug is in already: unplug first")
        if self.cable and self.cable.tethered and cable is not self.cable:
            raise ValueError("the wallbox has a fixed cable: plug in that one")
        self._seat = _OUT  # an unplugging under way is over
        self._look()
        self.cable = cable
        self.car = car
        self._goal = _CP
        if car:
            car.reset(self.now_us)
        self._slide()
        self._look()

    def unplug(self) -> None:
        """Pull the plug: CP parts now, PP and the power contacts follow. Nothing if none is in."""
        if not self.plugged:
            return
        self._look()
        self._goal = _OUT
        self._slide()
        self._look()

    def set_outputs(self, duty: int, closed: bool) -> None:
        """What the wallbox drives: `duty` 0..10_000 (else ValueError), the contactor's coil."""
        if duty == self.pilot.duty and closed == self.contactor.coil:
            return
        if not 0 <= duty <= 10_000:
            raise ValueError(f"duty {duty} is outside 0..10000")
        self.pilot.duty = duty
        self.contactor.command(self.now_us, closed)
        self._look()

    def next_us(self) -> int:
        """When something next happens by itself; `events.NEVER_US` in a world at rest."""
        self._look()
        return self._due_us()

    def advance(self, to_us: int) -> None:
        """Move to `to_us`, through every event up to and at it. ValueError if that is past."""
        if to_us < self.now_us:
            raise ValueError(f"time goes forward: {to_us} is before {self.now_us}")
        self._look()
        while (due_us := self._due_us()) <= to_us:
            self.now_us = due_us
            if self.contactor.due_us == due_us:
                self.contactor.fire(max(self.current_ma()))
            elif self._seat_due_us == due_us:
                self._slide()
            elif self.car:
                self.car.fire(due_us)
            self._look()
        self.now_us = to_us

    def sample(self, inputs: MutableSequence[int]) -> None:
        """Fill `inputs` (array('i') of signals.N_INPUTS) with what the wallbox's pins see."""
        self._look()
        cable = self.cable
        in_socket = self._seat >= _PP
        pp_ohm = cable.pp_ohm if cable and in_socket else None
        locked = (in_socket and self.lock_ok) or (cable is not None and cable.tethered)
        inputs[signals.CP_HIGH_MV] = self.cp_high_mv
        inputs[signals.CP_LOW_MV] = self.cp_low_mv
        inputs[signals.PP_OHM] = PP_OPEN_OHM if pp_ohm is None else pp_ohm
        inputs[signals.FEEDBACK] = int(self.contactor.closed)
        inputs[signals.RCD] = int(self.rcd_tripped)
        inputs[signals.PE] = int(self.pe_ok)
        inputs[signals.LOCK] = int(locked)
        inputs[signals.STOP] = int(self.stop_pressed)

    def current_ma(self) -> Phases:
        """The current in each phase now."""
        if self.car is None:
            return 0.0, 0.0, 0.0
        ma = self.car.ramp.at(self.now_us) / 1e6
        volts = self._inlet_mv
        a, b, c = (ma if k < self.car.phases and volts[k] else 0.0 for k in range(3))
        return a, b, c

    def reading(self) -> Reading:
        """The meter's registers and the values at its terminals."""
        self._look()
        open_mv = self.mains.open_mv()
        currents = self.current_ma()
        ohm = self.mains.source_mohm / 1e3
        u = [open_mv[k] / 1e3 - ohm * currents[k] / 1e3 for k in range(3)]
        return self.meter.read(
            (u[0], u[1], u[2]),
            (currents[0] / 1e3, currents[1] / 1e3, currents[2] / 1e3),
            self.car.pf_pm / 1e3 if self.car and any(currents) else 1.0,
            self.mains.frequency_hz if any(open_mv) else 0.0,
        )

    def _due_us(self) -> int:
        due_us = min(self.contactor.due_us, self._seat_due_us)
        return min(due_us, self.car.due_us) if self.car else due_us

    def _slide(self) -> None:
        """Move the plug by one seat towards where the hand takes it."""
        step = 1 if self._goal > self._seat else -1
        self._seat += step
        if self._seat == self._goal:
            self._seat_due_us = NEVER_US
        else:
            self._seat_due_us = self.now_us + _TRAVEL_US[min(self._seat, self._seat + step)]

    def _look(self) -> None:
        """Book the energy up to now, then work out anew what is connected to what.

        Looking twice at the same instant, or at an instant where nothing changed, changes nothing.
        """
        car = self.car
        now_us = self.now_us
        if self._flow and car and now_us != self._flow_us:
            energy = self._flow.energy(now_us - self._flow_us)
            self.meter.add(energy)
            car.take(energy)
        linked = self._solve_pilot()
        powered = self._seat >= _POWER and self.contactor.closed
        self._inlet_mv = self.mains.open_mv() if powered else DEAD
        if car is None:
            self._flow = None
            return
        if linked:
            duty, high_mv, low_mv = self.pilot.duty, self.cp_high_mv, self.cp_low_mv
        else:
            duty = high_mv = low_mv = 0
        car.sense(now_us, duty, high_mv, low_mv, self._inlet_mv)
        self._flow = self._load(car)
        self._flow_us = now_us
        car.plan(now_us, self._flow)

    def _solve_pilot(self) -> bool:
        """Set the plateaus at the wallbox; whether the car's inlet sees the same."""
        mated = self._seat == _CP
        leak_ohm = None
        linked = False
        if self.cable and (mated or self.cable.tethered):
            leak_ohm = self.cable.cp_pe_ohm
            linked = mated and not self.cable.cp_cut
        load = self.car.pilot_load() if self.car and linked else (None, None)
        high_mv, low_mv = self.pilot.levels_mv()
        parts = (high_mv, low_mv, self.pilot.r1_ohm, load, leak_ohm)
        if parts != self._solved:
            self._solved = parts
            self.cp_high_mv = node_mv(high_mv, self.pilot.r1_ohm, *load, leak_ohm)
            self.cp_low_mv = node_mv(low_mv, self.pilot.r1_ohm, *load, leak_ohm)
        return linked

    def _load(self, car: Car) -> Flow | None:
        start_na = car.ramp.at(self.now_us)
        if not start_na and not car.ramp.slope:
            return None
        volts = [mv for mv in self._inlet_mv[: car.phases] if mv]
        return Flow(
            sum(volts), len(volts), self.mains.source_mohm, start_na, car.ramp.slope, car.pf_pm
        )
