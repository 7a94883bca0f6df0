"""What an installer has ring 0 try out while nobody charges: device, lock, contactor, pilot.

Loaded when it is wanted: a Service steps the charging sequence in its stead, and ring 0 judges
what that drives as it judges a charge. Any fault, any change of the vehicle, a ring 1 that is
silent or offers something ends a test at once, and so does its time.
"""

from array import array

from micropython import const

from . import duty as _duty
from . import handover, levels, reasons, signals
from .proximity import NO_PLUG, rating_for
from .selftest import DAY_MS
from .sequence import CLOSING_MS

# What can be asked for.
RCD = const(1)  # the self-test of the residual-current device (IEC 62955), now
LOCK = const(2)  # in and out
CONTACTOR = const(3)  # closed without load for CLOSED_MS; through a socket: locked, no plug in it
PILOT = const(4)  # SWEEP, with what is read back; a vehicle or an adapter may be there

# What came of it.
RUNNING = const(0)
PASSED = const(1)
NOT_FITTED = const(2)
FAULT = const(3)
VEHICLE = const(4)  # there is one, or something has changed at the pilot
OFFERED = const(5)  # ring 1 permits a charge, or has one
SILENT = const(6)
REST = const(7)  # the contactor has moved a moment ago, or too often
PLUG = const(8)  # a socket with a plug in it
NO_ANSWER = const(9)  # what was moved has not followed
STOPPED = const(10)  # by ring 1
LOADED = const(11)  # current flowed

CODES = (
    "running",
    "passed",
    "not-fitted",
    "fault",
    "vehicle",
    "offered",
    "control-silent",
    "rest",
    "plug",
    "no-answer",
    "stopped",
    "loaded",
)

# What is told, as places in an array.
VERDICT = const(0)
FAULTS = const(1)  # bits of faults.py at the end, of one sample too
THERE_MS = const(2)  # to the trip, to locked, to closed; 0: not seen
BACK_MS = const(3)  # to its end, to free, to open
ROWS = const(4)  # of PILOT, for each duty of SWEEP: what was read of the three next
HIGH_MV = const(0)
LOW_MV = const(1)
DUTY = const(2)
ROW_WIDTH = const(3)
N_TOLD = const(28)  # ROWS + len(SWEEP) * ROW_WIDTH

# Table A.2 and A.5.2: +12 V, -12 V, and read in +12 V before any offer; then downwards, as
# sequence 6 lets only reductions come sooner than after 5 s.
SWEEP = (_duty.X1, _duty.F, _duty.X1, 9_600, 7_500, 5_000, 2_500, 1_000)

CLOSED_MS = const(1_000)
FORM_MS = const(400)  # each of SWEEP: A.5.2 wants 300 ms of state F

ALONE_MS = const(1_000)  # of state A before a test; PILOT: of the state that it is
_ALONE_MV = const(11_000)  # table A.4: no doubt that it is state A
_HEARD_MS = const(3_000)  # ring 1 speaks every second
_MOVE_MS = const(3_000)  # a lock
_LEFT_MS = const(300)  # after the opening the auxiliary contact has been judged
_TRIAL_MS = const(8_000)  # the self-test has judged by then
_READ_MS = const(100)  # after another form of the pilot the state is the vehicle's again


class Service:
    """For `guard`, from `enter` to `leave`. Ring 1 asks for one test at a time (`asked[0]`), once
    it has withdrawn FLAG_RUN; ring 0 writes `told` (N_TOLD) and clears `asked[0]` at the end.
    """

    def __init__(self, guard):
        self.asked = array("i", [0])
        self.told = array("i", [0] * N_TOLD)
        self._guard = guard
        self._settings = guard._settings
        self._sequence = guard._sequence
        self._inputs = guard._inputs
        self._down = guard._down
        self._own = guard._sequence.step
        self._tests = (self._rcd, self._lock, self._contactor, self._pilot)
        self._test = 0
        self._phase = 0
        self._ms = 0  # of it
        self._state = levels.INVALID
        self.alone_ms = 0  # of this state, up to ALONE_MS; ring 1 may wait for it
        self._step = self.step

    def enter(self):
        """Ring 1: step the sequence from now on."""
        self._sequence.step = self._step

    def ask(self, test):
        """Ring 1: begin it, or end with 0 what runs; `told` is its own from now on."""
        for i in range(N_TOLD if test else 0):
            self.told[i] = 0
        self.asked[0] = test

    def leave(self):
        """Ring 1: as it was before; call it while no test runs."""
        self._sequence.step = self._own

    def step(self, dt_ms, state, wanted, faults):
        """In the sequence's stead, at each tick."""
        test = self._test
        if test < CONTACTOR:
            self._own(dt_ms, state, wanted, faults)
        else:
            self._pass(dt_ms)
        if test:
            self._ms += dt_ms
            verdict = self._wrong(state, faults) or self._tests[test - RCD]()
            if verdict:
                self._end(verdict, faults)
            return
        if state != self._state:
            self._state = state
            self.alone_ms = 0
        elif self.alone_ms < ALONE_MS:
            self.alone_ms += dt_ms
        test = self.asked[0]
        if test:
            self._test = test
            self._phase = self._ms = 0
            verdict = self._wrong(state, faults) or self._missing(test)
            if verdict:
                self._tell(verdict, faults)

    def _pass(self, dt_ms):
        """The timers of a sequence that is not stepped."""
        sequence = self._sequence
        sequence.settled_ms += dt_ms
        sequence.switched_ms += dt_ms
        if sequence._used_ms > 0:
            sequence._used_ms -= dt_ms

    # What must be so, before and all the time.

    def _missing(self, test):
        """The verdict on a test that cannot begin, else RUNNING."""
        guard = self._guard
        sequence = self._sequence
        settings = self._settings
        if not RCD <= test <= PILOT:
            return NOT_FITTED
        if (test == RCD and not settings.rcd_test) or (test == LOCK and not settings.lock):
            return NOT_FITTED
        if sequence.closed or sequence.duty != _duty.X1 or guard._test.running:
            return REST
        if self.alone_ms < ALONE_MS:
            return VEHICLE
        if test == RCD:
            guard._test._age_ms = DAY_MS  # a day has passed: it is due
        elif test == LOCK:
            if self._inputs[signals.LOCK] == 1:
                return NO_ANSWER
        elif test == CONTACTOR:
            if not sequence.rested():
                return REST
            guard._care.make_ms = guard._care.break_ms = 0
        return RUNNING

    def _wrong(self, state, faults):
        """The verdict on a test that must end now, else RUNNING."""
        guard = self._guard
        inputs = self._inputs
        test = self._test
        # One sample is enough where the contactor closes: nobody's charge is at stake.
        if faults or (test == CONTACTOR and guard._seen):
            return FAULT
        if self.asked[0] != test:
            return STOPPED
        if guard._silent_ms >= _HEARD_MS:
            return SILENT
        if self._down[handover.DOWN_FLAGS] & (handover.FLAG_RUN | handover.FLAG_RECORDED):
            return OFFERED
        if test == PILOT:
            read = state != levels.F and self._sequence.settled_ms >= _READ_MS
            return VEHICLE if read and state != self._state else RUNNING
        if state != levels.A or inputs[signals.CP_HIGH_MV] < _ALONE_MV:
            return VEHICLE
        if test == CONTACTOR:
            if not self._settings.cable_ma and rating_for(inputs[signals.PP_OHM]) != NO_PLUG:
                return PLUG
            if guard._supply.drawing:
                return LOADED
        return RUNNING

    def _end(self, verdict, faults):
        """Of a test that has begun: nobody's charge."""
        sequence = self._sequence
        if sequence.closed:
            self._open(reasons.OPENED_BY_FAULT)
        if self._test == PILOT and sequence.duty != _duty.F:  # that ends by itself (A.5.2)
            self._drive(_duty.X1)
        if self._test == CONTACTOR:
            self.told[THERE_MS] = self._guard._care.make_ms
            self.told[BACK_MS] = self._guard._care.break_ms
        self._tell(verdict, faults)

    def _tell(self, verdict, faults):
        self.told[FAULTS] = faults | self._guard._seen
        self._test = self.alone_ms = self.asked[0] = 0
        self.told[VERDICT] = verdict

    # The tests: each is stepped until it returns a verdict.

    def _rcd(self):
        told = self.told
        tripped = self._inputs[signals.RCD] == 1
        running = self._guard._test.running
        if not self._phase:
            if running:  # its pulse has begun
                self._phase = 1
                self._ms = 0
        elif not told[THERE_MS]:
            if tripped:
                told[THERE_MS] = self._ms
        elif not told[BACK_MS]:
            if not tripped:
                told[BACK_MS] = self._ms
        elif not running:
            return PASSED
        return NO_ANSWER if self._ms >= _TRIAL_MS else RUNNING

    def _lock(self):
        told = self.told
        locked = self._inputs[signals.LOCK] == 1
        if not self._phase:
            self._hold()
            if locked:
                told[THERE_MS] = self._ms
                self._phase = 1
                self._ms = 0
        elif not locked:
            told[BACK_MS] = self._ms
            return PASSED
        return NO_ANSWER if self._ms >= _MOVE_MS else RUNNING

    def _contactor(self):
        sequence = self._sequence
        if not self._phase:
            if self._settings.lock and self._inputs[signals.LOCK] != 1:
                self._hold()  # so that no plug comes in meanwhile
                return NO_ANSWER if self._ms >= _MOVE_MS else RUNNING
            sequence.closed = 1
            sequence.closings += 1
            sequence._used_ms += CLOSING_MS
            sequence.switched_ms = 0
        elif self._phase == 1:
            if self._settings.lock and self._inputs[signals.LOCK] != 1:
                return NO_ANSWER
            if self._ms < CLOSED_MS:
                return RUNNING
            self._open(reasons.OPENED_BY_STOP)
        else:
            return PASSED if self._ms >= _LEFT_MS else RUNNING
        self._phase += 1
        self._ms = 0
        return RUNNING

    def _pilot(self):
        told = self.told
        at = ROWS + self._phase * ROW_WIDTH
        told[at + HIGH_MV] = self._inputs[signals.CP_HIGH_MV]
        told[at + LOW_MV] = self._inputs[signals.CP_LOW_MV]
        told[at + DUTY] = self._inputs[signals.CP_DUTY]
        if self._ms < FORM_MS:
            return RUNNING
        if at + ROW_WIDTH == N_TOLD:
            return PASSED
        self._phase += 1
        self._ms = 0
        self._drive(SWEEP[self._phase])
        return RUNNING

    def _hold(self):
        """The lock is wanted, as for a vehicle."""
        self._guard._lock._open_ms = 0

    def _open(self, reason):
        sequence = self._sequence
        sequence.closed = 0
        sequence.opened = reason
        sequence.switched_ms = 0

    def _drive(self, duty):
        sequence = self._sequence
        sequence.duty = duty
        sequence.settled_ms = 0
