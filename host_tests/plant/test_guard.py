"""The guard against the plant in virtual time, at every corner of both sides' tolerances."""

from itertools import product

import pytest
from pilotwire.hal.mock import MockHal
from pilotwire.pilot import handover
from pilotwire.pilot.guard import Guard
from plant import Cable, Car, Pilot, World

TICK_US = 10_000
PERMITTED = handover.FLAG_AUTHORISED | handover.FLAG_RUN | handover.FLAG_RECORDED


class Outlet:
    """A guard whose board is the plant."""

    def __init__(self, world, limit_ma=16_000):
        self.world = world
        self.hal = MockHal()
        self.guard = Guard(self.hal)
        self._hand_down(limit_ma)

    def _hand_down(self, limit_ma):
        spare = self.guard.handover.spare()
        spare[handover.DOWN_FLAGS] = PERMITTED
        spare[handover.DOWN_ROWS] = 1
        spare[handover.DOWN_LEASES] = limit_ma
        spare[handover.DOWN_LEASES + handover.LEASE_TTL_MS] = handover.NEVER
        self.guard.handover.publish()

    def until(self, condition, at_most_s):
        """Tick until `condition()`; the seconds of virtual time that took."""
        start_us = self.world.now_us
        while not condition():
            took_s = (self.world.now_us - start_us) / 1e6
            assert took_s <= at_most_s, "too late"
            self.guard.handover.spare()
            self.guard.handover.publish()
            self.world.set_outputs(self.hal.duty, bool(self.hal.closed))
            self.world.advance(self.world.now_us + TICK_US)
            self.world.sample(self.hal.inputs)
            self.guard.tick()
        return (self.world.now_us - start_us) / 1e6

    def current_ma(self):
        return max(self.world.current_ma())


@pytest.mark.parametrize("error_pm", [-30, 0, 30], ids=["pp-3%", "pp", "pp+3%"])
def test_a_charge_completes_at_every_corner_of_both_sides(error_pm):
    for generator, corner in product(Pilot.corners(), Car.corners()):
        world = World(Car(**corner), Cable(20, pp_error_pm=error_pm), pilot=Pilot(**generator))
        outlet = Outlet(world)
        outlet.until(lambda w=world: w.car.s2, 5)
        assert outlet.until(lambda w=world: w.contactor.closed, 3) >= 0.5  # sequence 4
        outlet.until(lambda o=outlet: o.current_ma() == 15_996, 10)
        world.car.stop()
        outlet.until(lambda w=world: not w.car.s2, 5)
        assert outlet.until(lambda w=world: not w.contactor.closed, 0.1) <= 0.1  # sequence 8.1
        assert outlet.guard.handover.up[handover.UP_FAULTS] == 0
        assert world.contactor.opened_under_load == 0


def test_a_pulled_plug_opens_the_contacts_within_100_ms():
    for corner in Car.corners():
        world = World(Car(**corner))
        outlet = Outlet(world)
        outlet.until(lambda o=outlet: o.current_ma() > 10_000, 15)
        world.unplug()
        assert outlet.until(lambda w=world: not w.contactor.closed, 0.1) <= 0.1  # sequence 2.2
