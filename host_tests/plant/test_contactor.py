"""Contactors: two for one- and three-phase operation, each with its poles, ageing and faults."""

import pytest
from plant import Car, Contactor, World
from plant.contactor import ALL_POLES, L1, L2, L3, N

S = 1_000_000
MS = 1_000
CHARGE = 2_666
MA = 15_996


def two(car=None, **times):
    first, second = Contactor.pair(**times)
    return World(car or Car(), contactor=first, contactor2=second)


def drive(world, closed, phases=3, us=20 * S, duty=CHARGE):
    world.set_outputs(duty, closed, phases=phases)
    world.advance(world.now_us + us)


def test_one_phase_closes_l1_and_n_only():
    world = two()
    drive(world, True, phases=1)
    assert world.poles == L1 | N
    assert world.current_ma() == (MA, 0, 0)
    assert (world.contactor.feedback, world.contactor2.feedback) == (True, False)
    drive(world, True, phases=3)
    assert world.poles == ALL_POLES
    assert world.current_ma() == (MA, MA, MA)
    drive(world, False)
    assert world.poles == 0


def test_a_single_contactor_closes_all_poles_for_any_phases():
    for phases in (1, 3):
        world = World(Car())
        drive(world, True, phases=phases)
        assert world.poles == ALL_POLES
        assert world.current_ma() == (MA, MA, MA)


def test_other_phases_are_refused():
    with pytest.raises(ValueError, match="1 or 3"):
        World().set_outputs(CHARGE, False, phases=2)


def test_each_contactor_counts_what_it_opens_under_load():
    world = two()
    drive(world, True)
    drive(world, True, phases=1)  # L2 and L3 part at 16 A
    assert (world.contactor.opened_under_load, world.contactor2.opened_under_load) == (0, 1)
    drive(world, False)
    assert (world.contactor.opened_under_load, world.contactor2.opened_under_load) == (1, 1)
    assert world.opened_under_load == 2
    one_phase = two(Car(phases=1))
    drive(one_phase, True)
    drive(one_phase, True, phases=1)
    assert one_phase.opened_under_load == 0  # nothing flowed in L2 and L3


@pytest.mark.parametrize(
    ("welded_poles", "poles", "current"),
    [
        (L1, L1, (0, 0, 0)),  # N is open
        (N, N, (0, 0, 0)),
        (L1 | N, L1 | N, (MA, 0, 0)),
        (L1 | L3 | N, L1 | L3 | N, (MA, 0, MA)),
    ],
)
def test_a_welded_pole_stays_and_the_mirror_contact_tells(welded_poles, poles, current):
    world = World(Car())
    drive(world, True)
    world.contactor.welded_poles = welded_poles
    drive(world, False, us=100 * MS)
    assert world.poles == poles
    assert world.contactor.closed
    assert world.contactor.feedback
    assert world.current_ma() == current


@pytest.mark.parametrize(
    ("stuck_poles", "current"),
    [(L1, (0, 0, 0)), (L2, (MA, 0, MA)), (L2 | L3, (MA, 0, 0)), (N, (0, 0, 0))],
)
def test_a_stuck_pole_never_conducts(stuck_poles, current):
    world = World(Car())
    world.contactor.stuck_poles = stuck_poles
    drive(world, True)
    assert world.poles == ALL_POLES & ~stuck_poles
    assert world.current_ma() == current  # without L1 this car's charger has no supply
    assert world.contactor.feedback


def test_faults_of_one_contactor_leave_the_other_alone():
    world = two()
    world.contactor2.welded = True
    world.advance(S)
    assert world.poles == L2 | L3
    assert (world.contactor.feedback, world.contactor2.feedback) == (False, True)
    world.contactor2.welded = False
    world.contactor2.stuck_open = True
    drive(world, True)
    assert world.poles == L1 | N
    world.contactor.welded_poles = L2  # not one of its own
    drive(world, False)
    assert world.poles == 0


def test_times_drift_with_the_operations():
    world = World(contactor=Contactor(make_us=20_000, break_us=15_000))
    world.contactor.make_drift_us = 500
    world.contactor.break_drift_us = -6_000
    took_us = []
    for _ in range(4):
        for closed in (True, False):
            start_us = world.now_us
            drive(world, closed, us=100 * MS)
            took_us.append(world.changed_us["contacts"] - start_us)
    assert took_us == [20_000, 15_000, 20_500, 9_000, 21_000, 3_000, 21_500, 0]


@pytest.mark.parametrize("stuck", [True, False])
def test_the_feedback_contact_may_fail_by_itself(stuck):
    world = World()
    world.contactor.feedback_stuck = stuck
    for closed in (True, False):
        drive(world, closed, us=S)
        assert world.contactor.closed == closed
        assert world.signals()["FEEDBACK"] == stuck
