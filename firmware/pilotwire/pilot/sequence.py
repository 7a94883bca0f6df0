"""The charging sequence: IEC 61851-1 Annex A, table A.6 (GB/T 18487.1-2023 table A.7).

Takes the vehicle's state and the duty cycle that may be offered; decides the duty cycle that
is driven and whether the contactor is closed. Opening acts at once; closing waits for its turn.
"""

from micropython import const

from . import duty as _duty
from . import levels, reasons
from .faults import STATE_F

READY_MS = const(500)  # S2 held before closing: no half toggle of ISO 15118-3, and under 3 s
FORCED_MS = const(6_010)  # seq. 10.2: one that ignores X1 is opened under load after over 6 s
RAISE_MS = const(5_010)  # seq. 6: no further change of duty for 5 s; reductions need not wait
REST_MS = const(1_000)  # contactor stays open at least so long, or as the settings have it
CLOSING_MS = const(10_000)  # what one closing uses up of ...
CLOSINGS_MS = const(60_000)  # ... this: six closings in quick succession, then six a minute
F_MS = const(310)  # least time in state F is 300 ms; a tick more, for its jitter

_LONG_MS = const(600_000)  # timers stop counting here


def _steady(duty):
    return duty == _duty.X1 or duty == _duty.F


class Sequence:
    """`duty` (0..10_000) and `closed` (0, 1) are to be driven; `opened`: why it opened last."""

    def __init__(self, rest_ms=REST_MS, ventilated=True):
        self._rest_ms = rest_ms
        self._ventilated = ventilated
        self.duty = _duty.X1
        self.closed = 0
        self.opened = reasons.OPENED_NEVER
        self.closings = 0
        self.settled_ms = 0  # since the pilot went from steady to oscillating or back
        self.switched_ms = REST_MS  # since the contactor was last told to move: before the reset
        self._ready_ms = 0
        self._duty_ms = RAISE_MS  # since the last change of duty
        self._stopping = False
        self._used_ms = 0  # of CLOSINGS_MS

    def step(self, dt_ms, state, wanted, faults):
        """Let `dt_ms` pass with the vehicle in `state`.

        `wanted` is the duty that may be offered, X1 for none; any of `faults` (bits) opens now.
        """
        if self.settled_ms < _LONG_MS:
            self.settled_ms += dt_ms
        if self.switched_ms < _LONG_MS:
            self.switched_ms += dt_ms
        if self._duty_ms < _LONG_MS:
            self._duty_ms += dt_ms
        if self._used_ms > 0:
            self._used_ms -= dt_ms
        if self.closed:
            self._energised(state, wanted, faults)
        else:
            self._open(dt_ms, state, wanted, faults)
        if faults & STATE_F:
            self._drive(_duty.F)
        elif self.duty == _duty.F and wanted != _duty.F and self.settled_ms >= F_MS:
            self._drive(_duty.X1)

    def trip(self):
        """Open now, state F: the tick itself has failed."""
        self._break(reasons.OPENED_BY_FAULT)
        self._drive(_duty.F)

    def ready(self):
        """Whether the vehicle has asked for energy for long enough."""
        return self._ready_ms >= READY_MS

    def rested(self):
        """Whether the contactor has been open for long enough, and not been closed too often."""
        fits = self._used_ms <= CLOSINGS_MS - CLOSING_MS
        return self.closed or (fits and self.switched_ms >= self._rest_ms)

    def _energised(self, state, wanted, faults):
        if faults:
            self._break(reasons.OPENED_BY_FAULT)
        elif state == levels.A:  # seq. 2.2
            self._break(reasons.OPENED_UNPLUGGED)
        elif state == levels.B:  # seq. 8.1, or 10.1 after our stop
            self._break(reasons.OPENED_BY_STOP if self._stopping else reasons.OPENED_BY_VEHICLE)
        elif state == levels.D and not self._ventilated:
            self._break(reasons.OPENED_BY_VEHICLE)
        elif self._stopping:
            if self._duty_ms >= FORCED_MS:  # seq. 10.2
                self._break(reasons.OPENED_FORCED)
        elif wanted == _duty.X1:  # seq. 9.1: the vehicle gets the time to stop drawing
            self._stopping = True
            self._drive(_duty.X1)
        elif wanted != self.duty:
            self._offer(wanted)

    def _open(self, dt_ms, state, wanted, faults):
        if faults or wanted == _duty.X1:
            self._ready_ms = 0
            if self.duty != _duty.F:
                self._drive(_duty.X1)
            return
        if wanted == _duty.F or self.duty == _duty.F:
            self._ready_ms = 0
            self._drive(_duty.F)  # to wake the vehicle, or until its least time is over
            return
        if wanted != self.duty and state != levels.F:  # after state F the vehicle is read first
            self._offer(wanted)
        # Sequences 3.2 and 4: S2 is closed and the pilot oscillates.
        if state == levels.C or (state == levels.D and self._ventilated):
            if self._ready_ms < _LONG_MS:
                self._ready_ms += dt_ms
            if self._ready_ms >= READY_MS and self.rested():
                self.closed = 1
                self.closings += 1
                self._used_ms += CLOSING_MS
                self.switched_ms = 0
        else:
            self._ready_ms = 0

    def _offer(self, wanted):
        if wanted < self.duty or self._duty_ms >= RAISE_MS:
            self._drive(wanted)

    def _drive(self, duty):
        if duty == self.duty:
            return
        if _steady(duty) or _steady(self.duty):
            self.settled_ms = 0
        self.duty = duty
        self._duty_ms = 0

    def _break(self, reason):
        self.closed = 0
        self.opened = reason
        self.switched_ms = 0
        self._ready_ms = 0
        self._stopping = False
        if reason == reasons.OPENED_BY_FAULT:
            self._drive(_duty.X1)
