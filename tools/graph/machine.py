"""Ring 0 as a finite machine: the real Guard, its timers reduced to "elapsed" or "not elapsed".

A node is what holds outside (Given) and a canonical snapshot of every field that a decision may
rest on. A step changes one thing outside, or lets one timer elapse, and then holds until
ring 0 has acted upon it. Timers elapse in any order, whatever their lengths: that is more than can
happen. What comes sooner after the last change than ring 0 acts is left to random plants.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pilotwire.hal.mock import MockHal
from pilotwire.pilot import duty as _duty
from pilotwire.pilot import faults, guard, handover, sequence, signals, wake
from pilotwire.pilot.settings import Settings
from ring0.guarded import PERMITTED

from .facts import Facts

HOLD_TICKS = 13  # it takes a slot, does the two chores that matter here, judges and tells
_DT_MS = 10
_ROUND_MS = 210  # dt of a chore: seven chores, one every third tick

# The vehicle as its plateaus say, while the pilot oscillates: high, low.
PILOTS = {
    "A": (12_000, -12_000),
    "B": (9_000, -12_000),
    "C": (6_000, -12_000),
    "D": (3_000, -12_000),
    "E": (0, 0),
    "no diode": (6_000, -9_000),
}
OFFERS_MA = {"no offer": 0, "10 A": 10_000, "16 A": 16_000}
SILENT = "30 s of silence"  # of ring 1; the last offer stands until then
BOARDS = ("sound", "no PE", "residual current", "contact stuck")


class Given(NamedTuple):
    """What holds outside: a key of PILOTS, of OFFERS_MA or SILENT, and one of BOARDS."""

    pilot: str
    offer: str
    board: str


class Node(NamedTuple):
    given: Given
    fields: tuple[int, ...]


class Step(NamedTuple):
    """An edge: `why` it was taken, where it leads, and what was broken on the way, if anything."""

    why: str
    to: Node
    broken: str


def _class(*edges: int) -> Callable[[int], int]:
    """The largest of `edges` that a timer has reached, else 0."""
    return lambda ms: max((edge for edge in edges if ms >= edge), default=0)


def _fault_class(bits: int) -> int:
    """One bit for each kind of end: only that matters to what is decided."""
    kinds = (
        (faults.HEALS_ITSELF, faults.PE),
        (faults.ENDS_UNPLUGGED, faults.DIODE),
        (faults.STATE_F, faults.WELD),
    )
    return sum(bit for mask, bit in kinds if bits & mask)


def _same(value: int) -> int:
    return int(value)


class Machine:
    """One Guard, put into any node and stepped from there. `settings` as for Settings."""

    def __init__(self, **settings: Any):
        self.settings = Settings(cable_ma=32_000, **settings)
        self.hal = MockHal()
        self.guard = g = guard.Guard(self.hal, self.settings)
        self.facts = Facts(self)
        self.given = Given("A", "no offer", "sound")
        seq, vehicle, call = g._sequence, g._vehicle, g._wake
        # object, field, its class: all that is not here is inert, derived or for reports only.
        self._fields: tuple[tuple[Any, str, Callable[[int], int]], ...] = (
            (seq, "duty", _same),
            (seq, "closed", _same),
            (seq, "_stopping", _same),
            (seq, "settled_ms", _class(30, sequence.F_MS)),
            (seq, "switched_ms", _class(200, self.settings.restart_ms)),
            (seq, "_ready_ms", _class(sequence.READY_MS)),
            (seq, "_duty_ms", _class(sequence.RAISE_MS, sequence.FORCED_MS)),
            (seq, "_used_ms", lambda ms: 0),
            (vehicle, "state", _same),
            (vehicle, "simplified", _same),
            (vehicle, "_candidate", _same),
            (call, "_phase", _same),
            (call, "_ms", lambda ms: 0),
            (call, "why_not", _same),
            (call, "duty", _same),
            (g, "_faults", _fault_class),
            (g, "_seen", _fault_class),
            (g, "_held", _same),
            (g, "_heals", lambda n: 0),
            (g, "_healthy_ms", lambda ms: 0),
            (g, "_wanted", _same),
        )
        names = [("wake" if thing is call else "") + name for thing, name, _ in self._fields]
        self._at = {name: i for i, name in enumerate(names)}
        self.first = self._step(self._node(), "start", self.given).to

    @property
    def offered_ma(self) -> int:
        return OFFERS_MA.get(self.given.offer, OFFERS_MA["16 A"])

    @property
    def silent(self) -> bool:
        return self.given.offer == SILENT

    def steps(self, node: Node) -> Iterator[Step]:
        """Every edge from `node`."""
        given = node.given
        for why, changed in self._changes(given):
            yield self._step(node, why, changed)
        if given.offer != SILENT:
            yield self._step(node, "an operator clears", given, clear=True)
        for why, name, ms in self._timers(node):
            yield self._step(node, why, given, (name, ms))

    def _changes(self, given: Given) -> Iterator[tuple[str, Given]]:
        for pilot in PILOTS:
            if pilot != given.pilot:
                yield f"pilot {pilot}", given._replace(pilot=pilot)
        for offer in (*OFFERS_MA, SILENT):
            if offer != given.offer:
                yield offer, given._replace(offer=offer)
        for board in BOARDS:
            if board != given.board:
                yield board, given._replace(board=board)

    def _timers(self, node: Node) -> Iterator[tuple[str, str, int]]:
        """Why, the field and the value just before it elapses, of what can elapse in `node`."""
        of = dict(zip(self._at, node.fields, strict=True))
        for name, rows in _TIMERS.items():
            for why, edge in rows:
                edge_ms = edge or self.settings.restart_ms
                if of[name] < edge_ms:
                    yield why, name, edge_ms - _DT_MS
                    break
        if of["_faults"] & faults.HEALS_ITSELF:
            yield "healed", "_healthy_ms", faults.HEAL_MS - _DT_MS
        edge = _CALLS.get(of["wake_phase"])
        if edge:
            why, edge_ms = edge
            yield why, "wake_ms", edge_ms - _ROUND_MS

    def _step(
        self,
        node: Node,
        why: str,
        given: Given,
        elapses: tuple[str, int] | None = None,
        clear: bool = False,
    ) -> Step:
        self._restore(node)
        if elapses:
            name, value = elapses
            thing, field, _ = self._fields[self._at[name]]
            setattr(thing, field, value)
        self.facts.begin()
        self.given = given
        if self.silent:
            self.guard._silent_ms = max(self.guard._silent_ms, guard.SILENT_MS - _DT_MS)
        elif clear or given.offer != node.given.offer:
            self._say(clear)
        broken = ""
        for _ in range(HOLD_TICKS):
            self._tick()
            broken = broken or self.facts.judge()
        return Step(why, self._node(), broken)

    def _tick(self) -> None:
        given, hal, seq = self.given, self.hal, self.guard._sequence
        high_mv, low_mv = PILOTS[given.pilot]
        if seq.duty == _duty.X1:
            low_mv = high_mv
        elif seq.duty == _duty.F:
            high_mv = low_mv = 0 if given.pilot == "E" else -12_000
        inputs = hal.inputs
        inputs[signals.CP_HIGH_MV] = high_mv
        inputs[signals.CP_LOW_MV] = low_mv
        inputs[signals.CP_DUTY] = signals.NOT_FITTED
        inputs[signals.PE] = given.board != "no PE"
        inputs[signals.RCD] = given.board == "residual current"
        inputs[signals.FEEDBACK] = seq.closed ^ (given.board == "contact stuck")
        self.facts.before()
        self.guard.tick()

    def _say(self, clear: bool = False) -> None:
        """Ring 1 hands down the offer."""
        hand = self.guard.handover
        slot = hand.spare()
        slot[handover.DOWN_FLAGS] = PERMITTED if self.offered_ma else 0
        slot[handover.DOWN_ROWS] = 1
        slot[handover.DOWN_LEASES] = self.offered_ma
        slot[handover.DOWN_LEASES + handover.LEASE_TTL_MS] = handover.NEVER
        for i in range(handover.DOWN_CURRENT_MA, handover.DOWN_ROWS):
            slot[i] = handover.UNKNOWN
        slot[handover.DOWN_CLEAR] += clear
        hand.publish()

    def _restore(self, node: Node) -> None:
        """Put the guard into `node`, just before a round of its chores."""
        g = self.guard
        self.given = node.given
        for (thing, name, _), value in zip(self._fields, node.fields, strict=True):
            setattr(thing, name, value)
        self._say()
        g.handover.take(g._down)
        g._clear = g._down[handover.DOWN_CLEAR]
        g._limits.renew()
        g._turn = g._round_ms = g._heard_ms = g._slow = 0
        g._chore = _SWITCH
        g._silent_ms = guard.SILENT_MS if self.silent else 0
        g._took = False
        g._dt_ms = _ROUND_MS
        g._vehicle.toggles = g._vehicle._since_ms = 0
        g._limit_ma = -1  # worked out anew when it judges
        window = PILOTS[node.given.pilot][0]
        g._vehicle._window(window)
        g._supply._age_ms = 600_000

    def _node(self) -> Node:
        seq = self.guard._sequence
        if not seq.closed and seq.duty in (_duty.X1, _duty.F):
            seq._duty_ms = 0  # nothing waits for it
        if seq.duty != _duty.F:
            seq.settled_ms = min(seq.settled_ms, 30)
        fields = tuple(classed(getattr(thing, name)) for thing, name, classed in self._fields)
        return Node(self.given, fields)

    def of(self, node: Node, name: str) -> int:
        """The field `name` of a node."""
        return node.fields[self._at[name]]


_SWITCH = 4  # the chores before this one have nothing to do here
# Why, and when in ms; 0 is the settings' restart_ms.
_TIMERS = {
    "settled_ms": (("samples settle", 30), ("F held 0.3 s", sequence.F_MS)),
    "switched_ms": (("contact looked at", 200), ("rested", 0)),
    "_ready_ms": (("S2 held 0.5 s", sequence.READY_MS),),
    "_duty_ms": (("5 s", sequence.RAISE_MS), ("stop ignored 6 s", sequence.FORCED_MS)),
}
_CALLS = {
    wake._WAIT: ("asleep 30 s", wake.AFTER_MS),
    wake._CALL: ("called 4 s", wake.CALL_MS),
    wake._PAUSE: ("paused 0.75 s", wake.PAUSE_MS),
}
