"""The world: the plug, the contactor, the sensors, and energy against a fine-step integration."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilotwire.pilot import signals
from plant import Cable, Car, Mains, Meter, World
from plant.events import NEVER_US

S = 1_000_000
MS = 1_000
CHARGE = 5_333


def sample(world):
    inputs = array("i", [-1] * signals.N_INPUTS)
    world.sample(inputs)
    return inputs


def test_an_empty_wallbox_at_rest():
    world = World()
    assert list(sample(world)) == [12_000, 12_000, 10_000, 30_000, 0, 0, 1, 0, 0, 0]
    world.advance(3_600 * S)
    assert list(sample(world)) == [12_000, 12_000, 10_000, 30_000, 0, 0, 1, 0, 0, 0]
    assert world.next_us() == NEVER_US
    assert world.reading().voltage_v == (230, 230, 230)


def test_sensors_reach_the_samples():
    world = World(Car(), Cable(32))
    cases = (
        (world, "rcd_tripped", True, signals.RCD, 1),
        (world, "pe_ok", False, signals.PE, 0),
        (world, "lock_ok", False, signals.LOCK, 0),
        (world, "stop_pressed", True, signals.STOP, 1),
        (world.contactor, "welded", True, signals.FEEDBACK, 1),
        (world.cable, "pp_ohm", 0, signals.PP_OHM, 0),
        (world.cable, "pp_ohm", None, signals.PP_OHM, 30_000),
    )
    for part, name, value, index, seen in cases:
        assert sample(world)[index] != seen or index == signals.PP_OHM, name
        setattr(part, name, value)
        assert sample(world)[index] == seen, name


@pytest.mark.parametrize(
    ("rating_a", "low", "high"),
    [(13, 1_100, 2_460), (20, 400, 936), (32, 164, 308), (63, 80, 140)],
)
def test_pp_resistors_lie_in_the_range_of_their_rating(rating_a, low, high):
    for error_pm in (-50, 0, 50):
        world = World(Car(), Cable(rating_a, pp_error_pm=error_pm))
        assert low < sample(world)[signals.PP_OHM] < high


def test_a_fixed_cable_has_no_pp_and_needs_no_lock():
    world = World(Car(), Cable(32, tethered=True))
    assert sample(world)[signals.PP_OHM] == 30_000
    assert sample(world)[signals.LOCK] == 1
    world.unplug()
    world.advance(S)
    assert sample(world)[signals.LOCK] == 1
    with pytest.raises(ValueError, match="fixed cable"):
        world.plug(Cable(32), Car())
    world.plug(world.cable, Car())
    world.advance(2 * S)
    assert sample(world)[signals.CP_HIGH_MV] == 8_979


def test_unplugging_parts_cp_first_then_pp_then_power():
    world = World(Car(), Cable(20))
    world.set_outputs(CHARGE, True)
    world.advance(20 * S)
    world.unplug()
    inputs = sample(world)
    assert (inputs[signals.CP_HIGH_MV], inputs[signals.PP_OHM]) == (12_000, 680)
    assert world.current_ma()[0] > 0  # a wallbox that opens in 100 ms opens in time
    world.advance(world.now_us + 100 * MS)
    assert sample(world)[signals.PP_OHM] == 30_000
    assert world.current_ma()[0] > 0
    world.advance(world.now_us + 100 * MS)
    assert world.current_ma() == (0, 0, 0)


def test_plugging_in_closes_cp_last():
    world = World()
    world.plug(Cable(20), Car())
    seen = [tuple(sample(world)[:4])]
    while world.next_us() < NEVER_US:
        world.advance(world.next_us())
        seen.append(tuple(sample(world)[:4]))
    assert world.now_us == 40 * MS
    steady = 10_000
    assert seen == [
        (12_000, 12_000, steady, 30_000),
        (12_000, 12_000, steady, 680),
        (8_979, 8_979, steady, 680),
    ]


def test_a_plug_that_is_in_must_come_out_first():
    world = World(Car())
    with pytest.raises(ValueError, match="unplug first"):
        world.plug(Cable(), Car())


def test_a_car_replaced_in_mid_unplugging_takes_no_energy_of_the_other():
    world = World(Car())
    world.set_outputs(CHARGE, True)
    world.advance(20 * S)
    world.unplug()
    first = world.car
    world.advance(world.now_us + 50 * MS)
    assert first.ramp.at(world.now_us) > 0
    world.plug(Cable(32), Car())
    assert first.ramp.at(world.now_us) == 0
    start = world.reading().import_wh
    assert world.current_ma() == (0, 0, 0)
    world.advance(world.now_us + 500 * MS)
    assert world.reading().import_wh == start


def test_a_cable_without_a_car_is_state_a_with_its_pp():
    world = World()
    world.plug(Cable(13), None)
    world.advance(S)
    assert list(sample(world)[:4]) == [12_000, 12_000, 10_000, 1_500]


def test_the_contacts_follow_the_coil():
    world = World()
    world.set_outputs(10_000, True)
    world.advance(20 * MS - 1)
    assert sample(world)[signals.FEEDBACK] == 0
    world.advance(20 * MS)
    assert sample(world)[signals.FEEDBACK] == 1
    world.set_outputs(10_000, False)
    world.advance(35 * MS - 1)
    assert sample(world)[signals.FEEDBACK] == 1
    world.advance(35 * MS)
    assert sample(world)[signals.FEEDBACK] == 0
    assert world.contactor.operations == 1


def test_a_coil_reversed_in_time_moves_nothing():
    world = World()
    world.set_outputs(10_000, True)
    world.advance(10 * MS)
    world.set_outputs(10_000, False)
    world.advance(S)
    assert world.contactor.operations == 0
    assert sample(world)[signals.FEEDBACK] == 0
    for coil in (True, False, True):
        world.set_outputs(10_000, coil)
        world.advance(world.now_us + (30 if coil else 10) * MS)
        assert sample(world)[signals.FEEDBACK] == 1
    assert world.contactor.operations == 1


def test_contactor_faults():
    world = World(Car())
    world.contactor.stuck_open = True
    world.set_outputs(CHARGE, True)
    world.advance(20 * S)
    assert sample(world)[signals.FEEDBACK] == 0
    assert world.current_ma() == (0, 0, 0)
    world.contactor.stuck_open = False
    world.advance(40 * S)
    world.contactor.welded = True
    world.set_outputs(CHARGE, False)
    world.advance(60 * S)
    assert sample(world)[signals.FEEDBACK] == 1
    assert world.current_ma()[0] > 0
    assert world.contactor.opened_under_load == 0


def test_the_load_pulls_the_voltage_down_and_a_dead_phase_carries_nothing():
    world = World(Car(pf_pm=1_000), mains=Mains((230_000, 231_000, 0), source_mohm=200))
    world.set_outputs(CHARGE, True)
    world.advance(20 * S)
    reading = world.reading()
    assert reading.current_a == (31.998, 31.998, 0)
    assert reading.voltage_v == pytest.approx((230 - 6.3996, 231 - 6.3996, 0))
    assert reading.power_w[0] == pytest.approx(31.998 * (230 - 6.3996))
    assert (reading.power_factor, reading.frequency_hz) == (1, 50)


def test_weeks_of_charging_lose_nothing():
    world = World(Car(pf_pm=1_000), meter=Meter(import_wh=1_000_000))
    world.set_outputs(CHARGE, True)
    world.advance(20 * S)
    start = world.reading()
    for week in range(4):
        for tick in range(1, 10_001):  # ever other, uneven steps
            world.advance((20 + week * 604_800) * S + tick * 60_480_000 - tick % 7)
    world.advance((20 + 4 * 604_800) * S)
    end = world.reading()
    wh = sum(start.power_w) * 4 * 168
    assert end.import_wh - start.import_wh == pytest.approx(wh, rel=1e-12)
    assert end.export_wh == 0


def test_time_never_goes_back():
    world = World()
    world.advance(10)
    with pytest.raises(ValueError, match="forward"):
        world.advance(9)


@pytest.mark.parametrize("duty", [-1, 10_001])
def test_a_duty_out_of_range_is_refused(duty):
    with pytest.raises(ValueError, match=r"outside 0\.\.10000"):
        World().set_outputs(duty, False)


# --- any order of events ---

DUTIES = st.sampled_from((0, 500, 1_000, 1_666, 2_666, 5_333, 8_920, 9_600, 10_000))
ACTIONS = st.one_of(
    st.tuples(st.just("outputs"), DUTIES, st.booleans()),
    st.tuples(st.just("outputs"), st.just(CHARGE), st.just(True)),
    st.tuples(st.just("plug"), st.sampled_from((6_000, 16_000, 80_000)), st.integers(1, 3)),
    st.sampled_from(
        (
            ("unplug",),
            ("stop",),
            ("want", None),
            ("want", 20),
            ("outage",),
            ("phase",),
            ("sag",),
            ("cut",),
            ("weld",),
            ("stuck",),
        )
    ),
)
WAIT_US = st.one_of(st.integers(0, 30 * MS), st.integers(0, 4 * S), st.integers(S, 4 * S))
STORIES = st.lists(st.tuples(ACTIONS, WAIT_US), min_size=3, max_size=14)


def begin():
    """A world that is charging already, so that every story has energy in it."""
    world = World(Car(), Cable(32))
    world.set_outputs(CHARGE, True)
    world.advance(2 * S)
    return world


def act(world, action):
    name, *values = action
    if name == "outputs":
        world.set_outputs(*values)
    elif name == "plug" and not world.plugged:
        world.plug(Cable(32), Car(max_ma=values[0], phases=values[1], wanted_wh=30))
    elif name == "unplug":
        world.unplug()
    elif name == "stop":
        world.car.stop()
    elif name == "want":
        world.car.want(values[0])
    elif name == "outage":
        world.mains.outage = not world.mains.outage
    elif name == "sag":
        world.mains.source_mohm = 400 - world.mains.source_mohm
    elif name == "phase":
        a, b, c = world.mains.volts_mv
        world.mains.volts_mv = (a, c, 230_000 - b)
    elif name == "cut":
        world.cable.cp_cut = not world.cable.cp_cut
    elif name == "weld":
        world.contactor.welded = not world.contactor.welded
    elif name == "stuck":
        world.contactor.stuck_open = not world.contactor.stuck_open


def state(world):
    """All that an observer can see."""
    return (
        world.now_us,
        list(sample(world)),
        world.reading(),
        world.current_ma(),
        world.next_us(),
        world.car.s2,
        world.car.wants,
        world.contactor.operations,
        world.contactor.opened_under_load,
    )


@given(STORIES)
@settings(max_examples=150, deadline=None)
def test_energy_equals_a_fine_step_integration(story):
    world = begin()
    first_wh = world.reading().import_wh
    joules = 0.0
    for action, wait_us in story:
        act(world, action)
        end_us = world.now_us + wait_us
        while world.now_us < end_us:
            start_us = world.now_us
            step_us = min(end_us, world.next_us(), start_us + 4 * MS)
            world.advance((start_us + step_us) // 2)
            joules += sum(world.reading().power_w) * (step_us - start_us) / S
            world.advance(step_us)
    wh = world.reading().import_wh - first_wh
    assert wh == pytest.approx(joules / 3600, rel=1e-6, abs=1e-6)


@given(STORIES, st.data())
@settings(max_examples=300, deadline=None)
def test_one_leap_ends_where_many_steps_end(story, data):
    leap, steps = begin(), begin()
    for action, wait_us in story:
        act(leap, action)
        act(steps, action)
        end_us = leap.now_us + wait_us
        leap.advance(end_us)
        halts = data.draw(st.lists(st.integers(steps.now_us, end_us), max_size=6))
        for halt_us in [*sorted(halts), end_us]:
            steps.advance(halt_us)
        assert state(leap) == state(steps)


@given(STORIES)
@settings(max_examples=300, deadline=None)
def test_no_current_without_contacts_voltage_and_a_willing_car(story):
    world = begin()
    imported = 0.0
    for action, wait_us in story:
        act(world, action)
        end_us = world.now_us + wait_us
        while True:
            reading = world.reading()
            for k in range(3):
                assert 0 <= reading.current_a[k] * 1000 <= world.car.max_ma
                if reading.current_a[k] or reading.power_w[k]:
                    assert world.contactor.closed
                    assert world.car.s2
                    assert reading.voltage_v[k] > 80
                    assert k < world.car.phases
            assert reading.import_wh >= imported
            imported = reading.import_wh
            if world.now_us == end_us:
                break
            before_us = world.now_us
            world.advance(min(end_us, world.next_us()))
            assert before_us <= world.now_us <= end_us
