"""What must hold of ring 0 on every plant, whatever happens, at every tick. Stated here only.

Judged by the plant's ground truth (truth.py) and not by ring 0's opinion. Clauses: IEC 61851-1
Annex A (sequences of table A.6), Annex B, table D.9; GB/T 18487.1-2023; IEC 62955.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from pilotwire.pilot import duty as _duty
from pilotwire.pilot import faults, levels, signals
from pilotwire.pilot.settings import Settings
from plant import Change

from .guarded import Guarded
from .truth import TAKEN_US, Outlet, Said, Speaker, Spell, Truth

# Numbers of the standards and of the house, stated anew: a wrong one in ring 0 must not pass.
FORCED_MS = 6_000  # sequence 10.2: by force no earlier
RAISE_MS = 5_000  # sequence 6
F_MS = 300  # A.5.2, and then X1
READ_MS = 20  # until the vehicle has been read in it: two samples
_ORDERLY_MS = 6_500  # sequences 9.1 and 10: the vehicle first, then by force, and no later
_QUICK = 6  # closings in quick succession, then one every _CLOSING_MS
_CLOSING_MS = 10_000
_HEAL_MS = 5_000
_RETRIES = 5
_TAKEN_MS = TAKEN_US // 1_000
_TICK_MS = 10
_RELEASE_US = 6_000_000  # a pulse, and the time that a device takes to let its trip go
_TOLD_US = 60_000  # ring 0 tells a change within 30 ms, after two samples
_ROUND_MS = 450  # a round of ring 0's chores takes 210 ms, or 420 while ring 1 chatters


class Condition(NamedTuple):
    """A precondition of power, with what must come of it when it is `broken`.

    Broken for longer than `close_ms`, the contactor is not closed; than `offer_ms`, nothing is
    offered; than `open_ms`, the opening command has come (None: no such demand). `fault` is the
    bit that ring 0 may latch for it.
    """

    name: str
    clause: str
    broken: Callable[[Any], Any]  # of a Truth, or of what looks like one
    close_ms: int
    offer_ms: int | None
    open_ms: int | None
    fault: int = 0

    def wrong(self, truth: Any, ms: float) -> str:
        """What must not be so of `truth` when this has been broken for `ms`; "" if all is well."""
        how = ""
        if truth.closed and not truth.was_closed and ms > self.close_ms:
            how = "closed"
        elif self.offer_ms is not None and truth.oscillates and ms > self.offer_ms:
            how = "current offered"
        elif self.open_ms is not None and truth.closed and ms > self.open_ms:
            how = "not opened"
        return how and f"{self.name} ({self.clause}): {how}, and broken for {ms:.1f} ms"


# fmt: off
CONDITIONS = (
    # name, clause, broken, close, offer, open within ms, fault
    Condition("the vehicle asks for energy", "seq. 2.2, 4, 8.1, 12",
              lambda t: not t.asks, 30, None, 30),
    Condition("the diode is there", "A.2.2",
              lambda t: not t.diode_seen, 30, None, 60, faults.DIODE),
    Condition("the generator drives what it is told", "table A.2",
              lambda t: not t.generator_sound, 60, None, 80, faults.GENERATOR),
    Condition("protective earth", "GB/T A.3.10.5-7",
              lambda t: not t.pe, 30, 60, 80, faults.PE),
    Condition("no residual current", "IEC 62955",
              lambda t: t.rcd, 30, None, 30, faults.RCD),
    Condition("a cable in the socket", "Annex B",
              lambda t: not t.cable_ma, 50, 60, 50, faults.PROXIMITY),
    Condition("the cable's rating does not fall", "Annex B",
              lambda t: t.closed and t.cable_ma < t.closed_ma, 50, 60, 50, faults.PROXIMITY),
    Condition("no emergency stop", "optional in GB/T 18487.1",
              lambda t: t.stop, 30, 60, 80, faults.STOP),
    Condition("the cover is closed", "tamper switch",
              lambda t: t.cover, _ROUND_MS, _ROUND_MS, _ROUND_MS, faults.TAMPER),
    Condition("the plug is locked", "table D.9, GB/T 10.6.1",
              lambda t: t.settings.lock and t.offered_ma > t.settings.profile.lock_above_ma
              and not t.lock_holds, _ROUND_MS, None, _ROUND_MS),
    Condition("the contactor is not welded", "GB/T 7.9",
              lambda t: not t.closed and t.moved and t.contacts, 30, 60, None),
    Condition("the contactor follows its command", "GB/T 7.9",
              lambda t: t.closed and t.moved and not t.feedback,
              30, None, 60, faults.STUCK_OPEN),
    Condition("the device's test is passed", "IEC 62955",
              lambda t: t.settings.rcd_test and not t.tested, 0, None, None),
    Condition("mains in range", "settings",
              lambda t: t.mains_bad, _ROUND_MS, None, 3_000 + _ROUND_MS),
    Condition("mains in range for long enough", "settings",
              lambda t: not t.mains_served, _ROUND_MS, None, None),
    Condition("the vehicle draws what it is offered", "GB/T A.3.10.9",
              lambda t: t.overcurrent, 10_000, None, 10_000, faults.OVERCURRENT),
    Condition("neither hot nor damp", "GB/T 10.1",
              lambda t: t.hot, _ROUND_MS, _ROUND_MS, _ROUND_MS),
    Condition("no fault", "faults.py",
              lambda t: t.faults, 0, 0, None),
    Condition("ring 1 permits it", "handover.py",
              lambda t: not t.permitted, _TAKEN_MS, _TAKEN_MS, _ORDERLY_MS),
    Condition("at least 6 A to give", "table A.7",
              lambda t: t.limit_ma < _duty.MIN_MA, _TAKEN_MS, _TAKEN_MS, _ORDERLY_MS),
    Condition("ring 1 has spoken in the last 30 s", "guard.py",
              lambda t: t.silent_ms > 30_000, _TAKEN_MS, _TAKEN_MS, _ORDERLY_MS),
    Condition("ventilation where it is asked for", "table A.4",
              lambda t: t.wants_air and not t.settings.ventilated, 30, _TAKEN_MS, 30),
    Condition("readings where they are demanded", "settings",
              lambda t: t.settings.metered and not t.fresh, 2 * _ROUND_MS, 2 * _ROUND_MS,
              _ORDERLY_MS + 2 * _ROUND_MS),
)

# While an installer tries things out (pilot/service.py) these hold, and of the others those that
# do not speak of a vehicle.
_ALIKE = ("the generator drives what it is told", "protective earth", "no residual current",
          "no emergency stop", "the cover is closed", "the contactor is not welded",
          "the contactor follows its command", "no fault")
TRIALS = (
    Condition("no vehicle", "table A.4",
              lambda t: t.world.cp_high_mv < 11_000, 30, None, 30),
    Condition("no plug in the socket", "Annex B",
              lambda t: not t.settings.cable_ma and t.cable_ma, 30, None, 30),
    Condition("the empty socket is locked", "service.py",
              lambda t: t.settings.lock and not t.lock_holds, 30, None, 30),
    Condition("ring 1 offers nothing", "service.py",
              lambda t: t.offers, _TAKEN_MS, _TAKEN_MS, _TAKEN_MS),
    Condition("ring 1 has spoken in the last 3 s", "service.py",
              lambda t: t.silent_ms > 3_000, _TAKEN_MS, _TAKEN_MS, _TAKEN_MS),
    *(condition for condition in CONDITIONS if condition.name in _ALIKE),
)

# Name, clause, what may be so, and for how many ms at most.
BOUNDS = (
    ("the duty offers more than a limit in force", "table A.7, Annex B",
     lambda t: not t.trial and t.offered_ma > t.granted_ma, 0),
    ("closed without an offer", "seq. 10.2, GB/T A.3.9.2",
     lambda t: t.closed and not t.oscillates, _ORDERLY_MS),
    ("closed for a test", "service.py", lambda t: t.closed and t.trial, 1_020),
    ("closed with a fault", "faults.py", lambda t: t.closed and t.faults, 0),
    ("closed in state F", "A.5.2", lambda t: t.closed and t.duty == _duty.F, 0),
    ("the device tested with the contactor closed", "IEC 62955",
     lambda t: t.closed and t.outputs >> signals.OUT_RCD_TEST & 1, 0),
    ("more offered than a duty cycle can", "table A.7",
     lambda t: t.oscillates and not 1_000 <= t.duty <= 9_600, 0),
    ("an exception in a tick", "architecture.md",
     lambda t: t.faults & faults.GUARD, 0),
)
# fmt: on


class Broken(AssertionError):
    """An invariant that does not hold: its name and clause, and what was so."""


class Invariants:
    """Watches `outlet` with `settings`: `watch` is called after every tick. Raises Broken.

    `said` is kept up to date with what ring 1 hands down.
    `checked` counts what was there to be judged: a run without closings has shown little.
    """

    def __init__(self, outlet: Outlet, settings: Settings, said: Said):
        self.outlet = outlet
        self.settings = settings
        self.truth = Truth(outlet, settings, said)
        self.checked: Counter[str] = Counter()
        self._every = {condition: Spell() for condition in (*CONDITIONS, *TRIALS)}
        self._spells = [(condition, self._every[condition]) for condition in CONDITIONS]
        self._trials = [(condition, self._every[condition]) for condition in TRIALS]
        self._bounds = [(bound, Spell()) for bound in BOUNDS]
        self._closings_us: list[int] = []
        self._latched_us: dict[int, int] = {}
        self._left_f = False  # and has shown X1 since
        self._heals = 0  # of this vehicle, while it is there
        self._cleared_us: int | None = None  # by an operator, as judged last
        self._a_us = 0  # state A was last seen
        self.opened_us: int | None = None  # by its command, or because the power went
        outlet.world.log.observers.append(self._note)
        outlet.watchers.append(self.watch)

    @classmethod
    def of(cls, outlet: Guarded, **settings: Any) -> "Invariants":
        """Of a guard whose ring 1 is a test's: it speaks through a Speaker from now on."""
        own = Settings(**settings)
        said = Said(own)
        outlet.ring1 = Speaker(outlet.ring1.leases[0][0], said)
        return cls(outlet, own, said)

    def end(self) -> None:
        """Watch no longer."""
        self.outlet.world.log.observers.remove(self._note)
        self.outlet.watchers.remove(self.watch)

    def watch(self) -> None:
        """Judge what has just been decided."""
        truth = self.truth
        now_us = truth.world.now_us
        truth.look()
        if self._empty:
            self._a_us = now_us
        if truth.was_closed and not truth.closed:
            self._opened(now_us)
        self._note_spells(now_us)
        if truth.closed and not truth.was_closed:
            self._closed(now_us)
        for condition, spell in self._trials if truth.trial else self._spells:
            if spell.since_us is not None:
                wrong = condition.wrong(truth, spell.ms(now_us))
                if wrong:
                    raise Broken(f"{wrong}; {self.outlet}")
        for (name, clause, so, at_most_ms), spell in self._bounds:
            spell.note(now_us, bool(so(truth)))
            if spell.since_us is not None and spell.ms(now_us) >= at_most_ms:
                self._fail(name, clause, f"for {spell.ms(now_us):.0f} ms")
        if truth.duty != truth.was_duty:
            self._drove()
        if truth.just_cleared or truth.ring1.cleared_us != self._cleared_us:
            self._cleared_us = truth.ring1.cleared_us
            self._heals = 0
        if truth.faults != truth.was_faults:
            self._faults_changed(now_us)
        if truth.outputs != truth.was_outputs:
            self._switched(now_us)

    def _note(self, change: Change) -> None:
        """Something has changed in the plant."""
        self.truth.note(change)
        if self._empty:
            self._a_us = change.us
            if change.name == "cp":
                self._heals = 0
        self._note_spells(change.us)

    @property
    def _empty(self) -> bool:
        """State A, wherever its window may begin."""
        return self.truth.world.cp_high_mv > levels.IEC[2][levels.FROM_MV]

    def _note_spells(self, now_us: int) -> None:
        truth = self.truth
        for condition, spell in self._every.items():
            broken = bool(condition.broken(truth))
            if broken is (spell.since_us is None):
                spell.note(now_us, broken)

    def _closed(self, now_us: int) -> None:
        """Rest, and no chatter: six in quick succession, then six a minute."""
        self.checked["closings"] += 1
        opened_us = self.opened_us
        if opened_us is not None and now_us - opened_us < self.settings.restart_ms * 1_000:
            self._fail(
                "rest", "settings", f"closed {(now_us - opened_us) / 1e3:.0f} ms after opening"
            )
        self._closings_us.append(now_us)
        for i, us in enumerate(reversed(self._closings_us)):
            if (i + 1 - _QUICK) * _CLOSING_MS > (now_us - us) / 1_000 + _TICK_MS:
                self._fail(
                    "chatter", "sequence.py", f"{i + 1} closings in {(now_us - us) / 1e6:.1f} s"
                )

    def _opened(self, now_us: int) -> None:
        """In time, and never without a cause: else after 6 s of a stop in good order, by force."""
        self.checked["openings"] += 1
        truth = self.truth
        self.opened_us = now_us
        self.checked["tests"] += bool(truth.was_trial)
        forced = truth.duty == _duty.X1 and now_us - truth.duty_us >= FORCED_MS * 1_000
        caused = forced or truth.was_trial
        for condition, spell in self._trials if truth.was_trial else self._spells:
            open_ms = condition.open_ms
            if open_ms is None:
                continue
            if spell.ms(now_us) > open_ms:
                self._fail(
                    condition.name, condition.clause, f"opened after {spell.ms(now_us):.1f} ms"
                )
            at_once = bool(condition.fault & faults.AT_ONCE)
            if open_ms < FORCED_MS or condition.fault == faults.OVERCURRENT:
                caused = caused or spell.within(now_us, open_ms + 100, at_once)
        if not caused:
            load_a = truth.current_ma / 1_000
            self._fail(
                "a cause to open", "seq. 9.1, 10.2", f"opened without one at {load_a:.1f} A"
            )

    def _drove(self) -> None:
        """Sequence 6: raises 5 s after a change. A.5.2: F for 300 ms, then X1, then read."""
        truth = self.truth
        if truth.was_duty == _duty.F:
            self.checked["ends of F"] += 1
            if truth.held_ms < F_MS:
                self._fail("time in state F", "A.5.2", f"left after {truth.held_ms:.0f} ms")
        elif truth.oscillates and self._left_f and truth.held_ms < READ_MS:
            self._fail("read after state F", "A.5.2", f"offered after {truth.held_ms:.0f} ms")
        elif truth.oscillates and truth.was_duty != _duty.X1 and truth.duty > truth.was_duty:
            self.checked["raises"] += 1
            if truth.held_ms < RAISE_MS:
                self._fail("5 s before a raise", "seq. 6", f"raised after {truth.held_ms:.0f} ms")
        self._left_f = truth.was_duty == _duty.F

    def _faults_changed(self, now_us: int) -> None:
        """The catalogue: a fault has a cause, and an end as its row says."""
        truth = self.truth
        for place, code in enumerate(faults.CODES):
            bit = 1 << place
            if not bit & (truth.faults ^ truth.was_faults):
                continue
            if bit & truth.faults:
                self._latched_us[bit] = now_us
                self._caused(bit, code, now_us)
            elif not truth.just_cleared:
                self.checked["ends of faults"] += 1
                self._ended(bit, code, now_us)
        ended = truth.was_faults & ~truth.faults
        if truth.just_cleared:
            return
        if ended & faults.HEALS_ITSELF and now_us - self._a_us > _TOLD_US:
            self._heals += 1
            if self._heals > _RETRIES:
                self._fail("retries", "faults.py", f"healed {self._heals} times for one vehicle")

    def _caused(self, bit: int, code: str, now_us: int) -> None:
        rows = [(c, spell) for c, spell in self._spells if c.fault & bit]
        if bit == faults.RCD and self.settings.rcd_test:
            return  # a test that comes late is a trip too
        if rows and not any(
            spell.within(now_us, (c.open_ms or 0) + 100, bool(bit & faults.AT_ONCE))
            for c, spell in rows
        ):
            self._fail("a cause for a fault", rows[0][0].clause, f"{code} without one")

    def _ended(self, bit: int, code: str, now_us: int) -> None:
        if bit & faults.STATE_F:
            self._fail("an operator clears it", "faults.py", f"{code} has gone by itself")
        attended_us = max(self._a_us, self.truth.ring1.cleared_us or 0)
        if bit == faults.RCD and now_us - attended_us < _RELEASE_US:
            return  # somebody has been there, and the device has let go of its trip
        if bit & faults.ENDS_UNPLUGGED and now_us - self._a_us > _TOLD_US:
            self._fail("unplugging clears it", "faults.py", f"{code} has gone by itself")
        if bit & faults.HEALS_ITSELF:
            ms = (now_us - self._latched_us[bit]) / 1_000
            if ms < _HEAL_MS - _TICK_MS * 4:
                self._fail("time to heal", "faults.py", f"{code} has gone after {ms:.0f} ms")
            for condition, spell in self._spells:
                since_ms = _HEAL_MS - 2 * _ROUND_MS
                if condition.fault & bit and spell.lasted_within(now_us, since_ms):
                    self._fail("time to heal", "faults.py", f"{code} has gone before its cause")

    def _switched(self, now_us: int) -> None:
        """Sequence 12: the lock waits 100 ms. Phases move without pilot and without current."""
        truth = self.truth
        moved = truth.outputs ^ truth.was_outputs
        released = truth.was_outputs & ~truth.outputs
        open_us = now_us - truth.parted_us if truth.parted_us is not None else -1
        # Contacts that part late have stuck: then the lock waits for the command only.
        late = (truth.parted_us or 0) - (self.opened_us or 0) > 60_000
        if released >> signals.OUT_LOCK & 1 and not late and 0 <= open_us < 100_000:
            self._fail("the lock waits", "seq. 12", f"released {open_us / 1e3:.0f} ms after power")
        if moved >> signals.OUT_THREE_PHASES & 1:
            self.checked["phases"] += 1
            pause_us = self.settings.phase_pause_ms * 1_000
            unrested = 0 <= open_us < pause_us - 50_000 and not late  # welded ones never part
            if truth.closed or truth.oscillates or unrested:
                self._fail("phases move at rest", "settings", f"open for {open_us / 1e3:.0f} ms")

    def _fail(self, name: str, clause: str, how: str) -> None:
        raise Broken(f"{name} ({clause}): {how}; {self.outlet}")
