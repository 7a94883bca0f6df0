"""Ring 0: every 10 ms, sample the board, decide, drive the pilot and the contactor.

Never allocates, waits, touches flash, imports or stores a reference; all that crosses its
border are small integers in preallocated arrays (handover.py). It alone moves the contactor.

A tick may take a millisecond, so what need not be done every time takes turns: one tick listens
to ring 1 or does a chore, the next judges, the third tells. Opening waits for none of them.
"""

from array import array

from micropython import const

from . import duty as _duty
from . import faults as _faults
from . import handover, levels, reasons, signals
from .cable import Cable
from .care import Care
from .climate import Climate
from .contacts import contact_faults
from .limits import Limits
from .lock import Lock
from .phases import Phases
from .selftest import SelfTest
from .sequence import Sequence
from .settings import Settings
from .supply import Supply
from .vehicle import Vehicle
from .wake import Wake

TICK_MS = const(10)
SILENT_MS = const(30_000)  # ring 1 must hand something down more often than this

_SETTLE_MS = const(30)  # samples this soon after the pilot changed its form may be mixed
_MOVE_MS = const(200)  # the contactor and its auxiliary contact have moved by then
_LONG_MS = const(600_000)
_MEASURED = const(3)  # every third telling, 90 ms, comes without news: for what is measured
_LISTEN = const(0)  # what a tick does beside its duties
_JUDGE = const(1)
_TELL = const(2)
_PERMITTED = handover.FLAG_AUTHORISED | handover.FLAG_RUN | handover.FLAG_RECORDED
_AT = const(1)  # UP_STATE: a decision's place in `_decided` is its place in the up array less this


def _bind(thing, *names):
    """Found in an instance itself, a method costs 8 us; found in its class 15 (RP2040)."""
    for name in names:
        setattr(thing, name, getattr(thing, name))


class Guard:
    """The guard of one outlet. `hal` is ring 0's part of a HAL (see hal/__init__.py).

    Wire `tick` to a 10 ms timer.
    """

    def __init__(self, hal, settings=None):
        settings = settings or Settings()
        self._hal = hal
        self._settings = settings
        self._max_ma = settings.profile.max_ma
        self.handover = handover.HandOver()
        self._inputs = array("i", [0] * signals.N_INPUTS)
        self._down = down = array("i", [0] * handover.N_DOWN)
        self._decided = array("i", [0] * handover.N_DECIDED)
        self._told = array("i", self._decided)
        self._limits = Limits(down)
        self._sequence = Sequence(settings.restart_ms, settings.ventilated)
        self._vehicle = Vehicle(settings.profile.windows)
        self._cable = Cable(settings.cable_ma)
        self._care = Care()
        self._supply = Supply(down, settings)
        self._climate = Climate(down, settings)
        self._lock = Lock(settings.lock)
        self._test = SelfTest(settings.rcd_test)
        self._phases = Phases(settings)
        self._wake = Wake(settings.wake)
        self._outputs = array("i", [0] * signals.N_OUTPUTS)
        self._faults = 0
        self._seen = 0  # bits of the faults that the last sample showed
        self._slow = 0  # and the last round of chores
        self._held = self._supply.why_not | self._test.why_not  # conditions not met, as it saw
        self._healthy_ms = 0
        self._heals = 0  # of this vehicle's session
        self._silent_ms = 0
        self._heard_ms = 0  # since ring 0 last listened
        self._turn = _LISTEN
        self._took = False
        self._clear = 0
        self._limit_ma = 0  # in force
        self._duty = _duty.X1  # of that limit
        self._wanted = _duty.X1
        self._why_not = 0
        self._tellings = 0
        self._chore = 0
        self._round_ms = 0  # of this round of chores, so far
        self._dt_ms = 0  # of the last one
        _bind(self, "_step", "_look", "_listen", "_judge", "_tell")
        _bind(self, "_watch_current", "_watch_voltage", "_watch_lock")
        _bind(self, "_run_test", "_switch", "_gather", "_report")
        _bind(self._vehicle, "look")
        _bind(self._cable, "look")
        _bind(self._sequence, "step")
        self._chores = (
            self._watch_current,
            self._watch_voltage,
            self._watch_lock,
            self._run_test,
            self._switch,
            self._gather,
            self._report,
        )

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
            seen = _faults.SAMPLE | self._slow
        else:
            seen = self._look(dt_ms) | self._slow
        # A cause must show twice, since a glitch under 10 ms shows once; but for some.
        faults = self._faults | seen & (self._seen | _faults.AT_ONCE)
        self._seen = seen
        if faults & _faults.HEALS_ITSELF:
            faults = self._heal(dt_ms, faults, seen)
        self._faults = faults
        self._heard_ms += dt_ms
        turn = self._turn
        self._turn = turn + 1 if turn < _TELL else _LISTEN
        if turn == _LISTEN:
            self._listen()
        elif turn == _JUDGE:
            self._judge()
        sequence.step(dt_ms, self._vehicle.state, self._wanted, self._faults)
        hal.drive(sequence.duty, sequence.closed)
        # A silent ring 1 costs the watchdog, but only once the contactor is open without haste.
        if sequence.closed or self._silent_ms < SILENT_MS:
            hal.feed()
        if turn == _TELL:
            self._tell()

    # Every tick.

    def _look(self, dt_ms):
        """Bits of the faults that the inputs show."""
        inputs = self._inputs
        sequence = self._sequence
        vehicle = self._vehicle
        closed = sequence.closed
        was_a = vehicle.state == levels.A
        seen = vehicle.look(inputs, dt_ms, sequence.duty, sequence.settled_ms >= _SETTLE_MS)
        is_a = vehicle.state == levels.A
        if is_a and not was_a:
            self._faults &= ~_faults.ENDS_UNPLUGGED
            self._heals = 0
            self._test.attended()
        moved_ms = sequence.switched_ms
        moved = moved_ms >= _MOVE_MS
        seen |= contact_faults(inputs, closed, moved)
        if not moved:
            self._care.watch(closed, inputs[signals.FEEDBACK], moved_ms, self._supply.drawing)
        if self._test.running:
            seen &= ~_faults.RCD
        cable = self._cable
        if not cable.fixed:
            # Both contacts of a plug that is pulled out part: this is no fault of the cable.
            seen |= cable.look(inputs[signals.PP_OHM], closed and not is_a)
        return seen

    def _heal(self, dt_ms, faults, seen):
        """Faults that clear themselves go when none of their causes has been seen for HEAL_MS."""
        if seen & _faults.HEALS_ITSELF or self._heals >= _faults.RETRIES:
            self._healthy_ms = 0
            return faults
        self._healthy_ms += dt_ms
        if self._healthy_ms < _faults.HEAL_MS:
            return faults
        self._healthy_ms = 0
        if self._vehicle.state != levels.A:
            self._heals += 1
        return faults & ~_faults.HEALS_ITSELF

    # In turn: listen, judge, tell.

    def _listen(self):
        """Take what ring 1 has handed down, if it is new, else let the leases' time pass."""
        down = self._down
        dt_ms = self._heard_ms
        self._heard_ms = 0
        self._round_ms += dt_ms
        # Reading the leases takes as long as a chore: they never share a tick, nor starve it.
        took = self._took = not self._took and self.handover.take(down)
        if took:
            self._silent_ms = 0
            self._limits.renew()
            if down[handover.DOWN_CLEAR] != self._clear:
                self._clear = down[handover.DOWN_CLEAR]
                self._faults = 0
                self._heals = 0
                self._test.attended()
        else:
            if self._silent_ms < _LONG_MS:
                self._silent_ms += dt_ms
            if not self._limits.step(dt_ms):
                self._chores[self._chore]()

    def _judge(self):
        """What may be offered, and the conditions that are not met, as bits of reasons.py."""
        vehicle = self._vehicle
        why_not = self._held
        state = vehicle.state
        if state == levels.A:
            why_not |= reasons.NO_VEHICLE
        elif state == levels.D and not self._settings.ventilated:
            why_not |= reasons.VENTILATION
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
        if vehicle.simplified and self._settings.simplified_ma < limit_ma:
            limit_ma = self._settings.simplified_ma
        if why_not & reasons.NOT_LOCKED:
            free_ma = self._settings.profile.lock_above_ma
            if free_ma and self._sequence.closed:
                limit_ma = min(limit_ma, free_ma)  # it may go on; a raise waits for the lock
            if limit_ma <= free_ma:
                why_not &= ~reasons.NOT_LOCKED
        if limit_ma < _duty.MIN_MA:
            why_not |= reasons.LIMIT
        if self._faults:
            why_not |= reasons.FAULT
        if self._silent_ms >= SILENT_MS:
            why_not |= reasons.SILENT
        if limit_ma != self._limit_ma:
            self._limit_ma = limit_ma
            self._duty = _duty.duty_for(limit_ma, self._max_ma)
        if not why_not:
            self._wanted = self._duty
        elif why_not == reasons.WAKING:
            self._wanted = self._wake.duty
        else:
            self._wanted = _duty.X1
        self._why_not = why_not

    def _tell(self):
        """Hand up what was decided and wake ring 1 when it is news, else every now and then."""
        sequence = self._sequence
        state = self._vehicle.state
        why_not = self._why_not
        if not sequence.closed:
            if state != levels.A and not sequence.ready():
                why_not |= reasons.NOT_READY
            if not sequence.rested():
                why_not |= reasons.REST
        decided = self._decided
        decided[handover.UP_STATE - _AT] = state
        decided[handover.UP_DUTY - _AT] = sequence.duty
        decided[handover.UP_CLOSED - _AT] = sequence.closed
        decided[handover.UP_FAULTS - _AT] = self._faults
        decided[handover.UP_WHY_NOT - _AT] = why_not
        decided[handover.UP_LIMIT_MA - _AT] = self._limit_ma
        decided[handover.UP_FLAGS - _AT] = self._down[handover.DOWN_FLAGS]
        decided[handover.UP_OPENED - _AT] = sequence.opened
        decided[handover.UP_CLOSINGS - _AT] = sequence.closings
        self._tellings += 1
        if decided != self._told:
            self._hal.wake()
        elif self._tellings < _MEASURED:
            return
        self._tellings = 0
        self._told[handover.ALL] = decided
        self.handover.tell(decided, self._inputs)

    def _binding(self):
        """What sets the limit in force."""
        limits = self._limits
        if self._limit_ma >= limits.limit_ma:
            return limits.binding
        if self._limit_ma == self._cable.ma:
            return handover.BINDING_CABLE
        return handover.BINDING_VEHICLE

    # Chores, one when it listens and nothing is new.

    def _watch_current(self):
        sequence = self._sequence
        self._supply.step(self._dt_ms, sequence.duty, sequence.closed)
        self._chore = 1

    def _watch_voltage(self):
        self._supply.volts(self._dt_ms, self._sequence.closed)
        self._chore = 2

    def _watch_lock(self):
        self._climate.step()
        authorised = self._down[handover.DOWN_FLAGS] & handover.FLAG_AUTHORISED
        inputs = self._inputs
        lock = self._lock
        wanted = authorised and self._present()
        # Behind welded contacts the plug is live: it stays where it is (sequence 12).
        live = self._sequence.closed or inputs[signals.FEEDBACK] == 1
        lock.step(self._dt_ms, wanted, live, inputs[signals.LOCK])
        self._output(signals.OUT_LOCK, lock.locked)
        self._chore = 3

    def _run_test(self):
        test = self._test
        tripped = self._inputs[signals.RCD] == 1
        test.step(self._dt_ms, tripped, self._present(), self._sequence.closed)
        if test.released:
            self._faults &= ~_faults.RCD
        if test.running:  # from this tick on the contactor stays open
            self._held |= reasons.RCD_TEST
            self._wanted = _duty.X1
        self._output(signals.OUT_RCD_TEST, test.pressed)
        self._chore = 4

    def _switch(self):
        sequence = self._sequence
        phases = self._phases
        wanted = self._down[handover.DOWN_PHASES]
        phases.step(wanted, sequence.duty, sequence.closed, sequence.switched_ms)
        self._output(signals.OUT_THREE_PHASES, phases.now == 3)
        self._wake.step(self._dt_ms, self._vehicle.state, sequence.duty != _duty.X1)
        self._chore = 5

    def _gather(self):
        supply = self._supply
        lock = self._lock
        test = self._test
        self._slow = supply.seen | self._climate.seen | test.seen
        if self._limit_ma > self._settings.profile.lock_above_ma:
            self._slow |= lock.seen
        self._held = supply.why_not | lock.why_not | test.why_not
        self._held |= self._phases.why_not | self._wake.why_not
        self._dt_ms = self._round_ms
        self._round_ms = 0
        self._chore = 6

    def _report(self):
        decided = self._decided
        care = self._care
        decided[handover.UP_BINDING - _AT] = self._binding()
        decided[handover.UP_CABLE_MA - _AT] = self._cable.ma
        decided[handover.UP_UNDER_LOAD - _AT] = care.under_load
        decided[handover.UP_MAKE_MS - _AT] = care.make_ms
        decided[handover.UP_BREAK_MS - _AT] = care.break_ms
        decided[handover.UP_PHASES - _AT] = self._phases.now
        decided[handover.UP_TOGGLES - _AT] = self._vehicle.toggles
        self._chore = 0

    def _present(self):
        """Whether a vehicle is plugged in, though the F that calls it may hide it."""
        state = self._vehicle.state
        return levels.B <= state <= levels.D or (state == levels.F and self._wake.why_not)

    def _output(self, output, on):
        if on != self._outputs[output]:
            self._outputs[output] = on
            self._hal.switch(output, on)
