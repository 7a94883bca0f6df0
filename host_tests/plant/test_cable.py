"""Faults of the cable and of the earth, as the pins see them."""

import pytest
from plant import Cable, Car, World
from plant.cable import PP_OPEN_OHM

S = 1_000_000


@pytest.mark.parametrize(
    ("fault", "ohm"),
    [
        ({}, 220),
        ({"pp_drift_pm": 100}, 242),
        ({"pp_drift_pm": -300}, 154),
        ({"pp_drift_pm": 1_000_000}, PP_OPEN_OHM),
        ({"pp_cut": True}, PP_OPEN_OHM),
        ({"pp_ohm": None}, PP_OPEN_OHM),
        ({"pp_ohm": 0, "pp_drift_pm": 100}, 0),
    ],
)
def test_the_proximity_resistor_may_drift_or_lose_contact(fault, ohm):
    world = World(Car(), Cable(32))
    for name, value in fault.items():
        setattr(world.cable, name, value)
    assert world.signals()["PP_OHM"] == ohm
    assert world.log.values["pp"] == ohm


def test_a_broken_earth_in_the_cable_takes_the_pilot_but_not_the_proximity():
    world = World(Car(), Cable(32))
    world.cable.pe_cut = True
    seen = world.signals()
    assert (seen["CP_HIGH_MV"], seen["PP_OHM"], seen["PE"]) == (12_000, 220, 1)
    assert world.log.values["cp"] == "A"
    world.set_outputs(2_666, False)
    world.advance(60 * S)
    assert not world.car.s2


def test_the_earth_of_the_installation_is_the_pin_of_its_own():
    world = World(Car())
    world.pe_ok = False
    seen = world.signals()
    assert (seen["CP_HIGH_MV"], seen["PE"]) == (8_979, 0)
