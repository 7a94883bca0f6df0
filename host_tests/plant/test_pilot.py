"""Faults of the generator: what is on the wire is not what was commanded."""

import pytest
from plant import Car, Pilot, World

S = 1_000_000


@pytest.mark.parametrize(
    ("fault", "commanded", "on_wire", "period_us"),
    [
        ({}, 2_666, 2_666, 1_000),
        ({}, 10_000, 10_000, 0),
        ({}, 0, 0, 0),
        ({"stuck_duty": 5_333}, 10_000, 5_333, 1_000),
        ({"stuck_duty": 10_000}, 2_666, 10_000, 0),
        ({"stuck_duty": 0}, 2_666, 0, 0),
        ({"duty_error": 50}, 2_666, 2_716, 1_000),
        ({"duty_error": -50}, 2_666, 2_616, 1_000),
        ({"duty_error": 50}, 10_000, 10_000, 0),  # steady is steady
        ({"duty_error": -50}, 0, 0, 0),
        ({"duty_error": 600}, 9_600, 10_000, 0),
        ({"period_us": 980}, 2_666, 2_666, 980),
        ({"period_us": 980}, 10_000, 10_000, 0),
        ({"dead": True}, 2_666, 0, 0),
    ],
)
def test_what_is_on_the_wire(fault, commanded, on_wire, period_us):
    world = World()
    for name, value in fault.items():
        setattr(world.pilot, name, value)
    world.set_outputs(commanded, False)
    assert world.pilot.pin_duty == on_wire
    assert world.pilot.pin_period_us == period_us
    assert world.pilot.duty == commanded
    seen = world.signals()
    assert (seen["CP_DUTY"], seen["PIN_PERIOD_US"]) == (on_wire, period_us)


@pytest.mark.parametrize(
    ("fault", "plateaus"),
    [
        ({"stuck_duty": 10_000}, (12_000, 12_000)),
        ({"stuck_duty": 0}, (-12_000, -12_000)),
        ({"dead": True}, (0, 0)),
        ({"high_mv": 11_000}, (11_000, -12_000)),
        ({"low_mv": -9_000}, (12_000, -9_000)),
    ],
)
def test_faults_show_in_the_plateaus(fault, plateaus):
    world = World()
    world.set_outputs(2_666, False)
    for name, value in fault.items():
        setattr(world.pilot, name, value)
    inputs = world.signals()
    assert (inputs["CP_HIGH_MV"], inputs["CP_LOW_MV"]) == plateaus


def test_the_car_follows_the_wire_and_not_the_command():
    world = World(Car())
    world.set_outputs(2_666, True)
    world.advance(20 * S)
    world.pilot.duty_error = 50
    world.advance(30 * S)
    assert world.current_ma()[0] == 2_716 * 6
    world.pilot.stuck_duty = 2_666
    world.set_outputs(10_000, True)
    world.advance(60 * S)
    assert world.car.s2  # it cannot be stopped by the pilot
    world.pilot.dead = True
    world.advance(63 * S)
    assert not world.car.s2
    assert world.log.values["cp"] == "E"


@pytest.mark.parametrize(("r1_ohm", "high_mv"), [(970, 9_046), (1_030, 8_913)])
def test_r1_divides_with_the_car(r1_ohm, high_mv):
    world = World(Car(), pilot=Pilot(r1_ohm=r1_ohm))
    assert world.cp_high_mv == pytest.approx(high_mv, abs=1)
