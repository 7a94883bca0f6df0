"""The mains: outages, sags and swells of single phases, and a slow return."""

import pytest
from plant import Car, Mains, World
from plant.mains import DEAD

S = 1_000_000
MS = 1_000


def charging(**keywords):
    world = World(Car(), mains=Mains(source_mohm=0), **keywords)
    world.set_outputs(2_666, True)
    world.advance(20 * S)
    return world


@pytest.mark.parametrize(
    ("outages", "drawn"),
    [
        ((False, True, False), (15_996, 0, 15_996)),
        ((False, True, True), (15_996, 0, 0)),
        ((True, False, False), (0, 0, 0)),  # the on-board charger lives from L1
    ],
)
def test_single_phases_may_fail(outages, drawn):
    world = charging()
    world.mains.outages = outages
    volts = world.reading().voltage_v
    assert volts == tuple(0 if out else 230 for out in outages)
    assert world.current_ma() == drawn
    world.mains.outages = (False, False, False)
    world.advance(world.now_us + 20 * S)
    assert world.current_ma() == (15_996,) * 3


def test_sags_and_swells_scale_each_phase():
    world = charging()
    world.mains.scale_pm = (850, 1_000, 1_150)
    assert world.reading().voltage_v == (195.5, 230, 264.5)
    world.mains.volts_mv = (220_000, 220_000, 220_000)
    assert world.reading().voltage_v == (187, 220, 253)


def climb(world, until_us):
    """Each voltage of L1 with the instant since when it is there."""
    steps = [(world.now_us, world.reading().voltage_v[0])]
    while world.next_us() <= until_us:
        world.advance(world.next_us())
        steps.append((world.now_us, world.reading().voltage_v[0]))
    return steps


def test_an_outage_ends_at_once_or_in_a_slow_return():
    for return_us, expected in (
        (0, [(2 * S, 230)]),
        (S, [(2 * S + k * 50 * MS, pytest.approx(11.5 * k)) for k in range(21)]),
    ):
        world = World()
        world.mains.return_us = return_us
        world.advance(S)
        world.mains.outage = True
        world.advance(2 * S)
        assert world.reading().voltage_v == (0, 0, 0)
        world.mains.outage = False
        assert climb(world, 10 * S) == expected


def test_each_phase_returns_by_itself_and_an_outage_in_between_begins_anew():
    mains = Mains()
    mains.return_us = 1_001  # does not divide by its 20 steps
    mains.outages = (True, True, False)
    assert mains.look(0) == (0, 0, 230_000)
    mains.outages = (False, True, False)
    assert mains.look(0) == (0, 0, 230_000)
    assert mains.look(501) == (115_000, 0, 230_000)
    mains.outage = True
    assert mains.look(600) == DEAD
    mains.outage, mains.outages = False, (False, False, False)
    assert mains.look(700) == DEAD
    assert mains.look(700 + 1_000) == (218_500,) * 3
    assert mains.look(700 + 1_001) == (230_000,) * 3


def test_a_slow_return_is_a_sag_for_the_car_and_costs_no_energy_count():
    world = charging()
    world.mains.return_us = 10 * S
    world.mains.outage = True
    world.advance(world.now_us + S)
    world.mains.outage = False
    start = world.reading().import_wh
    world.advance(world.now_us + 3 * S)
    assert world.current_ma() == (0, 0, 0)  # below 80 V
    world.advance(world.now_us + S)
    assert world.reading().import_wh == start  # above 80 V, the charger is starting
    world.advance(world.now_us + 60 * S)
    assert world.current_ma() == (15_996,) * 3
