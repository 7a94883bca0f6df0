"""The guard here and the guard on MicroPython, tick for tick."""

from pilotwire.pilot import handover
from plant import Car, World
from ring0.guarded import Guarded
from ring0.guards import Here, There


def test_both_interpreters_decide_alike_through_a_charge(micropython):
    told = []
    for guard in (Here, There):
        world = World(Car(wanted_wh=20))
        outlet = Guarded(world, guard=guard({"lock": True, "rcd_test": True}))
        rows = []
        outlet.watchers.append(lambda o=outlet, rows=rows: rows.append(list(o.guard.up)))
        outlet.charge()
        outlet.until(lambda o=outlet: not o.closed, 60_000)
        outlet.run(50)
        outlet.guard.end()
        told.append(rows)
    assert told[0] == told[1]
    assert told[0][-1][handover.UP_OPENED]
