"""What an installer has wired wrong, as the wallbox and its meter see it."""

import pytest
from plant import Adapter, Cable, Contactor, Mains, Meter, Pilot, World

MS = 1_000


def settle(world: World, ms: int = 2_000) -> None:
    world.advance(world.now_us + ms * MS)


def charging(meter: Meter) -> World:
    world = World(meter=meter)
    adapter = Adapter()
    world.plug(Cable(32), adapter)
    adapter.turn(True)
    settle(world)
    world.set_outputs(5_000, True)
    settle(world)
    return world


def test_phase_and_neutral_exchanged_show_as_voltages_between_phases_and_no_earth_at_l1():
    mains = Mains()
    mains.swapped = 1
    world = World(mains=mains)
    settle(world)
    assert [round(u) for u in world.reading().voltage_v] == [230, 398, 398]
    assert world.signals()["PE"] == 0
    mains.swapped = 2
    settle(world)
    assert [round(u) for u in world.reading().voltage_v] == [398, 230, 398]
    assert world.signals()["PE"] == 1


@pytest.mark.parametrize(
    ("cts", "backwards", "ratio"),
    [
        ((0, 1, 2), (False,) * 3, 1.0),
        ((0, 1, 2), (True,) * 3, -1.0),
        ((0, 1, 2), (True, False, False), 1 / 3),
        ((1, 0, 2), (False,) * 3, 0.0),
        ((1, 2, 0), (False,) * 3, -0.5),
    ],
)
def test_a_meter_counts_what_its_current_inputs_are_wired_to(cts, backwards, ratio):
    meter = Meter(1_000)
    meter.cts, meter.reversed = cts, backwards
    world = charging(meter)
    settle(world, 3_600_000)
    reading = world.reading()
    apparent = sum(u * i for u, i in zip(reading.voltage_v, reading.current_a, strict=True))
    assert sum(reading.power_w) / apparent == pytest.approx(ratio, abs=0.01)
    flowed = 2_760 * ratio  # 4 A on three phases for an hour
    assert reading.import_wh == pytest.approx(1_000 + max(flowed, 0), abs=10)
    assert reading.export_wh == pytest.approx(max(-flowed, 0), abs=10)


def test_feedback_of_the_wrong_contact_says_the_opposite():
    contactor = Contactor()
    contactor.feedback_swapped = True
    world = World(contactor=contactor)
    assert contactor.feedback
    world.set_outputs(10_000, True)
    settle(world)
    assert not contactor.feedback


def test_a_test_input_that_is_not_wired_trips_nothing():
    world = World()
    for cut, trips in ((False, 1), (True, 0)):
        world.rcd.test_cut = cut
        world.set_outputs(10_000, False, rcd_test=True)
        settle(world, 200)
        world.set_outputs(10_000, False)
        settle(world, 1_000)
        assert world.signals()["RCD"] == trips
        settle(world, 3_000)


def test_a_wrong_resistor_in_the_divider_falsifies_what_is_read_and_not_the_pilot():
    pilot = Pilot()
    pilot.gain_pm, pilot.offset_mv = 850, -100
    world = World(pilot=pilot)
    settle(world)
    assert world.cp_high_mv == 12_000
    assert world.signals()["CP_HIGH_MV"] == 10_100


def test_a_short_of_proximity_is_there_with_and_without_a_plug():
    world = World()
    world.pp_short = True
    for plugged in (False, True):
        if plugged:
            world.plug(Cable(32), None)
        settle(world)
        assert world.signals()["PP_OHM"] == 0


@pytest.mark.parametrize(("shorted", "low_mv"), [(False, -12_000), (True, -8_791)])
def test_an_adapter_is_the_resistors_of_table_a8(shorted, low_mv):
    world = World()
    adapter = Adapter()
    adapter.diode_shorted = shorted
    world.plug(Cable(32), adapter)
    world.set_outputs(5_000, False)
    settle(world)
    assert world.signals()["CP_LOW_MV"] == low_mv
    high_mv = world.signals()["CP_HIGH_MV"]
    adapter.turn(True)
    settle(world)
    ohm = 2_740 * 1_300 / 4_040
    drop = 0 if shorted else 700
    assert high_mv == round(drop + (12_000 - drop) * 2_740 / 3_740)
    assert world.signals()["CP_HIGH_MV"] == round(drop + (12_000 - drop) * ohm / (1_000 + ohm))


def test_an_adapter_draws_its_load_only_with_voltage_and_s2():
    world = World()
    adapter = Adapter(load_ma=4_000, phases=1)
    world.plug(Cable(32), adapter)
    world.set_outputs(5_000, True)
    settle(world)
    assert world.current_ma() == (0, 0, 0)
    adapter.turn(True)
    settle(world)
    assert world.current_ma() == (4_000, 0, 0)
    assert world.signals()["PP_OHM"] == 220
    world.set_outputs(10_000, False)
    settle(world)
    assert world.current_ma() == (0, 0, 0)
