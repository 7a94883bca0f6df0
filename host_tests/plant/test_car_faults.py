"""Cars that do not do what IEC 61851-1 asks, and cars that load the phases unevenly."""

import pytest
from plant import Cable, Car, World
from plant.car import VENTILATION_R2_OHM

S = 1_000_000
MS = 1_000
CHARGE = 2_666  # 15_996 mA


def charging(world=None, **keywords):
    world = world or World(Car(**keywords), Cable(32))
    world.set_outputs(CHARGE, True)
    world.advance(world.now_us + 20 * S)
    return world


@pytest.mark.parametrize("duty", [10_000, 0, 500])
def test_one_that_ignores_the_stop_keeps_s2_and_its_current(duty):
    world = charging()
    world.car.ignores_stop = True
    world.set_outputs(duty, True)
    world.advance(world.now_us + 60 * S)
    assert world.car.s2
    assert world.current_ma() == (15_996,) * 3
    world.set_outputs(duty, False)
    world.advance(world.now_us + S)
    assert world.car.s2
    assert world.current_ma() == (0, 0, 0)
    assert world.opened_under_load == 1


def test_one_that_ignores_the_stop_still_follows_an_offer_and_its_driver():
    world = charging()
    world.car.ignores_stop = True
    world.set_outputs(1_000, True)
    world.advance(world.now_us + 5 * S)
    assert world.current_ma()[0] == 6_000
    world.car.stop()
    world.advance(world.now_us + 3 * S)
    assert not world.car.s2


def test_it_hears_a_stop_again_when_the_fault_is_gone():
    world = charging()
    world.car.ignores_stop = True
    world.set_outputs(10_000, True)
    world.advance(world.now_us + 60 * S)
    world.car.ignores_stop = False
    world.advance(world.now_us + 3 * S)
    assert not world.car.s2


@pytest.mark.parametrize(
    ("over_ma", "over_pm", "max_ma", "drawn_ma"),
    [
        (0, 0, 32_000, 15_996),
        (2_001, 0, 32_000, 17_997),
        (0, 101, 32_000, 17_611),
        (500, 100, 32_000, 18_095),
        (9_999, 0, 20_000, 20_000),
        (-1_000, 0, 32_000, 14_996),
    ],
)
def test_one_that_draws_more_than_offered(over_ma, over_pm, max_ma, drawn_ma):
    world = World(Car(max_ma=max_ma))
    world.car.over_ma, world.car.over_pm = over_ma, over_pm
    assert charging(world).current_ma() == (drawn_ma,) * 3


def test_the_excess_may_begin_in_mid_charge():
    world = charging()
    world.car.over_ma = 3_000
    world.advance(world.now_us + S)
    assert world.current_ma()[0] == 18_996
    world.car.over_ma = 0
    world.advance(world.now_us + S)
    assert world.current_ma()[0] == 15_996


def test_one_that_follows_late_stops_in_time_all_the_same():
    world = charging()
    world.car.follow_ms = 8_000
    world.set_outputs(1_000, True)
    world.advance(world.now_us + 8 * S - 1)
    assert world.current_ma()[0] == 15_996
    world.advance(world.now_us + S)
    assert world.current_ma()[0] == 6_000
    world.set_outputs(10_000, True)
    world.advance(world.now_us + 3 * S)
    assert not world.car.s2


def test_one_that_opens_s2_under_load_leaves_the_current_to_the_contactor():
    world = charging(s2_ms=50)
    world.car.opens_loaded = True
    world.car.stop()
    world.advance(world.now_us + 50 * MS)
    assert not world.car.s2
    assert world.changed_us["s2"] == world.now_us
    assert world.log.values["cp"] == "B"
    world.advance(world.now_us + 60 * S)
    assert world.current_ma()[0] == 15_996
    world.set_outputs(CHARGE, False)
    world.advance(world.now_us + 15 * MS)
    assert world.current_ma() == (0, 0, 0)
    assert world.opened_under_load == 1
    world.set_outputs(CHARGE, True)
    world.advance(world.now_us + 60 * S)
    assert world.current_ma() == (0, 0, 0)


def test_one_that_asks_for_ventilation_goes_to_d():
    world = World(Car(r2_ohm=VENTILATION_R2_OHM))
    world.set_outputs(CHARGE, False)
    world.advance(5 * S)
    assert world.log.values["cp"] == "D"
    assert charging(world).current_ma() == (15_996,) * 3


@pytest.mark.parametrize(
    ("phases", "share_pm", "drawn"),
    [
        (1, (1_000, 1_000, 1_000), (15_996, 0, 0)),
        (2, (1_000, 1_000, 1_000), (15_996, 15_996, 0)),
        (3, (1_000, 500, 250), (15_996, 7_998, 3_999)),
        (3, (0, 1_000, 0), (0, 15_996, 0)),
        (2, (500, 250, 1_000), (7_998, 3_999, 0)),
    ],
)
def test_loads_the_phases_by_their_shares_and_pays_for_each(phases, share_pm, drawn):
    world = charging(phases=phases, share_pm=share_pm)
    assert world.current_ma() == drawn
    before = world.reading()
    assert before.current_a == tuple(ma / 1000 for ma in drawn)
    world.advance(world.now_us + 3_600 * S)
    wh = world.reading().import_wh - before.import_wh
    assert wh == pytest.approx(sum(before.power_w), rel=1e-12)
