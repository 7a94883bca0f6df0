"""Ring 0: every 10 ms, sample the board, decide, drive the pilot and the contactor.

Never allocates, waits, touches flash, imports or stores a reference; all that crosses its
border are small integers in preallocated arrays (handover.py). It alone moves the contactor.
"""

from array import array

from micropython import const

from . import duty as _duty
from . import faults as _faults
from . import handover, levels, proximity, reasons, signals
from .limits import Limits
from .sequence import Sequence

TICK_MS = const(10)
SILENT_MS = const(30_000)  # ring 1 must hand something down more often than this

_STEADY = const(2)  # equal samples before a change counts: a glitch under 10 ms is seen once
_PROXIMITY_STEADY = const(3)
_SETTLE_MS = const(30)  # samples this soon after the pilot changed its form may be mixed
_MOVE_MS = const(200)  # the contactor and its auxiliary contact have moved by then
_LOW_MV = const(-10_000)  # IEC 61851-1 table A.2: the diode leaves -12 V +- 5 % on the low plateau
_LONG_MS = const(600_000)
_MEASURED = const(9)  # ticks without news: the voltages are handed up every 100 ms


class Guard:
    """The guard of one outlet. `hal` is ring 0's part of a HAL (see hal/__init__.py).

    `cable_ma` is the rating of a fixed cable in mA, or 0 for a socket with a proximity pilot.
    `max_ma` and `has_d` are the profile's. Wire `tick` to a 10 ms timer.
    """

    def __init__(self, hal, cable_ma=0, max_ma=_duty.MAX_MA_IEC, has_d=True):
        self._hal = hal
        self._fixed_ma = cable_ma
        self._max_ma = max_ma
        self._has_d = has_d
        self.handover = handover.HandOver()
        self._inputs = array("i", [0] * signals.N_INPUTS)
        self._down = array("i", [0] * handover.N_DOWN)
        self._limits = Limits(self._down)
        self._sequence = Sequence()
        self._state = levels.A
        self._candidate = levels.A
        self._seen = 0
        self._cable_ma = cable_ma
        self._cable_candidate = cable_ma
        self._cable_seen = 0
        self._faults = 0
        self._low_seen = 0
        self._pe_seen = 0
        self._stop_seen = 0
        self._healthy_ms = 0
        self._silent_ms = 0
        self._clear = 0
        self._why_not = 0
        self._duty = _duty.X1  # of the limit `_duty_of_ma`: worked out when that changes
        self._duty_of_ma = 0
        self._unpublished = 0

    def tick(self, _timer=None):
        """One step. Whatever happens in it, the contactor is open afterwards or rightly closed."""
        try:
            self._step()
        except Exception:  # the one broad except: an uncaught one would end a hard timer for good
            self._hal.drive(_duty.F, 0)
            self._faults |= _faults.GUARD
            self._sequence.trip()
            self._publish(0)

    def _step(self):
        hal = self._hal
        dt_ms = hal.sample(self._inputs)
        fresh = dt_ms >= 0
        if not fresh:
            self._faults |= _faults.SAMPLE
            dt_ms = TICK_MS
        taken = self._take(dt_ms)
        if fresh:
            self._pilot()
            self._proximity()
            self._board()
        if self._faults & _faults.HEALS_ITSELF:
            self._heal(dt_ms, fresh)

        sequence = self._sequence
        limit_ma = self._limits.with_cable(self._cable_ma)
        why_not = self._conditions(limit_ma)
        wanted = _duty.X1
        if not why_not:
            if limit_ma != self._duty_of_ma:
                self._duty_of_ma = limit_ma
                self._duty = _duty.duty_for(limit_ma, self._max_ma)
            wanted = self._duty
        faults = self._faults
        sequence.step(dt_ms, self._state, wanted, faults, faults & _faults.STATE_F)
        hal.drive(sequence.duty, sequence.closed)
        # A silent ring 1 costs the watchdog, but only once the contactor is open without haste.
        if self._silent_ms < SILENT_MS or sequence.closed:
            hal.feed()
        if not sequence.closed:
            if self._state != levels.A and not sequence.ready():
                why_not |= reasons.NOT_READY
            if not sequence.rested():
                why_not |= reasons.REST
        self._why_not = why_not
        # What a tick may take is a millisecond: one that has taken a slot leaves publishing to the
        # next one, once.
        if taken and self._unpublished <= _MEASURED:
            self._unpublished = _MEASURED + 1
        else:
            self._publish(limit_ma)

    def _take(self, dt_ms):
        """Take what ring 1 has handed down, if it is new, else let time pass; whether it was."""
        down = self._down
        taken = self.handover.take(down)
        if taken:
            self._silent_ms = 0
            self._limits.renew()
            if down[handover.DOWN_CLEAR] != self._clear:
                self._clear = down[handover.DOWN_CLEAR]
                self._faults = 0
        else:
            if self._silent_ms < _LONG_MS:
                self._silent_ms += dt_ms
            self._limits.step(dt_ms)
        return taken

    def _pilot(self):
        """Voltage to state, with what the plateaus tell of diode, short and generator."""
        if self._sequence.duty == _duty.F:
            self._state = self._candidate = levels.F  # our own -12 V hides the vehicle
            return
        inputs = self._inputs
        state = levels.state_for(inputs[signals.CP_HIGH_MV], self._state, self._has_d)
        if state != self._candidate:
            self._candidate = state
            self._seen = 1
        elif self._seen < _STEADY:
            self._seen += 1
        if self._seen >= _STEADY and state != self._state:
            if state == levels.A:
                self._faults &= ~_faults.ENDS_UNPLUGGED
            self._state = state
        settled = self._sequence.settled_ms >= _SETTLE_MS
        if self._state == levels.E:
            self._faults |= _faults.CP_SHORT
        elif self._state == levels.INVALID or (self._state == levels.F and settled):
            self._faults |= _faults.CP_INVALID
        # IEC 61851-1 A.2.2: with the oscillator on, the diode keeps the low plateau at -12 V.
        if settled and self._sequence.duty != _duty.X1 and inputs[signals.CP_LOW_MV] > _LOW_MV:
            self._low_seen += 1
            if self._low_seen >= _STEADY:
                vehicle = levels.B <= self._state <= levels.D
                self._faults |= _faults.DIODE if vehicle else _faults.CP_INVALID
        else:
            self._low_seen = 0

    def _proximity(self):
        if self._fixed_ma:
            return
        rating = proximity.rating_for(self._inputs[signals.PP_OHM])
        if rating != self._cable_candidate:
            self._cable_candidate = rating
            self._cable_seen = 1
        elif self._cable_seen < _PROXIMITY_STEADY:
            self._cable_seen += 1
        if self._cable_seen < _PROXIMITY_STEADY:
            return
        usable_ma = max(rating, 0)
        if self._sequence.closed:
            # Annex B: a rating that falls under power is a fault; one that rises is not believed.
            if usable_ma < self._cable_ma:
                self._faults |= _faults.PROXIMITY
            return
        self._cable_ma = usable_ma

    def _board(self):
        inputs = self._inputs
        if inputs[signals.RCD] == 1:  # the hardware has opened already; this latches and reports
            self._faults |= _faults.RCD
        self._pe_seen = self._pe_seen + 1 if inputs[signals.PE] == 0 else 0
        if self._pe_seen >= _STEADY:
            self._faults |= _faults.PE
        self._stop_seen = self._stop_seen + 1 if inputs[signals.STOP] == 1 else 0
        if self._stop_seen >= _STEADY:
            self._faults |= _faults.STOP
        sequence = self._sequence
        feedback = inputs[signals.FEEDBACK]
        if feedback != signals.NOT_FITTED and sequence.switched_ms >= _MOVE_MS:
            if feedback == 1 and not sequence.closed:
                self._faults |= _faults.WELD
            elif feedback == 0 and sequence.closed:
                self._faults |= _faults.STUCK_OPEN

    def _heal(self, dt_ms, fresh):
        """Faults that clear themselves go when none of their causes has been seen for HEAL_MS."""
        if not fresh or self._pe_seen or self._low_seen or self._candidate > levels.D:
            self._healthy_ms = 0
            return
        self._healthy_ms += dt_ms
        if self._healthy_ms >= _faults.HEAL_MS:
            self._healthy_ms = 0
            self._faults &= ~_faults.HEALS_ITSELF

    def _conditions(self, limit_ma):
        """The conditions for offering current that are not met, as bits of reasons.py."""
        flags = self._down[handover.DOWN_FLAGS]
        why_not = 0
        if self._state == levels.A:
            why_not |= reasons.NO_VEHICLE
        elif self._state == levels.D:
            why_not |= reasons.VENTILATION
        if not flags & handover.FLAG_AUTHORISED:
            why_not |= reasons.NOT_AUTHORISED
        if not flags & handover.FLAG_RUN:
            why_not |= reasons.PAUSED
        if not flags & handover.FLAG_RECORDED:
            why_not |= reasons.NOT_RECORDED
        if not self._cable_ma:
            why_not |= reasons.NO_CABLE
        if limit_ma < _duty.MIN_MA:
            why_not |= reasons.LIMIT
        if self._faults:
            why_not |= reasons.FAULT
        if self._silent_ms >= SILENT_MS:
            why_not |= reasons.SILENT
        return why_not

    def _publish(self, limit_ma):
        """Hand up what was decided and wake ring 1 when it is news; what is measured comes along
        then, and every tenth time.
        """
        shared = self.handover
        up = shared.up
        sequence = self._sequence
        inputs = self._inputs
        state = self._state
        duty = sequence.duty
        closed = sequence.closed
        faults = self._faults
        why_not = self._why_not
        flags = self._down[handover.DOWN_FLAGS]
        news = (
            up[handover.UP_STATE] != state
            or up[handover.UP_DUTY] != duty
            or up[handover.UP_CLOSED] != closed
            or up[handover.UP_FAULTS] != faults
            or up[handover.UP_WHY_NOT] != why_not
            or up[handover.UP_LIMIT_MA] != limit_ma
            or up[handover.UP_FLAGS] != flags
        )
        if news:
            self._hal.wake()
        elif self._unpublished < _MEASURED:
            self._unpublished += 1
            return
        self._unpublished = 0
        shared.begin()
        up[handover.UP_STATE] = state
        up[handover.UP_DUTY] = duty
        up[handover.UP_CLOSED] = closed
        up[handover.UP_FEEDBACK] = inputs[signals.FEEDBACK]
        up[handover.UP_CP_HIGH_MV] = inputs[signals.CP_HIGH_MV]
        up[handover.UP_CP_LOW_MV] = inputs[signals.CP_LOW_MV]
        up[handover.UP_PP_OHM] = inputs[signals.PP_OHM]
        up[handover.UP_CABLE_MA] = self._cable_ma
        up[handover.UP_LIMIT_MA] = limit_ma
        up[handover.UP_BINDING] = self._limits.binding_with(self._cable_ma)
        up[handover.UP_FAULTS] = faults
        up[handover.UP_WHY_NOT] = why_not
        up[handover.UP_OPENED] = sequence.opened
        up[handover.UP_CLOSINGS] = sequence.closings
        up[handover.UP_FLAGS] = flags
        shared.end()
