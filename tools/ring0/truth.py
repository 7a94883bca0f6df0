"""What is really so around a guard, for judges: the plant's log, and what ring 1 has said."""

from array import array
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import Protocol

from pilotwire.pilot import duty as _duty
from pilotwire.pilot import handover
from pilotwire.pilot.settings import Settings
from plant import Change, SimpleCar, World
from plant.log import NAMES

from .guarded import Ring1

GLITCH_US = 10_000  # what is over sooner changes nothing
_AGAIN_US = 20_000  # unless it comes again so soon
TAKEN_US = 120_000  # what ring 1 says is taken within 60 ms, judged then; so is a lease's end
_FRESH_US = 10_000_000  # older readings protect nobody
_SESSION_US = 450_000  # nobody changes vehicles in less: a round of ring 0's chores
_FOLLOW_US = 5_300_000  # sequence 6, and the time until ring 0 looks

_READ = slice(handover.DOWN_CURRENT_MA, handover.DOWN_TEMPERATURE_DC)
_LONG_AGO_US = -(1 << 62)

_PP = NAMES.index("pp")
_PE = NAMES.index("pe")
_RCD = NAMES.index("rcd")
_LOCK = NAMES.index("lock")
_STOP = NAMES.index("stop")
_COVER = NAMES.index("cover")

# IEC 61851-1 table B.2: the largest resistor of a rating; between two windows the lower one holds.
_CABLES_OHM = ((80, 0), (141, 63_000), (309, 32_000), (937, 20_000), (2_461, 13_000))


def cable_ma(ohm: int) -> int:
    """The rating of a cable whose PP resistor has `ohm`, 0 where none may be used."""
    return next((ma for below, ma in _CABLES_OHM if ohm < below), 0)


class Said:
    """What ring 1 has handed down: the last slot (`said`) and its instant (`said_us`).

    `read_us` is the instant of the last reading; `bad_us` that of the last one that showed a
    voltage out of range (None: none did), of the phases and limits of `settings`.
    """

    def __init__(self, settings: Settings):
        self._settings = settings
        self.said = array("i", [0] * handover.N_DOWN)
        self.said_us: int | None = None
        self.read_us: int | None = None
        self.bad_us: int | None = None
        self.bad = False
        self.cleared_us: int | None = None

    def take(self, said: array, now_us: int) -> None:
        """`said` is handed down now; it is kept."""
        if said[handover.DOWN_CLEAR] != self.said[handover.DOWN_CLEAR]:
            self.cleared_us = now_us
        if said[handover.DOWN_READING] != self.said[handover.DOWN_READING]:
            self.read_us = now_us
            at = handover.DOWN_VOLTAGE_MV
            volts = said[at : at + self._settings.phases]
            self.bad = not all(
                self._settings.under_mv <= mv <= self._settings.over_mv for mv in volts
            )
            if self.bad:
                self.bad_us = now_us
        self.said = said
        self.said_us = now_us


class Speaker(Ring1):
    """A ring 1 whose slots are kept in `kept`."""

    def __init__(self, limit_ma: int, kept: Said):
        super().__init__(limit_ma)
        self._kept = kept

    def slot(self, world: World) -> array:
        said = super().slot(world)
        if not self.readings:  # the last one stands
            said[_READ] = self._kept.said[_READ]
        self._kept.take(said, world.now_us)
        return said


class Driver(Protocol):
    """What ring 0 drives now, the other outputs as bits, and what it told last (`up`, N_UP)."""

    @property
    def duty(self) -> int: ...

    @property
    def closed(self) -> int: ...

    @property
    def outputs(self) -> int: ...

    @property
    def up(self) -> array: ...


class Outlet(Protocol):
    """What is judged: ring 0 in a world. `watchers` are called after its ticks."""

    watchers: list[Callable[[], object]]

    @property
    def world(self) -> World: ...

    @property
    def guard(self) -> Driver: ...


def _faults_of(guard: Driver) -> int:
    """As they are now, for a guard in this interpreter; else as told, up to 30 ms later."""
    here = getattr(guard, "guard", None)
    return here._faults if here else guard.up[handover.UP_FAULTS]


class Truth:
    """The facts at this instant; `look` takes in what ring 0 has just decided.

    `closed`, `duty`, `faults` and `outputs` are ring 0's, as they act; `was_...` those of the
    tick before. `closed_us`, `opened_us`, `duty_us` are their last changes, None before one.
    """

    def __init__(self, outlet: Outlet, settings: Settings, said: Said):
        self.outlet = outlet
        self.world = world = outlet.world
        self.settings = settings
        self.ring1 = said
        self.iec = settings.profile.windows[-6][0] == 1_001
        self.closed = self.was_closed = False
        self.duty = self.was_duty = _duty.X1
        self.faults = self.was_faults = 0
        self.outputs = self.was_outputs = outlet.guard.outputs
        self.trial = self.was_trial = 0  # which of pilot/service.py's tests runs
        self.closed_us: int | None = None
        self.opened_us: int | None = None
        self.duty_us = self.steady_us = world.now_us  # the last change; that of its form
        self.held_ms = 0.0  # how long `was_duty` was driven
        self.closed_ma = 0  # the cable's rating when it was closed, 0 if that was in doubt
        self.tested = False  # the residual-current device, in this session
        self.parted_us: int | None = _LONG_AGO_US  # since when none conducts; None: one does
        self._was_b = False  # a leak makes a car without S2 look like one that has it
        self._rcd_rose = False
        self._seen_plugged = not world.plugged
        self._offers = deque([(world.now_us, 0)])
        self._a_since_us = world.now_us if world.log.values["cp"] == "A" else None
        self._limits = deque([(_LONG_AGO_US, 0)])

    def note(self, change: Change) -> None:
        """Follow the plant's log."""
        if change.name == "contacts":
            self.parted_us = None if change.value else change.us
        elif change.name == "rcd":
            if not change.value and self._rcd_rose and not self.closed:
                self.tested = True
            self._rcd_rose = change.value
        elif change.name == "cp":
            self._a_since_us = change.us if change.value == "A" else None
            self._was_b = change.value == "B" or (self._was_b and change.value != "A")

    def look(self) -> None:
        guard = self.outlet.guard
        now_us = self.world.now_us
        self.was_closed, self.closed = self.closed, bool(guard.closed)
        self.was_duty, self.duty = self.duty, guard.duty
        self.was_faults, self.faults = self.faults, _faults_of(guard)
        self.was_outputs, self.outputs = self.outputs, guard.outputs
        service = getattr(self.outlet, "service", None)
        self.was_trial, self.trial = self.trial, service.asked[0] if service else 0
        if self.closed and not self.was_closed:
            self.closed_us = now_us
            settled = now_us - self.world.log.changed_us["pp"] >= 50_000
            self.closed_ma = self.cable_ma if settled else 0
        elif self.was_closed and not self.closed:
            self.opened_us = now_us
        self.held_ms = 0.0
        if self.duty != self.was_duty:
            self.held_ms = (now_us - self.duty_us) / 1_000
            self.duty_us = now_us
            if not (self.oscillates and 0 < self.was_duty < _duty.X1):
                self.steady_us = now_us
            self._offers.append((now_us, self.offered_ma))
            while len(self._offers) > 2 and now_us - self._offers[1][0] > _FOLLOW_US:
                self._offers.popleft()
        if self._a_since_us is not None and now_us - self._a_since_us >= _SESSION_US:
            self._seen_plugged = True
            self.tested = False
        limit_ma = self.limit_ma
        if limit_ma != self._limits[-1][1]:
            self._limits.append((now_us, limit_ma))
        while len(self._limits) > 1 and now_us - self._limits[1][0] >= TAKEN_US:
            self._limits.popleft()

    @property
    def granted_ma(self) -> int:
        """The largest limit of those that ring 0 may still believe to be in force."""
        return max(ma for _, ma in self._limits)

    # The pilot.

    @property
    def oscillates(self) -> bool:
        return 0 < self.duty < _duty.X1

    @property
    def settled(self) -> bool:
        """The pilot has had its form for long enough that no sample is mixed."""
        return self.world.now_us - self.steady_us >= 30_000

    @property
    def offered_ma(self) -> int:
        return _duty.current_for(self.duty) if self.oscillates else 0

    @property
    def asks(self) -> bool:
        """The vehicle asks for energy: table A.4, with the bands in which a state is kept."""
        return (1_001 if self.iec else 4_001) <= self.world.cp_high_mv <= 8_000

    @property
    def wants_air(self) -> bool:
        return self.iec and 2_000 <= self.world.cp_high_mv <= 4_000

    @property
    def diode_seen(self) -> bool:
        """A sound low plateau, or none to be seen."""
        return not self.oscillates or not self.settled or self.world.cp_low_mv <= -10_000

    @property
    def generator_sound(self) -> bool:
        pilot = self.world.pilot
        if not self.settled:
            return True
        if self.duty == _duty.F:
            return self.world.cp_high_mv <= -10_000
        if self.duty == _duty.X1:
            return self.world.cp_low_mv >= -10_000 or self.world.cp_high_mv <= 0
        if not self.oscillates:
            return True
        return abs(pilot.pin_duty - self.duty) <= 150 and self.world.cp_low_mv >= -13_000

    # The board's contacts.

    @property
    def pe(self) -> bool:
        return self.world.seen[_PE]

    @property
    def rcd(self) -> bool:
        return self.world.seen[_RCD]

    @property
    def stop(self) -> bool:
        return self.world.seen[_STOP]

    @property
    def cover(self) -> bool:
        return self.world.seen[_COVER]

    @property
    def lock_holds(self) -> bool:
        """The bolt itself, not only its contact."""
        lock = self.world.lock
        return self.world.seen[_LOCK] and (lock.locked or not lock.commanded)

    @property
    def cable_ma(self) -> int:
        if self.settings.cable_ma:
            return self.settings.cable_ma
        return cable_ma(self.world.seen[_PP])

    @property
    def moved(self) -> bool:
        """The contactor has had the time to follow its command."""
        moved_us = self.closed_us if self.closed else self.opened_us
        return moved_us is None or self.world.now_us - moved_us >= 200_000

    @property
    def feedback(self) -> bool:
        return self.world.contactor.feedback

    @property
    def contacts(self) -> bool:
        return self.world.contactor.closed

    # What ring 1 has said.

    @property
    def permitted(self) -> bool:
        flags = self.ring1.said[handover.DOWN_FLAGS]
        every = handover.FLAG_AUTHORISED | handover.FLAG_RUN | handover.FLAG_RECORDED
        return flags & every == every

    @property
    def offers(self) -> bool:
        """Ring 1 would have current offered, or has a charge on record."""
        held = handover.FLAG_RUN | handover.FLAG_RECORDED
        return bool(self.ring1.said[handover.DOWN_FLAGS] & held)

    @property
    def just_cleared(self) -> bool:
        """An operator has cleared the faults, and ring 0 may have not told it yet."""
        cleared_us = self.ring1.cleared_us
        return cleared_us is not None and self.world.now_us - cleared_us <= TAKEN_US

    @property
    def silent_ms(self) -> float:
        said_us = self.ring1.said_us
        return 1e9 if said_us is None else (self.world.now_us - said_us) / 1_000

    @property
    def limit_ma(self) -> int:
        """The least of the leases, the cable's rating, and what a car without S2 may have."""
        said = self.ring1.said
        age_ms = self.silent_ms
        limit_ma = min(self.settings.profile.max_ma, self.cable_ma)
        if self.simple:
            limit_ma = min(limit_ma, self.settings.simplified_ma)
        for row in range(said[handover.DOWN_ROWS]):
            at = handover.DOWN_LEASES + row * handover.LEASE_WIDTH
            most_ma, ttl_ms, fallback_ma = said[at : at + handover.LEASE_WIDTH]
            limit_ma = min(limit_ma, most_ma if ttl_ms < 0 or age_ms < ttl_ms else fallback_ma)
        return limit_ma if said[handover.DOWN_ROWS] else 0

    @property
    def simple(self) -> bool:
        """A car without S2, which the wallbox has seen come."""
        if self._was_b or not self._seen_plugged or not self.world.plugged:
            return False
        return isinstance(self.world.car, SimpleCar)

    @property
    def fresh(self) -> bool:
        read_us = self.ring1.read_us
        return read_us is not None and self.world.now_us - read_us < _FRESH_US

    @property
    def mains_bad(self) -> bool:
        return self.ring1.bad and self.fresh

    @property
    def mains_served(self) -> bool:
        """In range for as long as the settings want it, but for two rounds of chores."""
        bad_us = self.ring1.bad_us
        if bad_us is None or not self.fresh:
            return True
        return self.world.now_us - bad_us >= (self.settings.mains_ms - 450) * 1_000

    @property
    def hot(self) -> bool:
        """Beyond a trip, or a sensor that is open or shorted."""
        dc = self.ring1.said[handover.DOWN_TEMPERATURE_DC]
        pm = self.ring1.said[handover.DOWN_HUMIDITY_PM]
        if min(dc, pm) < handover.UNKNOWN:
            return True
        return dc >= self.settings.trip_dc or pm >= self.settings.humidity_pm

    @property
    def current_ma(self) -> float:
        return max(self.world.current_ma())

    @property
    def overcurrent(self) -> bool:
        """More than 2 A or 10 % above what has been offered in the last 5 s: A.3.10.9."""
        if not self.oscillates or not self.closed or self.current_ma <= self.offered_ma + 2_000:
            return False
        read_us = self.ring1.read_us
        if read_us is None or self.world.now_us - read_us > 1_200_000:
            return False  # ring 0 sees no more than it is told
        now_us = self.world.now_us
        borne_ma = self.offered_ma
        for (_, ma), (end_us, _) in pairwise(self._offers):
            if now_us - end_us <= _FOLLOW_US:
                borne_ma = max(borne_ma, ma)
        return self.current_ma > max(borne_ma + 2_000, borne_ma * 1.1)


class Spell:
    """For how long something is so: `since_us` (None: it is not), and when it last was."""

    def __init__(self) -> None:
        self.since_us: int | None = None
        self._ended_us = self._counted_us = self._lasted_us = _LONG_AGO_US

    def note(self, now_us: int, so: bool) -> None:
        if so:
            if self.since_us is None:
                self.since_us = now_us
                if now_us - self._ended_us < _AGAIN_US:
                    self._counted_us = now_us  # not one glitch but several
        elif self.since_us is not None:
            if now_us - self.since_us >= GLITCH_US:
                self._counted_us = self._lasted_us = now_us
            self.since_us = None
            self._ended_us = now_us

    def ms(self, now_us: int) -> float:
        """For how long it has been so, 0 if it is not."""
        return 0.0 if self.since_us is None else (now_us - self.since_us) / 1_000

    def lasted_within(self, now_us: int, ms: float) -> bool:
        """Whether it has been so in the last `ms` for long enough that no sample can miss it."""
        lasts = self.since_us is not None and now_us - self.since_us >= GLITCH_US
        return lasts or now_us - self._lasted_us <= ms * 1_000

    def within(self, now_us: int, ms: float, at_once: bool = False) -> bool:
        """Whether it has been more than a glitch in the last `ms`."""
        if self.since_us is not None and (at_once or now_us - self.since_us >= GLITCH_US):
            return True
        ended_us = self._ended_us if at_once else self._counted_us
        return now_us - ended_us <= ms * 1_000
