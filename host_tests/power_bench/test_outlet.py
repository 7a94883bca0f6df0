"""The bench's box and the plant's car: how long a start and a change of phases take."""

import pytest
from plant.car import Car
from power_bench import optimum
from power_bench.outlet import PAUSE_S, Outlet

QUICK = {"react_ms": 1, "s2_ms": 1, "start_ms": 1, "up_ma_s": 1_000_000}
SLOW = {"react_ms": 5_000, "s2_ms": 500, "start_ms": 3_000, "up_ma_s": 1_000}


def charging(car, phases=1, switches=True):
    outlet = Outlet(Car(**car), phases, switches)
    return outlet, seconds_until(outlet, lambda: outlet.used > 0, 10_000, 0)


def seconds_until(outlet, condition, limit_ma, wanted):
    for second in range(60):
        outlet.step(limit_ma, wanted)
        if condition():
            return second
    raise AssertionError("a minute")


@pytest.mark.parametrize("phases", [1, 3])
def test_a_car_draws_what_it_is_offered_on_each_connected_phase(phases):
    outlet, _ = charging(QUICK, phases)
    outlet.step(10_000, 0)
    assert 9_990 <= outlet.current_ma <= 10_000
    assert outlet.power_w == pytest.approx(10 * 230 * phases, rel=0.01)
    assert outlet.used == phases


def test_a_car_of_one_phase_draws_on_one_of_three():
    outlet, _ = charging(QUICK | {"phases": 1}, 3)
    assert outlet.used == 1


def test_no_start_is_quicker_than_the_best_possible_takes_it_to_be():
    assert charging(QUICK)[1] >= optimum.START_S
    assert charging(SLOW)[1] > optimum.START_S


def test_a_stop_is_one_interruption_and_opens_within_7_s():
    for car in (QUICK, SLOW):
        outlet, _ = charging(car)
        assert seconds_until(outlet, lambda outlet=outlet: not outlet.used, 0, 0) < 7
        assert (outlet.interruptions, outlet.switches) == (1, 0)


def test_a_change_of_phases_is_none_and_takes_the_pause_of_ring_0():
    for car in (QUICK, SLOW):
        outlet, _ = charging(car)
        for wanted in (3, 1):
            draws = seconds_until(outlet, lambda outlet=outlet: not outlet.used, 10_000, wanted)
            pause = seconds_until(outlet, lambda outlet=outlet: outlet.used > 0, 10_000, wanted)
            assert pause + 1 >= max(PAUSE_S, optimum.SWITCH_S), draws
            assert outlet.phases == outlet.used == wanted
        assert (outlet.interruptions, outlet.switches) == (0, 2)


def test_a_box_that_cannot_switch_goes_on():
    outlet, _ = charging(QUICK, 3, switches=False)
    for _ in range(60):
        outlet.step(10_000, 1)
        assert outlet.used == 3
