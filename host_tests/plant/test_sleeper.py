"""A sleeping car: it wakes for exactly its wake-up, IEC 61851-1 A.5.3."""

import pytest
from plant import Cable, Sleeper, World
from plant.sleeper import LOST, X1

S = 1_000_000
MS = 1_000
CHARGE = 2_666
F = 0
STEADY = 10_000


def asleep(**keywords):
    """A world whose car has ignored PWM for a minute."""
    world = World(Sleeper(**keywords))
    world.set_outputs(CHARGE, False)
    world.advance(60 * S)
    assert not world.car.s2
    return world


def interrupt(world, duty, us):
    """PWM, `duty` for `us`, PWM; whether the car closes S2 then."""
    world.set_outputs(duty, False)
    world.advance(world.now_us + us)
    world.set_outputs(CHARGE, False)
    world.advance(world.now_us + 5 * S)
    return world.car.s2


@pytest.mark.parametrize(
    ("wakes_on", "duty", "ms", "wakes"),
    [
        (LOST, F, 3_000, True),
        (LOST, F, 2_999, False),
        (LOST, STEADY, 10_000, False),
        (X1, STEADY, 3_000, True),
        (X1, STEADY, 2_999, False),
        (X1, F, 10_000, False),
    ],
)
def test_wakes_only_for_its_wake_up_of_at_least_its_length(wakes_on, duty, ms, wakes):
    assert interrupt(asleep(wakes_on=wakes_on), duty, ms * MS) == wakes


def test_a_cut_pilot_wakes_it_like_state_e():
    world = asleep()
    world.cable.cp_cut = True
    world.advance(world.now_us + 3 * S)
    world.cable.cp_cut = False
    world.advance(world.now_us + 5 * S)
    assert world.car.s2


@pytest.mark.parametrize("wakes_on", [LOST, X1])
def test_what_precedes_the_first_pwm_is_no_wake_up(wakes_on):
    world = World()
    world.advance(60 * S)
    world.plug(Cable(), Sleeper(wakes_on=wakes_on))
    world.advance(120 * S)  # X1 all the time
    world.set_outputs(CHARGE, False)
    world.advance(180 * S)
    assert not world.car.s2


def test_each_plugging_in_finds_it_asleep():
    world = asleep(hold_ms=500)
    assert interrupt(world, F, 500 * MS)
    world.unplug()
    world.advance(world.now_us + 60 * S)
    world.plug(Cable(), world.car)
    world.advance(world.now_us + 60 * S)
    assert not world.car.s2
    assert interrupt(world, F, 500 * MS)


def test_may_fall_asleep_in_mid_charge_and_ends_it_in_order():
    world = asleep()
    assert interrupt(world, F, 3 * S)
    world.set_outputs(CHARGE, True)
    world.advance(world.now_us + 10 * S)
    assert world.current_ma()[0] > 15_000
    assert isinstance(world.car, Sleeper)
    world.car.sleep()
    world.advance(world.now_us + 5 * S)
    assert not world.car.s2
    assert world.current_ma() == (0, 0, 0)


def test_an_unknown_wake_up_is_refused():
    with pytest.raises(ValueError, match="'lost' or 'X1'"):
        Sleeper(wakes_on="knock")
