"""The guard against the plant in virtual time, at every corner of both sides' tolerances."""

from itertools import product

import pytest
from plant import Cable, Car, Pilot, World
from ring0.guarded import Guarded


@pytest.mark.parametrize("error_pm", [-30, 0, 30], ids=["pp-3%", "pp", "pp+3%"])
def test_a_charge_completes_at_every_corner_of_both_sides(error_pm):
    for generator, corner in product(Pilot.corners(), Car.corners()):
        world = World(Car(**corner), Cable(20, pp_error_pm=error_pm), pilot=Pilot(**generator))
        outlet = Guarded(world)
        outlet.charge()
        assert world.current_ma()[0] == 15_996
        world.car.stop()
        outlet.until(lambda w=world: not w.car.s2, 5_000)
        outlet.until(lambda w=world: not w.contactor.closed, 100)  # sequence 8.1
        assert not outlet.fault_codes
        assert world.contactor.opened_under_load == 0


def test_a_pulled_plug_opens_the_contacts_within_100_ms():
    for corner in Car.corners():
        world = World(Car(**corner))
        outlet = Guarded(world)
        outlet.charge()
        world.unplug()
        outlet.until(lambda w=world: not w.contactor.closed, 100)  # sequence 2.2
