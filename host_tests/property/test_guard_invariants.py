"""Ring 0 on random plants, every invariant of rig/invariants.py watching at every tick."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pilotwire.pilot import cable, faults, guard, sequence
from ring0.guarded import PERMITTED
from ring0.invariants import BOUNDS, CONDITIONS, TRIALS, Broken
from ring0.scenario import CORNERS, PILOTS, Scenario
from ring0.scenarios import CABLE, PARTS, SCENARIOS, SETTINGS

GUARD_MD = Path(__file__).parents[2] / "docs" / "guard.md"

BUDGET = settings(
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # `ring0.fuzz` knows how to make one smaller
    derandomize=True,  # `make fuzz` looks elsewhere each time
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)

# Each once broke an invariant.
FOUND = {
    "a vehicle without S2, the first after our start": Scenario(
        car=("simple", 0), cable=(63, 7), phase_us=1_492, events=((0, "wait", None, 5_200),)
    ),
    "an old reading, of a vehicle that has not followed a reduction yet": Scenario(
        events=(
            (0, "wait", None, 6_500),
            (0, "limit", 6_000, 100),
            (0, "readings", True, 30),
            (0, "readings", False, 14_000),
        )
    ),
    "a vehicle without S2 that comes in state F": Scenario(
        settings={"cable_ma": 16_000},
        events=(
            (0, "flags", 0, 9_000),
            (0, "unplug", None, 1_000),
            (0, "fail", ("weld", 1_000), 3_000),
            (0, "plug", ("simple", 0, 32, 0), 2_000),
            (0, "flags", PERMITTED, 100),
            (0, "clear", None, 2_000),
        ),
    ),
    "mains that are bad in changing ways": Scenario(
        events=(
            (0, "break", "sag", 2_000),
            (0, "break", "phase", 2_000),
            (0, "mend", "phase", 2_000),
        )
    ),
    "a raise above 16 A through a socket that is not locked": Scenario(
        settings={"profile": "gbt18487", "lock": True},
        events=(
            (0, "flags", 0, 20_000),
            (0, "break", "lock jam", 10),
            (0, "flags", PERMITTED, 8_000),
            (0, "limit", 32_000, 20_000),
        ),
    ),
    "an offer as soon as state F ends": Scenario(
        events=(
            (0, "flags", 0, 9_000),
            (0, "fail", ("weld", 1_000), 1_000),
            (0, "flags", PERMITTED, 3_000),
            (0, "clear", None, 2_000),
        ),
    ),
}


def test_the_page_says_the_same():
    page = GUARD_MD.read_text()
    for name, clause, _, *times, _ in (*CONDITIONS, *TRIALS):
        cells = ("" if ms is None else f"{ms:,}".replace(",", " ") for ms in times)
        assert f"| {name} | {clause} | {' | '.join(cells)} |" in page
    for name, clause, _, ms in BOUNDS:
        assert f"| {name} | {clause} | {f'{ms:,}'.replace(',', ' ')} |" in page


@pytest.mark.parametrize("scenario", FOUND.values(), ids=FOUND)
def test_what_was_found_stays_mended(scenario):
    scenario.play()


@given(SCENARIOS)
@settings(BUDGET, max_examples=60)
def test_hold_on_random_plants_whatever_happens(scenario):
    scenario.play()


SOUND = st.builds(
    Scenario,
    settings=SETTINGS.map(lambda s: s | {"metered": False}),
    parts=PARTS,
    car=st.tuples(st.sampled_from(("car", "simple 8 A", "toggler")), st.integers(0, 7)),
    cable=CABLE,
    phase_us=st.integers(0, 9_999),
    events=st.just(((0, "wait", None, 12_000),)),
)


@given(SOUND)
@settings(BUDGET, max_examples=40)
def test_a_sound_plant_is_charged_and_shows_no_fault(scenario):
    judge = scenario.play()
    assert judge.checked["closings"] == 1, scenario
    assert judge.outlet.closed
    assert not judge.outlet.fault_codes


CONTACTS = (
    "cp cut",
    "cp short",
    "cp leak",
    "pp cut",
    "pp fall",
    "pp drift",
    "pe",
    "stop",
    "diode",
)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9_999),
            st.sampled_from(CONTACTS),
            st.integers(1, 9_899),
            st.integers(40, 200),
        ),
        min_size=5,
        max_size=30,
    ),
    st.booleans(),
    st.integers(0, len(PILOTS) - 1),
    st.integers(0, len(CORNERS) - 1),
)
@settings(BUDGET, max_examples=40)
def test_glitches_under_10_ms_change_nothing(glitches, charging, pilot, corner):
    sound = Scenario(parts={"pilot": pilot}, car=("car", corner))
    if not charging:
        sound = replace(sound, events=((0, "flags", 0, 8_000),))
    before = sound.play()
    events = tuple((us, "glitch", (what, wide, 1), ms) for us, what, wide, ms in glitches)
    after = replace(sound, events=(*sound.events, (0, "wait", None, 5_000), *events)).play()
    assert (after.truth.duty, after.truth.closed) == (before.truth.duty, before.truth.closed)
    assert after.checked["openings"] == before.checked["openings"]
    assert not after.truth.faults


def _blind(*_):
    return 0


# Where ring 0 is blinded or hurried, what then happens, and what must not go unseen.
PE = ((0, "fail", ("pe", 2_000), 3_000),)
STOP = ((0, "flags", 0, 9_000),)
EXPIRES = (0, "leases", ((16_000, 500, 6_000),), 10)
REST = (0, "car asks", False, 2_000)
AGAIN = (0, "car asks", True, 2_500)
SPOILT = (
    (guard, "contact_faults", _blind, PE, "protective earth"),
    (guard, "contact_faults", _blind, ((0, "fail", ("stop", 500), 900),), "no emergency stop"),
    (guard, "contact_faults", _blind, (REST, (0, "break", "weld", 500), AGAIN), "not welded"),
    (guard, "SILENT_MS", 60_000, ((0, "silence", True, 45_000),), "ring 1 has spoken"),
    (guard, "_PERMITTED", 0, STOP, "ring 1 permits it"),
    (cable, "rating_for", lambda ohm: 32_000, ((0, "break", "pp cut", 500),), "a cable in"),
    (guard.Limits, "step", _blind, (EXPIRES, (0, "silence", True, 2_000)), "more than a limit"),
    (sequence, "FORCED_MS", 5_000, STOP, "a cause to open"),
    (sequence, "FORCED_MS", 9_000, STOP, "not opened"),
    (sequence, "RAISE_MS", 1_000, ((0, "limit", 8_000, 2_000), (0, "limit", 9_000, 900)), "raise"),
    (sequence, "F_MS", 100, (REST, (0, "fail", ("weld", 60), 80), (0, "clear", None, 900)), "F"),
    (sequence, "CLOSINGS_MS", 900_000, (REST, AGAIN) * 15, "chatter"),
    (faults, "HEAL_MS", 1_000, PE, "time to heal"),
)


@pytest.mark.parametrize(("place", "name", "spoilt", "events", "breach"), SPOILT)
def test_a_spoilt_ring_0_does_not_pass(place, name, spoilt, events, breach, monkeypatch):
    monkeypatch.setattr(place, name, spoilt)
    car = ("deaf" if events is STOP else "car", 0)
    with pytest.raises(Broken, match=breach):
        Scenario(car=car, events=((0, "wait", None, 3_000), *events)).play()
