"""What is so around the Guard of a machine: what ring0.truth answers for a plant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotwire.pilot import duty as _duty
from pilotwire.pilot import faults
from ring0.invariants import BOUNDS, CONDITIONS, F_MS, FORCED_MS, RAISE_MS, READ_MS
from ring0.truth import TAKEN_US

if TYPE_CHECKING:
    from .machine import Machine

_LATE_MS = 11  # a thing happens up to 10 ms before the sample, and the outputs act 1 ms after it
_LONG_MS = 1_000_000


class Facts:
    """Answers what ring0.invariants asks; `judge` says what is broken after a tick, or ""."""

    # What a machine has no part for is as it should be.
    stop = cover = mains_bad = overcurrent = hot = False
    lock_holds = tested = mains_served = fresh = True
    cable_ma = closed_ma = 32_000
    outputs = trial = 0

    def __init__(self, machine: Machine):
        self._machine = machine
        self.settings = machine.settings
        self._guard = machine.guard
        self._sequence = machine.guard._sequence
        self._now_ms = 0
        self._since_ms: dict[int, int] = {}
        self._before_ma = 0
        self._left_f_ms = -_LONG_MS
        self.was_closed = False
        self._was = (_duty.X1, 0, 0, 0)
        self._known: dict[tuple, tuple[int, ...]] = {}

    def begin(self) -> None:
        """A step begins: what is broken now has been so for long."""
        self._now_ms = -10
        self._left_f_ms = -_LONG_MS
        self._since_ms = dict.fromkeys(self._broken(), -_LONG_MS)
        self._before_ma = self.limit_ma

    def _broken(self) -> tuple[int, ...]:
        """Indices of the CONDITIONS that are broken now; worked out once for all that is alike."""
        seq = self._sequence
        key = (self._machine.given, seq.duty, seq.closed, self.faults, self.limit_ma)
        key += (seq.settled_ms >= 30, self.moved, self.silent_ms > 30_000)
        known = self._known.get(key)
        if known is None:
            known = tuple(i for i, c in enumerate(CONDITIONS) if c.broken(self))
            self._known[key] = known
        return known

    def before(self) -> None:
        """A tick is to come."""
        seq = self._sequence
        self._now_ms += 10
        self.was_closed = bool(seq.closed)
        self._was = (seq.duty, seq.settled_ms, seq._duty_ms, seq.switched_ms)

    def judge(self) -> str:
        """What does not hold after this tick."""
        now = self._broken()
        since = self._since_ms = {i: self._since_ms.get(i, self._now_ms) for i in now}
        if self._guard._faults & faults.GUARD:
            return "an exception in a tick"
        if not self.closed and not self.oscillates:
            return self._edges()  # nothing to have a precondition for
        for i, since_ms in since.items():
            condition = CONDITIONS[i]
            orderly = (condition.open_ms or 0) >= FORCED_MS
            if orderly and since_ms == -_LONG_MS and self.was_closed:
                continue  # the stop is under way
            wrong = condition.wrong(self, self._now_ms - since_ms + _LATE_MS)
            if wrong:
                return wrong
        for name, clause, so, at_most_ms in BOUNDS:
            if not at_most_ms and so(self):
                return f"{name} ({clause})"
        return self._edges()

    def _edges(self) -> str:
        """What must have passed before a change."""
        was_duty, settled_ms, duty_ms, switched_ms = self._was
        if was_duty == _duty.F != self.duty and settled_ms < F_MS - 10:
            return f"state F (A.5.2): left after {settled_ms} ms"
        if was_duty == _duty.F and self.duty != _duty.F:
            self._left_f_ms = self._now_ms
        if self.oscillates and self._now_ms - self._left_f_ms < READ_MS:
            return "read after state F (A.5.2)"
        if 0 < was_duty < self.duty < _duty.X1 and duty_ms < RAISE_MS - 10:
            return f"5 s before a raise (seq. 6): raised after {duty_ms} ms"
        if self.closed and not self.was_closed and switched_ms < self.settings.restart_ms - 10:
            return f"rest (settings): closed after {switched_ms} ms"
        if self.closed and self.duty == _duty.X1 and self._sequence._duty_ms > FORCED_MS + 100:
            return "closed without an offer (seq. 10.2)"
        return ""

    @property
    def closed(self) -> bool:
        return bool(self._sequence.closed)

    @property
    def duty(self) -> int:
        return self._sequence.duty

    @property
    def oscillates(self) -> bool:
        return 0 < self.duty < _duty.X1

    @property
    def faults(self) -> int:
        return self._guard._faults

    @property
    def offered_ma(self) -> int:
        return _duty.current_for(self.duty) if self.oscillates else 0

    @property
    def asks(self) -> bool:
        return self._machine.given.pilot in ("C", "D", "no diode") and self.duty != _duty.F

    @property
    def wants_air(self) -> bool:
        return self._machine.given.pilot == "D" and self.duty != _duty.F

    @property
    def diode_seen(self) -> bool:
        sound = self._machine.given.pilot not in ("no diode", "E")
        return sound or not self.oscillates or self._sequence.settled_ms < 30

    @property
    def generator_sound(self) -> bool:
        return self.duty != _duty.F or self._machine.given.pilot != "E"

    @property
    def pe(self) -> bool:
        return self._machine.given.board != "no PE"

    @property
    def rcd(self) -> bool:
        return self._machine.given.board == "residual current"

    @property
    def moved(self) -> bool:
        return self._sequence.switched_ms >= 200

    @property
    def feedback(self) -> bool:
        return self.closed ^ (self._machine.given.board == "contact stuck")

    @property
    def contacts(self) -> bool:
        return self.feedback

    @property
    def permitted(self) -> bool:
        return self._machine.offered_ma > 0 or self._machine.silent

    @property
    def limit_ma(self) -> int:
        offered_ma = self._machine.offered_ma
        if self._guard._vehicle.simplified:
            return min(offered_ma, self.settings.simplified_ma)
        return offered_ma

    @property
    def granted_ma(self) -> int:
        taken = self._now_ms * 1_000 >= TAKEN_US
        return self.limit_ma if taken else max(self.limit_ma, self._before_ma)

    @property
    def silent_ms(self) -> int:
        return self._guard._silent_ms
