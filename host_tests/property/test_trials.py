"""Ring 0's own tests (pilot/service.py) on random plants: closed only while all is as it must be,
and over in time whatever happens."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pilotwire.pilot import handover, service
from pilotwire.pilot.service import CODES, CONTACTOR, LOCK, PILOT, RCD, VERDICT
from plant import Cable, Car
from ring0.guarded import PERMITTED
from ring0.invariants import Broken, Invariants
from ring0.scenario import ACTIONS, BREAKS, Scenario
from ring0.scenarios import PARTS, SETTINGS, VALUES

BUDGET = settings(
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
NOTHING = handover.FLAG_AUTHORISED
LONGEST_MS = 9_000
BEGIN = ((0, "flags", NOTHING, 1_000), (0, "serve", None, 1_200))
VALUES = {name: VALUES[name] for name in ("plug", "unplug", "fail", "glitch", "silence", "clear")}
VALUES["ask"] = st.sampled_from((RCD, LOCK, CONTACTOR, CONTACTOR, PILOT, 0))
VALUES["flags"] = st.sampled_from((NOTHING, NOTHING, PERMITTED, handover.FLAG_RUN))
VALUES["leave"] = VALUES["serve"] = VALUES["wait"] = st.none()
# As the app has them: a fixed cable has no lock; readings are no condition of a test.
OWN = SETTINGS.map(
    lambda s: s | {"metered": False, "lock": s.get("lock") and not s.get("cable_ma")}
)
NAMES = ("ask",) * 4 + tuple(VALUES)
PAUSES_MS = st.sampled_from((10, 60, 200, 500, 1_000, 1_200, 1_500, 3_000, 6_500))
EVENTS = st.lists(
    st.sampled_from(NAMES).flatmap(
        lambda name: st.tuples(st.integers(0, 20_000), st.just(name), VALUES[name], PAUSES_MS)
    ),
    min_size=4,
    max_size=20,
).map(lambda events: (*BEGIN, *events))


def bench(**parts):
    """A box without a car, in service for long enough; and who judges it."""
    scenario = Scenario(car=None, **parts)
    outlet = scenario.outlet()
    judge = Invariants.of(outlet, **scenario.settings)
    for _, name, value, ms in BEGIN:
        ACTIONS[name](outlet, value)
        outlet.run(ms)
    return outlet, judge


def asked(outlet, test):
    """The verdict's code."""
    ACTIONS["ask"](outlet, test)
    outlet.until(lambda: not outlet.service.asked[0], LONGEST_MS)
    return CODES[outlet.service.told[VERDICT]]


@given(st.builds(Scenario, settings=OWN, parts=PARTS, car=st.none(), events=EVENTS))
@settings(BUDGET, max_examples=40)
def test_hold_on_random_plants_whatever_happens(scenario):
    judge = scenario.play()
    outlet = judge.outlet
    if outlet.service:
        outlet.until(lambda: not outlet.service.asked[0], LONGEST_MS)


@given(OWN, PARTS, st.permutations((1, 2, 3, 4)))
@settings(BUDGET, max_examples=30)
def test_a_sound_box_passes_them_all(own, parts, order):
    outlet, judge = bench(settings=own, parts=parts)
    fitted = {RCD: own.get("rcd_test"), CONTACTOR: True, PILOT: True}
    fitted[LOCK] = own.get("lock")
    for test in order:
        outlet.run(6_000)  # a lock takes up to 2 s, and a contactor its rest
        assert asked(outlet, test) == ("passed" if fitted[test] else "not-fitted"), test
    assert (judge.checked["closings"], judge.checked["tests"]) == (1, 1)
    assert not outlet.fault_codes


@pytest.mark.parametrize("what", ["pe", "stop", "rcd", "cover", "weld", "stuck open", "feedback"])
@pytest.mark.parametrize("ms", [0, 30, 300, 900])
def test_what_breaks_while_the_contactor_is_closed_opens_it(what, ms):
    outlet, judge = bench()
    ACTIONS["ask"](outlet, CONTACTOR)
    outlet.until(lambda: outlet.closed, 100)
    outlet.run(ms)
    BREAKS[what](outlet.world, True)
    outlet.until(lambda: not outlet.service.asked[0], 2_000)
    assert CODES[outlet.service.told[VERDICT]] == "fault"
    assert judge.checked["tests"] == 1


def _blind(*_):
    return 0


def _cable(outlet):
    outlet.world.plug(Cable(32), None)


def _car(outlet):
    outlet.world.plug(Cable(32), Car())


def _silence(outlet):
    outlet.ring1.talking = False
    outlet.run(3_500)


def _offer(outlet):
    ACTIONS["flags"](outlet, handover.FLAG_RUN)


def _again(outlet):
    outlet.service.ask(CONTACTOR)
    outlet.until(lambda: outlet.closed, 100)
    outlet.until(lambda: not outlet.service.asked[0], 2_000)


# Where it is spoilt, what happens before the test and what while it is closed, what is noticed.
SPOILT = (
    (service, "CLOSED_MS", 1_500, None, None, "closed for a test"),
    (service, "rating_for", _blind, _cable, None, "no plug"),
    (service, "_HEARD_MS", 60_000, _silence, None, "spoken in the last 3 s"),
    (service.Service, "_wrong", _blind, None, _car, "no vehicle|no plug"),
    (service.Service, "_wrong", _blind, None, _offer, "offers nothing"),
    (service.Service, "_missing", _blind, _again, None, "rest"),
)


@pytest.mark.parametrize(("place", "name", "spoilt", "before", "meanwhile", "breach"), SPOILT)
def test_a_spoilt_one_does_not_pass(place, name, spoilt, before, meanwhile, breach, monkeypatch):
    monkeypatch.setattr(place, name, spoilt)

    def story():
        outlet, _ = bench()
        for happens in (before, meanwhile):
            if happens:
                happens(outlet)
                outlet.run(1_500 if happens is _cable else 0)
            outlet.service.ask(CONTACTOR)
            outlet.run(300)
        outlet.run(2_000)

    with pytest.raises(Broken, match=breach):
        story()
