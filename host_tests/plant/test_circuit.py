"""The pilot circuit against the windows that a wallbox and a car expect (IEC 61851-1 Annex A)."""

from itertools import product

import pytest
from plant import Cable, Car, Pilot, World
from plant.car import VENTILATION_R2_OHM
from plant.circuit import node_mv, parallel_ohm

DETECTED_MV = {"A": (11_000, 13_000), "B": (8_000, 10_000), "C": (5_000, 7_000)}
AT_INLET_MV = {"B": (8_360, 9_595), "C": (5_470, 6_535)}  # what parts within tolerance allow
LOW_MV = (-13_000, -11_000)
DUTY = 2_666


def plateaus(world, duty):
    world.set_outputs(duty, False)
    return world.cp_high_mv, world.cp_low_mv


def car_in_c(**keywords):
    """A world whose car has closed S2."""
    pilot = keywords.pop("pilot", None)
    world = World(Car(**keywords), pilot=pilot)
    world.set_outputs(DUTY, False)
    world.advance(2_000_000)
    assert world.car.s2
    return world


@pytest.mark.parametrize(
    ("load_ohm", "volts"),
    [
        (1_870, 8.06),
        (2_740, 8.98),
        (4_610, 9.99),
        (parallel_ohm(2_740, 909), 5.28),
        (parallel_ohm(2_740, 1_300), 5.99),
        (parallel_ohm(2_740, 1_723), 6.51),
    ],
)
def test_test_box_resistors_give_the_edges_of_the_windows(load_ohm, volts):
    assert node_mv(12_000, 1_000, load_ohm, 700) == pytest.approx(volts * 1000, abs=6)


def test_every_corner_of_the_tolerances_lies_in_the_window_of_its_state():
    worlds = list(product(Pilot.corners(), Car.corners()))
    assert len(worlds) == 64
    for generator, car in worlds:
        case = (generator, car)
        empty = World(pilot=Pilot(**generator))
        plugged = World(Car(**car), pilot=Pilot(**generator))
        charging = car_in_c(**car, pilot=Pilot(**generator))
        for state, world in (("A", empty), ("B", plugged), ("C", charging)):
            low, high = DETECTED_MV[state]
            inlet_low, inlet_high = AT_INLET_MV.get(state, (11_400, 12_600))
            high_mv, low_mv = plateaus(world, DUTY)
            assert low < high_mv < high, (state, case)
            assert inlet_low <= high_mv <= inlet_high, (state, case)
            assert LOW_MV[0] < low_mv < LOW_MV[1], (state, case)


def test_corners_reach_both_ends_of_the_inlet_windows():
    seen = {"B": [], "C": []}
    for generator, car in product(Pilot.corners(), Car.corners()):
        seen["B"].append(plateaus(World(Car(**car), pilot=Pilot(**generator)), DUTY)[0])
        world = car_in_c(**car, pilot=Pilot(**generator))
        seen["C"].append(world.cp_high_mv)
    for state, (low, high) in AT_INLET_MV.items():
        assert min(seen[state]) == pytest.approx(low, abs=20)
        assert max(seen[state]) == pytest.approx(high, abs=20)


def test_ventilation_is_state_d():
    world = car_in_c(r2_ohm=VENTILATION_R2_OHM)
    assert parallel_ohm(2_740, VENTILATION_R2_OHM) == pytest.approx(246, abs=0.5)
    assert 2_620 < world.cp_high_mv < 3_250


def test_a_steady_generator_gives_the_same_value_twice():
    assert plateaus(World(), 10_000) == (12_000, 12_000)
    assert plateaus(World(), 0) == (-12_000, -12_000)
    assert plateaus(World(Car()), 10_000) == (8_979, 8_979)
    assert plateaus(World(Car()), 0) == (-12_000, -12_000)  # the diode blocks


def test_a_shorted_diode_pulls_the_low_plateau_up():
    car = Car()
    car.diode_shorted = True
    high_mv, low_mv = plateaus(World(car), DUTY)
    assert high_mv == -low_mv == pytest.approx(8_791, abs=1)


def test_an_open_diode_looks_like_an_empty_socket():
    car = Car()
    car.diode_open = True
    assert plateaus(World(car), DUTY) == (12_000, -12_000)


def test_damaged_cables():
    world = World(Car(), Cable(32))
    world.cable.cp_cut = True
    assert plateaus(world, DUTY) == (12_000, -12_000)
    world.cable.cp_cut = False
    world.cable.cp_pe_ohm = 0
    assert plateaus(world, DUTY + 1) == (0, 0)
    world.cable.cp_pe_ohm = 1_000  # both plateaus halve, and the car loads the upper one
    high_mv, low_mv = plateaus(world, DUTY)
    assert low_mv == -6_000
    assert high_mv == round(700 + 5_300 * 2_740 / (2_740 + 500))


def test_a_fixed_cable_shorts_the_pilot_without_a_car():
    world = World(cable=Cable(32, tethered=True))
    assert plateaus(world, DUTY) == (12_000, -12_000)
    world.cable.cp_pe_ohm = 0
    assert plateaus(world, DUTY + 1) == (0, 0)
