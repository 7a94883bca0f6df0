"""The car: its reading of the duty (IEC 61851-1 table A.8) and its timing (Annex A sequences)."""

from itertools import pairwise

import pytest
from plant import Cable, Car, Pilot, World
from plant.car import allowed_ma

S = 1_000_000
MS = 1_000

TABLE_A8 = (
    (0, 0),
    (299, 0),
    (300, 0),
    (500, 0),
    (700, 0),
    (799, 0),
    (800, 6_000),
    (999, 6_000),
    (1_000, 6_000),
    (1_333, 7_998),
    (2_666, 15_996),
    (5_333, 31_998),
    (8_500, 51_000),
    (8_600, 55_000),
    (8_920, 63_000),
    (9_600, 80_000),
    (9_601, 80_000),
    (9_700, 80_000),
    (9_701, 0),
    (10_000, 0),
)


def charging(duty=5_333, **keywords):
    """A world in which the car has drawn its full current for a while."""
    world = World(Car(**keywords), Cable(63))
    world.set_outputs(duty, False)
    world.advance(2 * S)
    world.set_outputs(duty, True)
    world.advance(20 * S)
    assert world.current_ma()[0] == min(world.car.max_ma, allowed_ma(duty))
    return world


def until(world, condition, limit_us):
    """Time from now until `condition`, looked at after every event."""
    start_us = world.now_us
    while not condition():
        due_us = world.next_us()
        assert due_us <= start_us + limit_us
        world.advance(due_us)
    return world.now_us - start_us


@pytest.mark.parametrize(("duty", "ma"), TABLE_A8)
def test_reads_the_duty_by_table_a8(duty, ma):
    assert allowed_ma(duty) == ma


def test_closes_s2_only_for_a_valid_duty():
    for duty in (0, 500, 750, 9_800, 10_000):
        world = World(Car())
        world.set_outputs(duty, True)
        world.advance(60 * S)
        assert not world.car.s2, duty
        assert world.current_ma() == (0, 0, 0), duty
    world = World(Car())
    world.set_outputs(1_000, False)
    assert 100 * MS < until(world, lambda: world.car.s2, S) < S


def test_a_picky_car_waits_for_its_own_least_current():
    world = World(Car(min_ma=8_000))
    world.set_outputs(1_000, False)
    world.advance(60 * S)
    assert not world.car.s2
    world.set_outputs(1_334, False)
    world.advance(62 * S)
    assert world.car.s2


def test_draws_nothing_until_the_contactor_closes_and_then_what_is_less():
    for car_ma, duty, ma in ((16_000, 5_333, 16_000), (32_000, 1_666, 9_996)):
        world = World(Car(max_ma=car_ma))
        world.set_outputs(duty, False)
        world.advance(5 * S)
        assert world.current_ma() == (0, 0, 0)
        world.set_outputs(duty, True)
        world.advance(15 * S)
        assert world.current_ma() == (ma, ma, ma)


def test_a_single_phase_car_loads_one_phase():
    world = charging(phases=1)
    assert world.current_ma() == (31_998, 0, 0)
    amps = world.reading().current_a
    assert amps == (31.998, 0, 0)


def test_follows_every_change_of_the_duty_within_5_s():
    world = charging()
    duties = (5_333, 1_000, 5_333, 2_666, 1_666, 4_000, 1_000)
    for _, duty in pairwise(duties):
        world.set_outputs(duty, True)
        world.advance(world.now_us + 5 * S)
        assert world.current_ma()[0] == allowed_ma(duty)


@pytest.mark.parametrize("max_ma", [6_000, 32_000, 80_000])
def test_x1_ends_the_current_and_opens_s2_within_3_s(max_ma):
    world = charging(duty=9_600, max_ma=max_ma)
    start_us = world.now_us
    world.set_outputs(10_000, True)
    until(world, lambda: not world.car.s2, 3 * S)
    opened_us = world.now_us
    assert opened_us - start_us <= 3 * S
    again = charging(duty=9_600, max_ma=max_ma)
    again.set_outputs(10_000, True)
    again.advance(opened_us - 1)
    assert again.car.s2
    assert again.current_ma()[0] < 1_000  # the current is gone before S2 opens
    assert world.contactor.opened_under_load == 0


def test_a_short_x1_does_not_lose_the_charge():
    world = charging()
    world.set_outputs(10_000, True)
    world.advance(world.now_us + 700 * MS)
    world.set_outputs(5_333, True)
    world.advance(world.now_us + 10 * S)
    assert world.car.s2
    assert world.current_ma()[0] == 31_998


@pytest.mark.parametrize("fault", ["state F", "cut", "short"])
def test_a_lost_pilot_opens_s2_within_3_s(fault):
    world = charging()
    if fault == "state F":
        world.set_outputs(0, True)
    elif fault == "cut":
        world.cable.cp_cut = True
    else:
        world.cable.cp_pe_ohm = 0
    until(world, lambda: not world.car.s2, 3 * S)
    assert world.current_ma() == (0, 0, 0)


def test_stops_by_itself_and_stays_stopped_until_asked():
    world = charging()
    world.car.stop()
    until(world, lambda: not world.car.s2, 3 * S)
    assert world.current_ma() == (0, 0, 0)
    world.set_outputs(10_000, False)
    world.advance(world.now_us + 60 * S)
    world.set_outputs(5_333, False)
    world.advance(world.now_us + 60 * S)
    assert not world.car.s2
    world.car.want()
    until(world, lambda: world.car.s2, S)


def test_s2_stays_where_it_is_when_the_reason_to_move_it_is_gone():
    world = World(Car())
    world.set_outputs(5_333, False)
    world.advance(400 * MS)
    world.car.stop()  # about to close
    world.advance(5 * S)
    assert not world.car.s2
    world.car.want()
    until(world, lambda: world.car.s2, S)
    world.car.stop()
    world.advance(world.now_us + 100 * MS)
    world.car.want()  # about to open
    before_us = world.now_us
    assert world.next_us() > before_us + 60 * S
    world.advance(before_us + 60 * S)
    assert world.car.s2


def test_asks_again_after_a_replug():
    world = charging()
    world.car.stop()
    world.advance(world.now_us + 5 * S)
    world.unplug()
    world.advance(world.now_us + S)
    world.plug(Cable(32), world.car)
    world.advance(world.now_us + S)
    assert world.car.s2


def test_a_full_battery_stops_the_charge_at_its_watt_hours():
    world = World(Car(wanted_wh=500))
    world.set_outputs(5_333, True)
    world.advance(20 * S)
    before = world.reading().import_wh
    until(world, lambda: not world.car.wants, 3_600 * S)
    assert world.reading().import_wh == pytest.approx(500, abs=1e-5)  # a microsecond late
    until(world, lambda: not world.car.s2, 3 * S)
    assert before < 500 < world.reading().import_wh < 505  # what the ramp down adds
    world.car.want(100)
    until(world, lambda: world.car.s2, S)
    start = world.reading().import_wh
    until(world, lambda: not world.car.wants, 3_600 * S)
    assert world.reading().import_wh - start == pytest.approx(100, abs=1e-5)


@pytest.mark.parametrize("wh", [1, 10])
def test_a_battery_may_fill_up_on_the_ramp(wh):
    world = World(Car(wanted_wh=wh))
    world.set_outputs(5_333, True)
    until(world, lambda: not world.car.wants, 60 * S)
    assert 0 < world.current_ma()[0] < 31_998
    assert world.reading().import_wh == pytest.approx(wh, abs=1e-5)


def test_the_current_ends_with_the_mains_voltage():
    world = charging()
    world.mains.outage = True
    assert world.reading().current_a == (0, 0, 0)
    world.advance(world.now_us + S)
    world.mains.outage = False
    world.advance(world.now_us + 100 * MS)
    assert world.current_ma()[0] == 0  # the charger starts anew
    world.advance(world.now_us + 10 * S)
    assert world.current_ma()[0] == 31_998
    world.set_outputs(5_333, False)
    world.advance(world.now_us + 15 * MS)
    assert world.current_ma() == (0, 0, 0)
    assert world.contactor.opened_under_load == 1


def test_every_corner_of_its_tolerances_charges():
    for generator in Pilot.corners():
        for corner in Car.corners():
            world = World(Car(**corner), pilot=Pilot(**generator))
            world.set_outputs(2_666, True)
            world.advance(20 * S)
            assert world.current_ma()[0] == 15_996
