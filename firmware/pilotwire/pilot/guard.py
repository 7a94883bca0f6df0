"""Ring 0: every 10 ms, sample the board, decide, drive the pilot and the contactor.

Never allocates, waits, touches flash, imports or stores a reference; all that crosses its
border are small integers in preallocated arrays (handover.py). It alone moves the contactor.
"""

from array import array

from micropython import const

from . import duty as _duty
from . import faults as _faults
from . import handover, levels, reasons, signals
from .cable import Cable
from .contacts import contact_faults
from .limits import Limits
from .sequence import Sequence
from .vehicle import Vehicle

TICK_MS = const(10)
SILENT_MS = const(30_000)  # ring 1 must hand something down more often than this

_SETTLE_MS = const(30)  # samples this soon after the pilot changed its form may be mixed
_MOVE_MS = const(200)  # the contactor and its auxiliary contact have moved by then
_LONG_MS = const(600_000)
_MEASURED = const(5)  # every fifth telling, 100 ms, comes without news: for what is measured
_PERMITTED = handover.FLAG_AUTHORISED | handover.FLAG_RUN | handover.FLAG_RECORDED


def _bind(thing, *names):
    """Found in an instance itself, a method costs 8 us; found in its class 15 (RP2040)."""
    for name in names:
        setattr(thing, name, getattr(thing, name))


class Guard:
    """The guard of one outlet. `hal` is ring 0's part of a HAL (see hal/__init__.py).

    `cable_ma` is the rating of a fixed cable in mA, or 0 for a socket with a proximity pilot.
    `max_ma` and `has_d` are the profile's. Wire `tick` to a 10 ms timer.
    """

    def __init__(self, hal, cable_ma=0, max_ma=_duty.MAX_MA_IEC, has_d=True):
        self._hal = hal
        self._max_ma = max_ma
        self.handover = handover.HandOver()
        self._inputs = array("i", [0] * signals.N_INPUTS)
        self._down = array("i", [0] * handover.N_DOWN)
        self._decided = array("i", [0] * handover.N_DECIDED)
        self._told = array("i", self._decided)
        self._limits = Limits(self._down)
        self._sequence = Sequence()
        self._vehicle = Vehicle(has_d)
        self._cable = Cable(cable_ma)
        self._faults = 0
        self._seen = 0  # bits of the faults that the last sample showed
        self._healthy_ms = 0
        self._silent_ms = 0
        self._heard_ms = 0  # since ring 0 last listened
        self._listens = False
        self._clear = 0
        self._limit_ma = 0  # in force
        self._duty = _duty.X1  # of that limit
        self._wanted = _duty.X1
        self._why_not = 0
        self._tellings = 0
        _bind(self, "_step", "_look", "_listen", "_judge", "_tell")
        _bind(self._vehicle, "look")
        _bind(self._cable, "look")
        _bind(self._sequence, "step")

    def tick(self, _timer=None):
        """One step. Whatever happens in it, the contactor is open afterwards or rightly closed."""
        try:
            self._step()
        except Exception:  # the one broad except: an uncaught one would end a hard timer for good
            self._hal.drive(_duty.F, 0)
            self._faults |= _faults.GUARD
            self._sequence.trip()
            self._tell()

    def _step(self):
        hal = self._hal
        sequence = self._sequence
        dt_ms = hal.sample(self._inputs)
        if dt_ms < 0:
            dt_ms = TICK_MS
            seen = _faults.SAMPLE
        else:
            seen = self._look()
        # A cause must show twice, since a glitch under 10 ms shows once; but for some.
        faults = self._faults | seen & (self._seen | _faults.AT_ONCE)
        self._seen = seen
        if faults & _faults.HEALS_ITSELF:
            faults = self._heal(dt_ms, faults, seen)
        self._faults = faults
        # Listening and telling take turns: a tick may take a millisecond. Opening needs neither.
        self._heard_ms += dt_ms
        listens = self._listens = not self._listens
        if listens:
            self._listen()
            self._judge()
        sequence.step(dt_ms, self._vehicle.state, self._wanted, self._faults)
        hal.drive(sequence.duty, sequence.closed)
        # A silent ring 1 costs the watchdog, but only once the contactor is open without haste.
        if sequence.closed or self._silent_ms < SILENT_MS:
            hal.feed()
        if not listens:
            self._tell()

    def _look(self):
        """Bits of the faults that the inputs show."""
        inputs = self._inputs
        sequence = self._sequence
        vehicle = self._vehicle
        closed = sequence.closed
        was_a = vehicle.state == levels.A
        seen = vehicle.look(inputs, sequence.duty, sequence.settled_ms >= _SETTLE_MS)
        if not was_a and vehicle.state == levels.A:
            self._faults &= ~_faults.ENDS_UNPLUGGED
        seen |= contact_faults(inputs, closed, sequence.switched_ms >= _MOVE_MS)
        cable = self._cable
        if not cable.fixed:
            # Both contacts of a plug that is pulled out part: this is no fault of the cable.
            seen |= cable.look(inputs[signals.PP_OHM], closed and vehicle.state != levels.A)
        return seen

    def _heal(self, dt_ms, faults, seen):
        """Faults that clear themselves go when none of their causes has been seen for HEAL_MS."""
        if seen & _faults.HEALS_ITSELF:
            self._healthy_ms = 0
            return faults
        self._healthy_ms += dt_ms
        if self._healthy_ms < _faults.HEAL_MS:
            return faults
        self._healthy_ms = 0
        return faults & ~_faults.HEALS_ITSELF

    def _listen(self):
        """Take what ring 1 has handed down, if it is new, else let the leases' time pass."""
        down = self._down
        dt_ms = self._heard_ms
        self._heard_ms = 0
        if self.handover.take(down):
            self._silent_ms = 0
            self._limits.renew()
            if down[handover.DOWN_CLEAR] != self._clear:
                self._clear = down[handover.DOWN_CLEAR]
                self._faults = 0
        else:
            if self._silent_ms < _LONG_MS:
                self._silent_ms += dt_ms
            self._limits.step(dt_ms)

    def _judge(self):
        """What may be offered, and the conditions that are not met, as bits of reasons.py."""
        why_not = 0
        state = self._vehicle.state
        if state == levels.A:
            why_not = reasons.NO_VEHICLE
        elif state == levels.D:
            why_not = reasons.VENTILATION
        flags = self._down[handover.DOWN_FLAGS]
        if flags & _PERMITTED != _PERMITTED:
            if not flags & handover.FLAG_AUTHORISED:
                why_not |= reasons.NOT_AUTHORISED
            if not flags & handover.FLAG_RUN:
                why_not |= reasons.PAUSED
            if not flags & handover.FLAG_RECORDED:
                why_not |= reasons.NOT_RECORDED
        limit_ma = self._limits.limit_ma
        cable_ma = self._cable.ma
        if not cable_ma:
            why_not |= reasons.NO_CABLE
        elif cable_ma < limit_ma:
            limit_ma = cable_ma
        if limit_ma < _duty.MIN_MA:
            why_not |= reasons.LIMIT
        if self._faults:
            why_not |= reasons.FAULT
        if self._silent_ms >= SILENT_MS:
            why_not |= reasons.SILENT
        if limit_ma != self._limit_ma:
            self._limit_ma = limit_ma
            self._duty = _duty.duty_for(limit_ma, self._max_ma)
        self._wanted = _duty.X1 if why_not else self._duty
        self._why_not = why_not

    def _tell(self):
        """Hand up what was decided and wake ring 1 when it is news; what was measured comes along
        then, and every now and then.
        """
        sequence = self._sequence
        state = self._vehicle.state
        why_not = self._why_not
        if not sequence.closed:
            if state != levels.A and not sequence.ready():
                why_not |= reasons.NOT_READY
            if not sequence.rested():
                why_not |= reasons.REST
        decided = self._decided
        decided[handover.UP_STATE - 1] = state
        decided[handover.UP_DUTY - 1] = sequence.duty
        decided[handover.UP_CLOSED - 1] = sequence.closed
        decided[handover.UP_FAULTS - 1] = self._faults
        decided[handover.UP_WHY_NOT - 1] = why_not
        decided[handover.UP_LIMIT_MA - 1] = self._limit_ma
        decided[handover.UP_BINDING - 1] = self._limits.binding_with(self._cable.ma)
        decided[handover.UP_FLAGS - 1] = self._down[handover.DOWN_FLAGS]
        decided[handover.UP_CABLE_MA - 1] = self._cable.ma
        decided[handover.UP_OPENED - 1] = sequence.opened
        decided[handover.UP_CLOSINGS - 1] = sequence.closings
        self._tellings += 1
        if decided != self._told:
            self._told[handover.ALL] = decided
            self._hal.wake()
        elif self._tellings < _MEASURED:
            return
        self._tellings = 0
        self.handover.tell(decided, self._inputs)
