"""A trace of what ring 0 sees and does, from a known state on: `pilotwire replay` runs it again.

Two halves take turns, so that the latest minutes are there whenever somebody asks. Loaded when a
trace is wanted; a charge goes on meanwhile.
"""

from array import array

from micropython import const

from ..pilot import handover
from ..pilot.profiles import PROFILES
from ..pilot.tap import ENTRY, SEQ_MASK, Tap

VERSION = const(1)
_TRIES = const(20)
_ON_A_LINE = const(48)  # numbers
_MV = const(1_000)  # readings that differ less are handed down as they were
_MA = const(200)

# What of a guard makes its state, beside its own integers.
PARTS = (
    "_sequence",
    "_vehicle",
    "_cable",
    "_limits",
    "_care",
    "_supply",
    "_climate",
    "_lock",
    "_test",
    "_phases",
    "_wake",
)
ARRAYS = ("_inputs", "_down", "_decided", "_told", "_outputs")


class Trace:
    """Records what `guard` does on `hal` in about `kb` KB of RAM, until `stop`."""

    def __init__(self, guard, hal, kb):
        self._guard = guard
        self._hal = hal
        self._slots = guard.handover.slots
        self._published = guard.handover.published
        self._tap = Tap(hal, guard._down)
        size = kb * 128  # of each half: a half for each kind
        self._halves = [_Half(size * 2, size), _Half(size * 2, size)]
        self._tap.duty = guard._sequence.duty
        self._tap.closed = guard._sequence.closed
        self._tap.outputs = sum([1 << i for i, on in enumerate(guard._outputs) if on])
        self._begin()
        guard._hal = self._tap

    def stop(self):
        """End it; `lines` may be called any time later."""
        self._guard._hal = self._hal
        self._halves[1].n = self._tap.n
        self._tap.use(array("h"))

    def look(self):
        """Call it now and then: goes on in the other half when this one becomes full."""
        if self._tap.n * 4 > len(self._halves[1].entries) * 3:
            self._turn()

    def hold(self, spare):
        """Take small changes out of the readings in `spare`, which is about to be published."""
        now = self._slots[self._published[0]]
        for first, band in ((handover.DOWN_CURRENT_MA, _MA), (handover.DOWN_VOLTAGE_MV, _MV)):
            for i in range(first, first + 3):
                if -band <= spare[i] - now[i] <= band:
                    spare[i] = now[i]

    def published(self):
        """A slot has been published: note what is new in it."""
        half = self._halves[1]
        slots = half.slots
        start = half.n_slots
        if start + 2 * handover.N_DOWN > len(slots):
            self._turn()
            return
        now = self._slots[self._published[0]]
        before = self._slots[1 - self._published[0]]
        at = start + 2
        for i in range(1, handover.N_DOWN):
            if now[i] != before[i]:
                slots[at] = i
                slots[at + 1] = now[i]
                at += 2
        slots[start] = now[handover.DOWN_SEQ] & SEQ_MASK
        slots[start + 1] = (at - start) // 2 - 1
        half.n_slots = at

    def lines(self):
        """The trace, part by part: small dicts for JSON, the older half first."""
        for half in self._halves:
            if half.known:
                for line in half.lines(self._guard):
                    yield line

    def _turn(self):
        self._halves[1].n = self._tap.n
        self._halves.reverse()
        self._begin()

    def _begin(self):
        half = self._halves[1]
        tap = self._tap
        for _ in range(_TRIES):  # until no tick came in between
            tick = tap.ticks
            tap.use(half.entries)
            half.begin(self._guard, tap, self._slots[self._published[0]])
            if tap.ticks == tick:
                return
        half.known = array("i")


class _Half:
    """Numbers in arrays only: names are looked up when the trace is sent."""

    def __init__(self, n_entries, n_slots):
        self.entries = array("h", bytes(n_entries // ENTRY * ENTRY * 2))
        self.slots = array("i", bytes(n_slots * 4))
        self.n = 0
        self.n_slots = 0
        self.known = array("i")  # the guard's state, part by part; empty: there is none

    def begin(self, guard, tap, slot):
        known = array("i")
        for part in _parts(guard):
            for name in _names(part):
                known.append(int(getattr(part, name)))
        for name in ARRAYS:
            known.extend(getattr(guard, name))
        known.extend(slot)
        known.extend(tap.held)
        known.extend(array("i", [tap.dt_ms, tap.duty, tap.closed, tap.outputs]))
        self.known = known
        self.n = self.n_slots = 0

    def lines(self, guard):
        settings = guard._settings
        values = {name: int(getattr(settings, name)) for name in _names(settings)}
        values["profile"] = next(n for n in PROFILES if PROFILES[n] is settings.profile)
        yield {"trace": VERSION, "settings": values}
        known = self.known
        at = 0
        for key, part in zip(("guard",) + PARTS, _parts(guard)):
            names = _names(part)
            numbers = {name: known[at + i] for i, name in enumerate(names)}
            yield {"part": key, "is": numbers}
            at += len(names)
        for name in ARRAYS:
            n = len(getattr(guard, name))
            yield {"array": name, "is": list(known[at : at + n])}
            at += n
        yield {"slot": list(known[at : at + handover.N_DOWN])}
        yield {"tapped": list(known[at + handover.N_DOWN :])}
        for key, numbers, n in (
            ("slots", self.slots, self.n_slots),
            ("entries", self.entries, self.n),
        ):
            for at in range(0, n, _ON_A_LINE):
                yield {key: list(numbers[at : min(at + _ON_A_LINE, n)])}


def _parts(guard):
    return [guard] + [getattr(guard, name) for name in PARTS]


def _names(thing):
    return sorted([n for n in thing.__dict__ if isinstance(getattr(thing, n), (int, bool))])
