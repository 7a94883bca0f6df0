"""The simplified pilot, IEC 61851-1 A.2.3: from A straight to C, one phase, 10 A at most."""

import pytest
from plant import Cable, SimpleCar, World

S = 1_000_000


def test_goes_from_a_to_c_with_no_b_between():
    world = World()
    states = []
    world.log.observers.append(lambda c: states.append(c.value) if c.name == "cp" else None)
    world.plug(Cable(20), SimpleCar())
    world.advance(S)
    assert states == ["C"]
    world.unplug()
    assert states == ["C", "A"]


@pytest.mark.parametrize("duty", [10_000, 1_000, 5_333])
def test_loads_one_phase_with_10_a_whatever_the_duty(duty):
    world = World(SimpleCar())
    world.set_outputs(duty, True)
    world.advance(20 * S)
    assert world.current_ma() == (10_000, 0, 0)


def test_the_limit_of_gb_t_is_8_a():
    world = World(SimpleCar(max_ma=8_000))
    world.set_outputs(5_333, True)
    world.advance(20 * S)
    assert world.current_ma() == (8_000, 0, 0)


def test_stays_in_c_when_it_has_had_enough():
    world = World(SimpleCar(wanted_wh=10))
    world.set_outputs(5_333, True)
    world.advance(3_600 * S)
    assert world.current_ma() == (0, 0, 0)
    assert world.reading().import_wh == pytest.approx(10, abs=1)
    assert world.log.values["cp"] == "C"
    assert world.changed_us["s2"] == 0


def test_loses_its_current_with_the_contacts():
    world = World(SimpleCar())
    world.set_outputs(5_333, True)
    world.advance(20 * S)
    world.set_outputs(10_000, False)
    world.advance(21 * S)
    assert world.current_ma() == (0, 0, 0)
    assert world.opened_under_load == 1
