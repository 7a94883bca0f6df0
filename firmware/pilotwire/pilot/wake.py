"""Waking a vehicle that sleeps though it is offered current: IEC 61851-1 A.5.3, one attempt."""

from micropython import const

from . import duty as _duty
from . import levels, reasons
from .settings import WAKE_F, WAKE_NOT

AFTER_MS = const(30_000)  # state B2 for so long
CALL_MS = const(4_000)
PAUSE_MS = const(750)  # X1 between the call and the new offer

_WAIT = const(0)
_CALL = const(1)
_PAUSE = const(2)
_DONE = const(3)


class Wake:
    """`why_not` holds back the offer meanwhile; `duty` is what is driven then."""

    def __init__(self, form):
        self._form = form
        self._phase = _DONE if form == WAKE_NOT else _WAIT
        self._ms = 0
        self.why_not = 0
        self.duty = _duty.X1

    def step(self, dt_ms, state, offering):
        """Let `dt_ms` pass; `offering`: the pilot is not steady at +12 V."""
        phase = self._phase
        if phase == _WAIT:
            self._ms = self._ms + dt_ms if offering and state == levels.B else 0
            if self._ms >= AFTER_MS:
                self._enter(_CALL)
                self.duty = _duty.F if self._form == WAKE_F else _duty.X1
                self.why_not = reasons.WAKING
        elif state == levels.A:  # it has left, perhaps while it was called
            self.why_not = 0
            if self._form != WAKE_NOT:
                self._enter(_WAIT)
        elif phase != _DONE:
            self._ms += dt_ms
            if phase == _CALL:
                if self._ms >= CALL_MS:
                    self._enter(_PAUSE)
                    self.duty = _duty.X1
            elif self._ms >= PAUSE_MS:
                self._enter(_DONE)
                self.why_not = 0

    def _enter(self, phase):
        self._phase = phase
        self._ms = 0
