"""The world: everything around the wallbox, moved from event to event.

Whatever is an attribute (faults, voltages, the car's wishes) may be set between two calls; it acts
at `now_us`. Nothing happens between two events but straight lines, so time is advanced in leaps.
"""

from collections.abc import MutableSequence

from . import log, readings
from .account import Account
from .agenda import Agenda
from .cable import PP_OPEN_OHM, Cable
from .car import BALANCED_PM, Car
from .circuit import node_mv
from .climate import Climate
from .contactor import LOAD_MA, Contactor
from .lock import Lock, Locked
from .log import Log
from .mains import Mains
from .meter import Meter, Phases, Reading
from .pilot import STEADY_HIGH, STEADY_LOW, Pilot
from .power import Power
from .rcd import Rcd
from .seat import CP, OUT, POWER, PP, Seat


class World:
    """A wallbox's surroundings. With a `car` given, it begins plugged in.

    `contactor` switches all poles, or with a `contactor2` its share of them (Contactor.pair).
    Sensors that no other part owns are attributes: `rcd_tripped` (the RCD's pin alone; what a
    module does, with the contacts, is `rcd`), `pe_ok`, `lock_ok` (the latch holds a plug that is
    in), `stop_pressed`, `cover_open` and `pp_short` (the socket's PP contact lies on PE). The
    earth monitor sits between L1's terminal and PE. The car stays in the bay (`car`) when
    unplugged.
    For judges: `log` (since when is what so), `poles` (the set that conducts), `current_ma` and
    the counts `opened_under_load` and `pulled_under_load` (a plug came out above 1 A).
    """

    __slots__ = (
        "_account",
        "_cp_load",
        "_cp_state",
        "_inlet",
        "_outputs",
        "_power",
        "_seat",
        "_solved",
        "agenda",
        "cable",
        "car",
        "climate",
        "contactor",
        "contactor2",
        "cover_open",
        "cp_high_mv",
        "cp_low_mv",
        "lock",
        "lock_ok",
        "log",
        "mains",
        "meter",
        "now_us",
        "pe_ok",
        "pilot",
        "pp_short",
        "pulled_under_load",
        "rcd",
        "rcd_tripped",
        "seen",
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
        contactor2: Contactor | None = None,
        meter: Meter | None = None,
        rcd: Rcd | None = None,
        lock: Lock | None = None,
    ):
        self.now_us = 0
        self.car = car
        self.cable = Cable() if car and not cable else cable
        self.pilot = pilot or Pilot()
        self.mains = mains or Mains()
        self.contactor = contactor or Contactor()
        self.contactor2 = contactor2
        self.meter = meter or Meter()
        self.rcd = rcd or Rcd()
        self.lock = lock or Lock()
        self.climate = Climate()
        self.agenda = Agenda()
        self.rcd_tripped = False
        self.pe_ok = True
        self.pp_short = False
        self.lock_ok = True
        self.stop_pressed = False
        self.cover_open = False
        self.pulled_under_load = 0
        self._outputs: tuple = (STEADY_HIGH, False, 3, None, False)
        self._seat = Seat(CP if car else OUT)  # the plug in the wallbox
        self._inlet = Seat(CP)  # the one in the car
        self._power = Power(self.mains, self.contactor, contactor2, self.rcd)
        self._account = Account(self.meter)
        self._solved: tuple | None = None
        self._cp_state = "A"
        self._cp_load: tuple | None = None
        self.cp_high_mv = self.cp_low_mv = 0
        self.seen: tuple = ()  # the values of log.NAMES at the last look
        self.log = Log()
        if car:
            car.reset(0)
        self._look()

    @property
    def plugged(self) -> bool:
        """Whether the plug is in, or on its way in."""
        return self._seat.goal == CP

    @property
    def poles(self) -> int:
        """The set of poles that conduct, contactor.L1 and so on; 0 is what is safe."""
        self._look()
        return self._power.poles

    @property
    def changed_us(self) -> dict[str, int]:
        """Since when each of log.NAMES is what it is now."""
        self._look()
        return self.log.changed_us

    @property
    def opened_under_load(self) -> int:
        """How often contacts parted above 1 A, of both contactors."""
        second = self.contactor2.opened_under_load if self.contactor2 else 0
        return self.contactor.opened_under_load + second

    def plug(self, cable: Cable, car: Car | None) -> None:
        """Push the plug in; `car` None leaves the cable's other end free.

        ValueError when a plug is in already, or when another cable is fixed to the wallbox;
        Locked (a ValueError) when the bolt of the lock is out.
        """
        if self.plugged:
            raise ValueError("a plug is in already: unplug first")
        if self.cable and self.cable.tethered and cable is not self.cable:
            raise ValueError("the wallbox has a fixed cable: plug in that one")
        if self.lock.locked and not cable.tethered:
            raise Locked("the lock's bolt is out, no plug goes in: unlock first")
        self._seat.at = OUT  # an unplugging under way is over
        self._inlet = Seat(CP)
        self._look()
        self._account.book(self.now_us, self.car)
        self.cable = cable
        self.car = car
        self._seat.goal = CP
        if car:
            car.reset(self.now_us)
        self._seat.slide(self.now_us)
        self._look()

    def unplug(self) -> None:
        """Pull the plug: CP parts now, PP and the power contacts follow. Nothing if none is in.

        Where the lock's bolt holds it the driver pulls the one at the car, and this one later,
        when the bolt lets it go.
        """
        if not self.plugged or self._inlet.goal == OUT:
            return
        self._look()
        held = self.lock.locked and not (self.cable and self.cable.tethered)
        seat = self._inlet if held else self._seat
        seat.goal = OUT
        seat.slide(self.now_us)
        self._look()

    def set_outputs(
        self,
        duty: int,
        closed: bool,
        *,
        phases: int = 3,
        lock: bool | None = None,
        rcd_test: bool = False,
    ) -> None:
        """What the wallbox drives; ValueError for a `duty` outside 0..10_000 or other `phases`.

        `closed` is the coil of the contactor; `contactor2`, if there is one, follows with
        `phases` 3 and stays open with 1. `lock` drives the bolt out or in, `rcd_test` the
        module's test input.
        """
        outputs = (duty, closed, phases, lock, rcd_test)
        if outputs == self._outputs:
            return
        if not STEADY_LOW <= duty <= STEADY_HIGH:
            raise ValueError(f"duty {duty} is outside 0..10000")
        if phases not in (1, 3):
            raise ValueError(f"phases {phases}: 1 or 3")
        self._outputs = outputs
        self.pilot.duty = duty
        self._power.command(self.now_us, closed, phases)
        self.lock.command(self.now_us, lock)
        self.rcd.press(self.now_us, rcd_test)
        self._look()

    def next_us(self) -> int:
        """When something next happens by itself; `events.NEVER_US` in a world at rest."""
        self._look()
        return max(self._due_us(), self.now_us)

    def advance(self, to_us: int) -> None:
        """Move to `to_us`, through every event up to and at it. ValueError if that is past."""
        if to_us < self.now_us:
            raise ValueError(f"time goes forward: {to_us} is before {self.now_us}")
        self._look()
        while (due_us := self._due_us()) <= to_us:
            self.now_us = max(due_us, self.now_us)  # an entry of the agenda may be overdue
            self._fire(due_us)
            self._look()
        self.now_us = to_us

    def sample(self, inputs: MutableSequence[int]) -> None:
        """Fill `inputs` (array('i') of signals.N_INPUTS) with what the wallbox's pins see."""
        self._look()
        readings.fill(self, inputs)

    def signals(self) -> dict[str, int]:
        """The same by name, with those that the firmware does not know yet: see readings.py."""
        self._look()
        return readings.by_name(self)

    def current_ma(self) -> Phases:
        """The current in each phase now."""
        car = self.car
        if car is None:
            return 0.0, 0.0, 0.0
        ma = car.ramp.at(self.now_us) / 1e6
        volts = self._power.inlet_mv
        a, b, c = (ma if k < car.phases and volts[k] else 0.0 for k in range(3))
        if car.share_pm is BALANCED_PM:
            return a, b, c
        share_a, share_b, share_c = car.share_pm
        return a * share_a / 1e3, b * share_b / 1e3, c * share_c / 1e3

    def reading(self) -> Reading:
        """The meter's registers and the values at its terminals."""
        self._look()
        self._account.book(self.now_us, self.car)
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
        due_us = min(self._power.due_us, self.lock.due_us, self.agenda.due_us)
        due_us = min(due_us, self._seat.due_us, self._inlet.due_us)
        return min(due_us, self.car.due_us) if self.car else due_us

    def _fire(self, due_us: int) -> None:
        """Let happen one of the things that are due; the rest has its turn after a look."""
        if self.agenda.due_us == due_us:
            self.agenda.fire()
        elif self._power.due_us == due_us:
            self._power.fire(due_us, self.current_ma())
        elif self._seat.due_us == due_us:
            self._slide(self._seat)
        elif self._inlet.due_us == due_us:
            self._slide(self._inlet)
        elif self.lock.due_us == due_us:
            self.lock.fire()
        elif self.car:
            self.car.fire(due_us)

    def _slide(self, seat: Seat) -> None:
        """A plug comes to its next seat, or out altogether."""
        if seat.goal < seat.at == POWER and max(self.current_ma()) > LOAD_MA:
            self.pulled_under_load += 1
        seat.slide(self.now_us)

    def _look(self) -> None:
        """Work out anew what is connected to what, and count the energy if that changed.

        Looking twice at the same instant, or at an instant where nothing changed, changes nothing.
        """
        car = self.car
        now_us = self.now_us
        if self._inlet.at == OUT and self._seat.goal == CP and not self.lock.locked:
            self._seat.goal = OUT
            self._seat.slide(now_us)
        linked = self._solve_pilot()
        power = self._power
        power.look(now_us, self._seat.at >= POWER and self._inlet.at >= POWER)
        if car:
            asked = car.asked
            if asked:
                self._account.book(now_us, car)
            if linked:
                duty, high_mv, low_mv = self.pilot.pin_duty, self.cp_high_mv, self.cp_low_mv
            else:
                duty = high_mv = low_mv = 0
            car.sense(now_us, duty, high_mv, low_mv, power.inlet_mv)
            self._account.look(now_us, car, power.inlet_mv, self.mains.source_mohm, asked)
        cable = self.cable
        in_socket = self._seat.at >= PP
        fixed = cable is not None and cable.tethered
        held = self.lock.feedback if self.lock.commanded else in_socket
        pp_ohm = cable.pp_seen_ohm() if cable and in_socket else PP_OPEN_OHM
        seen = (
            self._cp_state,
            self._cp_load,
            0 if self.pp_short else pp_ohm,
            self.pe_ok and self.mains.swapped != 1,
            self.rcd_tripped or self.rcd.tripped,
            car.s2 if car else False,
            power.poles,
            fixed or (held and self.lock_ok),
            self.stop_pressed,
            self.cover_open,
            power.mains_mv,
        )
        if seen != self.seen:
            self.seen = seen
            self.log.take(now_us, seen)

    def _solve_pilot(self) -> bool:
        """Set the plateaus at the wallbox; whether the car's inlet sees the same."""
        in_socket = self._seat.at == CP
        leak_ohm = None
        linked = False
        cable = self.cable
        if cable and (in_socket or cable.tethered):
            leak_ohm = cable.cp_pe_ohm
            linked = in_socket and self._inlet.at == CP and not cable.cp_cut and not cable.pe_cut
        load = self.car.pilot_load() if self.car and linked else (None, None)
        high_mv, low_mv = self.pilot.levels_mv()
        parts = (high_mv, low_mv, self.pilot.r1_ohm, load, leak_ohm)
        if parts != self._solved:
            self._solved = parts
            self.cp_high_mv = node_mv(high_mv, self.pilot.r1_ohm, *load, leak_ohm)
            self.cp_low_mv = node_mv(low_mv, self.pilot.r1_ohm, *load, leak_ohm)
            self._cp_load = (*load, leak_ohm)
            self._cp_state = log.state(self.cp_high_mv)
        return linked
