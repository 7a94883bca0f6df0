"""The traces that the tests keep: `python -m replay.record` records them anew.

Three stories on the plant. To be done when ring 0 is meant to decide otherwise than before.
"""

import json
from collections.abc import Callable
from pathlib import Path

from pilotwire.pilot import handover
from plant import Cable, Car, Sleeper, World
from rig.interpreter import ROOT
from ring0.guarded import Guarded
from ring0.guards import Here

TRACES = ROOT / "host_tests" / "replay" / "traces"
_KB = 16


def _charge_with_two_limits(outlet: Guarded) -> None:
    outlet.world.plug(Cable(20), Car())
    outlet.charge()
    for limit_ma in (10_000, 16_000):
        outlet.ring1.leases = [(limit_ma, handover.NEVER, 0)]
        outlet.run(15_000)
    assert outlet.world.car
    outlet.world.car.stop()
    outlet.until(lambda: not outlet.closed, 10_000)
    outlet.world.unplug()
    outlet.run(2_000)


def _residual_current_then_a_loose_pilot(outlet: Guarded) -> None:
    outlet.world.plug(Cable(32), Car())
    outlet.charge()
    outlet.world.rcd_tripped = True
    outlet.run(1_000)
    outlet.world.rcd_tripped = False
    outlet.world.unplug()
    outlet.run(3_000)
    cable = Cable(32)
    outlet.world.plug(cable, Car())
    outlet.charge()
    for ms in (5, 9, 15, 40):
        cable.cp_cut = True
        outlet.run(ms)
        cable.cp_cut = False
        outlet.run(5_000)


def _a_sleeper_and_a_stop_that_is_ignored(outlet: Guarded) -> None:
    car = Sleeper()
    outlet.world.plug(Cable(32), car)
    outlet.charge()
    car.ignores_stop = True
    outlet.ring1.flags &= ~handover.FLAG_RUN
    outlet.run(10_000)


STORIES: dict[str, Callable[[Guarded], None]] = {
    "two-limits": _charge_with_two_limits,
    "residual-current": _residual_current_then_a_loose_pilot,
    "sleeper": _a_sleeper_and_a_stop_that_is_ignored,
}


def record(name: str) -> str:
    """The trace of one story, as its file holds it."""
    guard = Here({"lock": True, "rcd_test": True})
    outlet = Guarded(World(), guard=guard)
    outlet.run(1_000)
    trace = guard.record(_KB)
    STORIES[name](outlet)
    trace.stop()
    return "".join(json.dumps(line) + "\n" for line in trace.lines())


if __name__ == "__main__":
    for story in STORIES:
        Path(TRACES / f"{story}.jsonl").write_text(record(story))
