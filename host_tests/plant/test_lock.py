"""The lock of a socket box: travel, feedback, faults, and what it holds."""

import pytest
from plant import Cable, Car, Locked, World

S = 1_000_000
MS = 1_000


def drive(world, lock, us=S):
    world.set_outputs(10_000, False, lock=lock)
    world.advance(world.now_us + us)


def reported(world):
    return world.signals()["LOCK"]


def test_the_bolt_travels_and_its_contact_tells_when_it_has_arrived():
    world = World(Car())
    drive(world, False)
    assert reported(world) == 0
    for lock in (True, False):
        drive(world, lock, 300 * MS - 1)
        assert reported(world) == (not lock)
        world.advance(world.now_us + 1)
        assert reported(world) == lock
        assert world.changed_us["lock"] == world.now_us


def test_a_bolt_that_is_out_holds_the_plug():
    world = World(Car())
    drive(world, True)
    world.unplug()  # at the car, then
    drive(world, True)
    assert world.plugged
    assert world.cp_high_mv == 12_000
    assert world.signals()["PP_OHM"] == 220
    drive(world, False)
    assert not world.plugged
    assert world.signals()["PP_OHM"] == 30_000
    drive(world, True)
    drive(world, False)
    world.plug(Cable(), Car())
    drive(world, False)
    assert world.cp_high_mv == 8_979


def test_a_held_plug_pulled_at_the_car_under_power_parts_there():
    world = World(Car())
    world.set_outputs(2_666, True, lock=True)
    world.advance(60 * S)
    assert max(world.current_ma()) > 15_000
    world.unplug()
    world.advance(world.now_us + S)
    assert world.current_ma() == (0.0, 0.0, 0.0)
    assert world.pulled_under_load == 1


def test_a_bolt_that_is_out_keeps_a_plug_from_going_in():
    world = World()
    drive(world, True)
    assert reported(world) == 1  # the contact knows nothing of a plug
    with pytest.raises(Locked, match="no plug goes in"):
        world.plug(Cable(), Car())
    drive(world, False)
    world.plug(Cable(), Car())


def test_without_a_drive_the_bolt_stays_and_a_travel_goes_on():
    world = World(Car())
    drive(world, True, 100 * MS)
    drive(world, None)
    assert reported(world) == 1
    drive(world, None, 3_600 * S)
    assert reported(world) == 1


def test_a_reversed_drive_ends_where_it_was_told_last():
    world = World(Car())
    drive(world, True, 100 * MS)
    drive(world, False, S)
    assert reported(world) == 0
    assert [c.value for c in world.log.history if c.name == "lock"] == [True, False]


def test_a_jammed_bolt_needs_a_new_edge_to_try_again():
    world = World(Car())
    world.lock.jammed = True
    drive(world, True)
    assert reported(world) == 0
    world.lock.jammed = False
    drive(world, True)
    assert reported(world) == 0
    drive(world, None)
    drive(world, True)
    assert reported(world) == 1
    world.lock.jammed = True
    drive(world, False)
    assert reported(world) == 1
    world.unplug()
    world.advance(world.now_us + S)
    assert world.plugged


@pytest.mark.parametrize("stuck", [True, False])
def test_a_broken_feedback_says_nothing_of_the_bolt(stuck):
    world = World(Car())
    world.lock.feedback_stuck = stuck
    for lock in (True, False):
        drive(world, lock)
        assert reported(world) == stuck
        assert world.lock.locked == lock


def test_a_box_that_never_commands_its_lock_has_a_latch_that_holds_any_plug():
    world = World(Car())
    assert reported(world) == 1
    world.lock_ok = False
    assert reported(world) == 0
    world.lock_ok = True
    world.unplug()
    world.advance(S)
    assert reported(world) == 0


def test_a_latch_that_fails_shows_with_a_commanded_lock_too():
    world = World(Car())
    drive(world, True)
    world.lock_ok = False
    assert reported(world) == 0


def test_a_fixed_cable_is_always_held_and_its_car_plug_free():
    world = World(Car(), Cable(tethered=True))
    drive(world, True)
    world.unplug()
    world.advance(world.now_us + S)
    assert reported(world) == 1
    world.plug(world.cable, Car())
