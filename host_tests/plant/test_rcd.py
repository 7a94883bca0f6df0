"""The RCD: it opens in hardware, in the times of IEC 62955, latches, and can be tested."""

import pytest
from pilotwire.pilot import signals
from plant import Car, Contactor, Rcd, World

S = 1_000_000
MS = 1_000
CHARGE = 2_666
# residual current in uA, longest time until the contacts are open (standards.md 5.1)
DC_LIMITS = ((6_000, 10 * S), (60_000, 300 * MS), (200_000, 100 * MS))
AC_LIMITS = ((30_000, 300 * MS), (60_000, 150 * MS), (150_000, 40 * MS))


def charging(rcd=None, **keywords):
    world = World(Car(), rcd=rcd, **keywords)
    drive(world, us=20 * S)
    return world


def drive(world, us, test=False, closed=True):
    world.set_outputs(CHARGE, closed, rcd_test=test)
    world.advance(world.now_us + us)


def pulse(world, us, closed=False):
    """A pulse on the test input; the instant of its end."""
    drive(world, us, test=True, closed=closed)
    drive(world, 0, closed=closed)
    return world.now_us


def test_trips_in_the_times_of_the_standard_though_the_coil_stays_commanded():
    for name, limits in (("dc_ua", DC_LIMITS), ("ac_ua", AC_LIMITS)):
        for ua, limit_us in limits:
            world = charging()
            setattr(world.rcd, name, ua)
            start_us = world.now_us
            world.advance(start_us + limit_us)
            assert world.poles == 0, (name, ua)
            assert world.contactor.coil
            assert world.changed_us["rcd"] > start_us
            assert world.opened_under_load == 1
            assert world.rcd.trips == 1


def test_leaves_currents_below_its_thresholds_alone():
    world = charging()
    world.rcd.dc_ua, world.rcd.ac_ua = 3_000, 15_000
    world.advance(world.now_us + 3_600 * S)
    assert world.poles
    assert not world.rcd.tripped


def test_a_current_that_ends_in_time_trips_nothing_and_starts_anew():
    world = charging()
    for _ in range(3):
        world.rcd.dc_ua = 6_000  # 5 s to the trip
        world.advance(world.now_us + 4 * S)
        world.rcd.dc_ua = 0
        world.advance(world.now_us + S)
    assert not world.rcd.tripped
    world.rcd.dc_ua = 6_000
    world.advance(world.now_us + 4 * S)
    world.rcd.dc_ua = 200_000  # worse than before: its own, shorter time has passed long ago
    world.advance(world.now_us)
    assert world.rcd.tripped


def test_open_contacts_and_dead_mains_carry_no_residual_current():
    world = World(Car())
    world.rcd.dc_ua = 200_000
    world.advance(S)
    assert not world.rcd.tripped
    world.mains.outage = True
    drive(world, S)
    assert world.poles
    assert not world.rcd.tripped
    world.mains.outage = False
    world.advance(world.now_us + S)
    assert world.rcd.tripped


def test_latches_until_the_test_input_releases_it():
    world = charging()
    world.rcd.dc_ua = 60_000
    world.advance(world.now_us + S)
    world.rcd.dc_ua = 0
    drive(world, 3_600 * S, closed=False)
    drive(world, S, closed=True)
    assert world.rcd.tripped
    assert world.poles == 0
    pulse(world, 250 * MS)
    world.advance(world.now_us + 3 * S)
    assert not world.rcd.tripped
    drive(world, S)
    assert world.poles


def test_a_loss_of_its_supply_releases_it_too():
    world = charging()
    world.rcd.ac_ua = 150_000
    world.advance(world.now_us + S)
    world.rcd.ac_ua = 0
    world.rcd.power_cycle()
    world.advance(world.now_us + S)
    assert world.poles  # the coil has been commanded all the time


@pytest.mark.parametrize(
    ("pulse_ms", "accepted"),
    [(29, False), (30, True), (250, True), (1_200, True), (1_201, False)],
)
def test_a_test_pulse_makes_the_output_active_for_a_while(pulse_ms, accepted):
    world = World()
    end_us = pulse(world, pulse_ms * MS)
    world.advance(end_us + 300 * MS - 1)
    assert not world.rcd.tripped
    world.advance(end_us + 300 * MS)
    assert world.rcd.tripped == accepted
    world.advance(end_us + 3 * S)
    assert not world.rcd.tripped
    edges = [c.us - end_us for c in world.log.history if c.name == "rcd" and c.us]
    assert edges == ([300 * MS, 2 * S] if accepted else [])
    assert world.rcd.trips == 0


def test_a_test_opens_closed_contacts_in_hardware():
    world = charging()
    pulse(world, 100 * MS, closed=True)
    world.advance(world.now_us + 400 * MS)
    assert world.poles == 0
    assert world.opened_under_load == 1
    world.advance(world.now_us + 3 * S)
    assert world.poles  # and they close again: the coil is commanded


def test_a_dead_module_trips_neither_in_the_test_nor_in_earnest():
    world = World(Car())
    world.rcd.dead = True
    pulse(world, 250 * MS)
    world.advance(world.now_us + 3 * S)
    drive(world, 20 * S)
    world.rcd.dc_ua = 200_000
    world.advance(world.now_us + 60 * S)
    assert world.poles
    assert [c for c in world.log.history if c.name == "rcd" and c.us] == []


def test_a_module_stuck_in_its_trip_keeps_the_contacts_open_through_every_test():
    world = charging()
    world.rcd.stuck_tripped = True
    world.advance(world.now_us + 15 * MS)
    assert world.poles == 0
    pulse(world, 250 * MS, closed=True)
    world.advance(world.now_us + 60 * S)
    assert world.rcd.tripped
    assert world.poles == 0


def test_without_the_wire_to_the_coils_the_pin_alone_tells():
    world = charging(Rcd(opens=False))
    world.rcd.ac_ua = 30_000
    world.advance(world.now_us + S)
    inputs = [0] * signals.N_INPUTS
    world.sample(inputs)
    assert inputs[signals.RCD] == 1
    assert world.poles


def test_a_trip_opens_both_contactors():
    first, second = Contactor.pair()
    world = charging(contactor=first, contactor2=second)
    world.rcd.dc_ua = 60_000
    world.advance(world.now_us + 300 * MS)
    assert world.poles == 0
    assert second.coil


def test_a_weld_keeps_the_residual_current_flowing_through_every_reset():
    world = charging()
    world.contactor.welded = True
    world.rcd.dc_ua = 60_000
    world.advance(world.now_us + S)
    assert world.poles
    pulse(world, 250 * MS)
    world.advance(world.now_us + 3 * S)
    assert world.rcd.tripped
    assert world.rcd.trips == 2
