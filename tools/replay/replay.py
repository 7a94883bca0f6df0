"""The guard again, from a trace's known state on, fed with what the trace holds."""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from pilotwire.hal.mock import MockHal
from pilotwire.pilot import signals, tap
from pilotwire.pilot.guard import Guard
from pilotwire.pilot.settings import Settings

from .trace import Trace

_OUTPUTS = {tap.DUTY: "duty", tap.CLOSED: "closed", tap.OUTPUTS: "outputs"}


class Difference(NamedTuple):
    """At `tick` the box drove `recorded`, and this guard drives `replayed`."""

    tick: int
    what: str
    recorded: int
    replayed: int


class Step(NamedTuple):
    """One tick: the guard after it, what was new in the trace, and what differs."""

    tick: int
    guard: Guard
    hal: MockHal
    news: list[tuple[int, int]]
    differences: list[Difference]


def replay(trace: Trace) -> Iterator[Step]:
    """Every tick of `trace`, to its last entry."""
    hal, guard = _known(trace)
    *_, duty, closed, outputs = trace.tapped
    driven = {"duty": duty, "closed": closed, "outputs": outputs}
    ticks = trace.ticks()
    slots = trace.changes()
    for tick in range(1, max(ticks, default=0) + 1):
        news = ticks.get(tick, [])
        for what, value in news:
            if what < signals.N_INPUTS:
                hal.inputs[what] = value
            elif what == tap.DT:
                hal.dt_ms = value
            elif what in _OUTPUTS:
                driven[_OUTPUTS[what]] = value
        for what, value in ticks.get(tick + 1, ()):
            if what == tap.SLOT:
                _publish(guard, trace, slots, value)
        guard.tick()
        seen = {"duty": hal.duty, "closed": hal.closed, "outputs": _bits(hal)}
        different = [
            Difference(tick, name, driven[name], seen[name])
            for name in driven
            if driven[name] != seen[name]
        ]
        yield Step(tick, guard, hal, news, different)


def _bits(hal: MockHal) -> int:
    return sum(1 << i for i, on in enumerate(hal.outputs) if on)


def _known(trace: Trace) -> tuple[MockHal, Guard]:
    hal = MockHal()
    guard = Guard(hal, Settings(**trace.settings))
    for name, numbers in trace.parts.items():
        part = guard if name == "guard" else getattr(guard, name)
        for key, value in numbers.items():
            setattr(part, key, value)
    for name, values in trace.arrays.items():
        getattr(guard, name)[:] = array("i", values)
    shared = guard.handover
    shared.slots[shared.published[0]][:] = array("i", trace.slot)
    *held, hal.dt_ms, hal.duty, hal.closed, bits = trace.tapped
    hal.inputs[:] = array("i", held)
    for i in range(signals.N_OUTPUTS):
        hal.outputs[i] = bits >> i & 1
    return hal, guard


def _publish(guard: Guard, trace: Trace, slots: dict[int, dict[int, int]], seq: int) -> None:
    """Publish what the box had published up to the slot `seq`; the first one is there."""
    if seq not in slots:
        return
    spare = guard.handover.spare()
    for number in list(slots):
        for i, value in slots.pop(number).items():
            spare[i] = value
        if number == seq:
            break
    guard.handover.publish()
