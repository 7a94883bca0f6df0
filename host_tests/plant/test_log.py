"""The log: ground truth with the instants at which it changed."""

import pytest
from plant import Cable, Car, World
from plant.log import NAMES, state

S = 1_000_000
MS = 1_000
CHARGE = 2_666


def charging():
    world = World(Car())
    world.set_outputs(CHARGE, True)
    world.advance(20 * S)
    return world


@pytest.mark.parametrize(
    ("high_mv", "letter"),
    [
        (12_600, "A"),
        (9_560, "B"),
        (8_360, "B"),
        (6_490, "C"),
        (5_480, "C"),
        (3_250, "D"),
        (2_620, "D"),
        (1_000, "E"),
        (-1_000, "E"),
        (-11_400, "F"),
    ],
)
def test_the_letter_of_a_plateau(high_mv, letter):
    assert state(high_mv) == letter


def cut(world):
    world.cable.cp_cut = True


def leak(world):
    world.cable.cp_pe_ohm = 4_700


def pp(world):
    world.cable.pp_cut = True


def phase(world):
    world.mains.outages = (False, True, False)


CHANGES = (
    ("cp", cut, "A"),
    ("cp_load", leak, None),
    ("pp", pp, 30_000),
    ("pe", lambda w: setattr(w, "pe_ok", False), False),
    ("rcd", lambda w: setattr(w, "rcd_tripped", True), True),
    ("rcd", lambda w: setattr(w.rcd, "stuck_tripped", True), True),
    ("contacts", lambda w: setattr(w.contactor, "stuck_open", True), 0),
    ("lock", lambda w: setattr(w, "lock_ok", False), False),
    ("stop", lambda w: setattr(w, "stop_pressed", True), True),
    ("cover", lambda w: setattr(w, "cover_open", True), True),
    ("mains", phase, (230_000, 0, 230_000)),
)


@pytest.mark.parametrize(("name", "change", "value"), CHANGES)
def test_every_change_is_known_with_its_instant(name, change, value):
    world = charging()
    before = dict(world.changed_us)
    world.agenda.at(world.now_us + 3_217, lambda: change(world))
    start_us = world.now_us
    world.advance(start_us + 10 * MS)
    after = world.changed_us
    assert after[name] == start_us + 3_217
    if value is not None:
        assert world.log.values[name] == value
    # a cut or a leak acts on what hangs on the pilot and on its voltage
    also = {"cp", "cp_load"} if name in ("cp", "cp_load") else {name}
    for other in set(NAMES) - also:
        assert after[other] == before[other], other


def test_the_wallboxs_own_pwm_is_no_change_of_the_car():
    world = World(Car(asks=False))
    for duty in (CHARGE, 10_000, 5_333):
        world.advance(world.now_us + S)
        world.set_outputs(duty, False)
    assert world.changed_us["cp"] == world.changed_us["cp_load"] == 0


def test_s2_and_the_state_change_together_and_the_contacts_later():
    world = World(Car())
    world.set_outputs(CHARGE, False)
    world.advance(S)
    s2_us = world.changed_us["s2"]
    assert s2_us == world.changed_us["cp"] == 500 * MS
    world.set_outputs(CHARGE, True)
    world.advance(2 * S)
    assert world.changed_us["contacts"] == S + 20 * MS


def test_since_when_goes_through_other_values_and_stops_at_a_break():
    world = charging()

    def lost():
        return world.log.since_us("cp", lambda letter: letter not in "CD")

    assert lost() is None
    first_us = world.now_us
    for change in (cut, lambda w: setattr(w.cable, "cp_pe_ohm", 0)):
        change(world)
        world.advance(world.now_us + 30 * MS)
    world.set_outputs(0, True)  # A, E, F
    world.advance(world.now_us + 30 * MS)
    assert lost() == first_us
    world.cable.cp_cut, world.cable.cp_pe_ohm = False, None
    world.set_outputs(CHARGE, True)
    world.advance(world.now_us + MS)
    assert lost() is None
    again_us = world.now_us
    cut(world)
    world.advance(world.now_us + MS)
    assert lost() == again_us


def test_observers_hear_every_change_at_its_instant():
    world = World()
    heard = []
    world.log.observers.append(lambda change: heard.append((world.now_us, change)))
    world.plug(Cable(20), Car())
    world.set_outputs(CHARGE, True)
    world.advance(20 * S)
    world.unplug()
    world.advance(21 * S)
    assert [change.us for _, change in heard] == [us for us, _ in heard]
    story = [(c.name, c.value) for _, c in heard if c.name in ("cp", "pp", "s2")]
    # S2 stays closed for a moment without a pilot
    assert story == [
        ("pp", 680),
        ("lock", True),
        ("cp", "B"),
        ("cp", "C"),
        ("s2", True),
        ("cp", "A"),
        ("pp", 30_000),
        ("s2", False),
    ][:1] + list(story[1:])
    assert [name for name, _ in story].count("s2") == 2


def test_a_judge_sees_contacts_that_stay_closed_on_a_lost_pilot():
    world = charging()
    world.unplug()
    world.advance(world.now_us + 100 * MS)
    lost_us = world.log.since_us("cp", lambda letter: letter not in "CD")
    assert world.poles
    assert lost_us is not None
    assert world.now_us - lost_us == 100 * MS
    assert world.current_ma()[0] > 0


def test_a_plug_pulled_out_of_closed_contacts_is_counted():
    world = charging()
    world.unplug()
    world.advance(world.now_us + S)
    assert world.pulled_under_load == 1
    world = charging()
    world.unplug()
    world.set_outputs(CHARGE, False)
    world.advance(world.now_us + S)
    assert world.pulled_under_load == 0
