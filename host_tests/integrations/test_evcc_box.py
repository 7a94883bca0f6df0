"""evcc against the whole firmware, with a vehicle, a meter and a broker, in virtual time."""

import pytest
from drive import a_day, charger
from evcc.loop import CYCLE_S, Evcc
from evcc.sources import gojq
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from whole_box import PREFIX, WholeBox

pytestmark = pytest.mark.skipif(not gojq(), reason="gojq is not installed")

TTL_S = 120
CONFIG = {"local_ttl_s": TTL_S, "local_fallback_ma": 6_000, "mqtt_profile": "local"}


class Site:
    """evcc and a box, joined by the broker."""

    def __init__(self, box):
        self.box = box
        self.evcc = self._evcc()

    def _evcc(self):
        evcc = Evcc(charger(), self.box.publish, lambda: self.box.now_s)
        self.box.on_message = evcc.receive
        if self.box.states:
            evcc.receive(*[m for m in self.box.messages if m[0] == PREFIX + "state"][-1])
        evcc.prepare()
        return evcc

    def second(self):
        self.box.run(1)

    def restart_evcc(self):
        """At its start evcc sets 6 A and looks at once whether the vehicle draws less than 7:
        of any charger it may warn then, once."""
        self.check()
        self.evcc = self._evcc()
        offered_a = self.box.state["offered_ma"] / 1000
        self.cycles(1, offered_a if self.evcc.enabled else 0.0)
        self.evcc.warnings = [w for w in self.evcc.warnings if "current mismatch" not in w]

    def cycles(self, count, ampere, phases=0):
        for _ in a_day(self.evcc, self.second, [(count, ampere, phases)]):
            pass

    def check(self):
        assert self.box.breaches == []
        assert self.evcc.warnings == []


@pytest.fixture
def site():
    with WholeBox(**CONFIG) as box:
        found = Site(box)
        yield found
        found.check()


def test_a_day_of_evcc_ends_without_a_warning_or_an_error(site):
    site.box.plug(phases=3, max_ma=32_000)
    for ampere, phases in a_day(site.evcc, site.second):
        assert site.evcc.status == ("C" if ampere else "B")
        assert site.box.state["closed"] == bool(ampere)
        if ampere:
            # The box never offers more than it was told, and at most a step of the duty less.
            assert 0 <= ampere - site.box.state["offered_ma"] / 1000 < 0.1
            assert max(site.evcc.currents) == pytest.approx(ampere, abs=0.2)
            assert sum(a > 1 for a in site.evcc.currents) == phases
    assert site.evcc.errors == []


def test_a_pause_by_the_operator_is_no_contradiction(site):
    site.box.plug(phases=3, max_ma=32_000)
    site.cycles(3, 16.0)
    site.box.publish(PREFIX + "cmd", '{"id": "p", "type": "pause"}')
    site.cycles(6, 16.0)
    assert site.evcc.status == "B"
    site.box.publish(PREFIX + "cmd", '{"id": "r", "type": "resume"}')
    site.cycles(6, 16.0)
    assert site.evcc.status == "C"


def test_an_off_outlives_a_restart_of_evcc(site):
    site.box.plug(phases=3, max_ma=32_000)
    site.cycles(3, 16.0)
    site.cycles(4, 0.0)
    site.restart_evcc()
    site.cycles(TTL_S // CYCLE_S + 4, 0.0)
    assert not site.box.state["closed"]


def test_when_evcc_dies_the_configured_current_holds(site):
    site.box.plug(phases=3, max_ma=32_000)
    site.cycles(3, 16.0)
    site.cycles(3, 0.0)
    assert not site.box.state["closed"]
    site.box.run(TTL_S + 60)
    assert site.box.state["closed"]
    assert site.box.state["offered_ma"] == 6_000
    assert site.box.state["local"] == {"limit_ma": None, "enable": True, "left_s": None}


def test_a_lost_meter_is_an_error_and_no_warning(site):
    site.box.plug(phases=3, max_ma=32_000)
    site.cycles(3, 16.0)
    site.box.lose_meter()
    site.cycles(3, 16.0)
    assert site.evcc.errors
    assert all("no meter - timeout" in text for text in site.evcc.errors)


amperes = st.one_of(st.just(0.0), st.integers(60, 320).map(lambda tenths: tenths / 10))
events = st.sampled_from(["", "", "", "plug", "unplug", "pause", "resume", "limit", "evcc"])


@settings(deadline=None, max_examples=10, phases=[Phase.reuse, Phase.generate])
@given(
    st.lists(st.tuples(events, st.integers(1, 3), amperes), min_size=20, max_size=40),
    st.lists(st.sampled_from([1, 3]), min_size=8, max_size=8),
)
def test_nothing_that_people_and_evcc_do_ends_in_a_warning(steps, phases):
    with WholeBox(**CONFIG) as box:
        site = Site(box)
        plugged = False
        for number, (event, cycles, ampere) in enumerate(steps):
            if event == "plug" and not plugged:
                box.plug(phases=3, max_ma=32_000)
            elif event == "unplug" and plugged:
                box.unplug()
            elif event == "limit":
                args = f'{{"ma": {number % 20 * 1000}, "ttl_s": 90, "fallback_ma": 32000}}'
                box.publish(
                    PREFIX + "cmd", f'{{"id": "{number}", "type": "limit", "args": {args}}}'
                )
            elif event in ("pause", "resume"):
                box.publish(PREFIX + "cmd", f'{{"id": "{number}", "type": "{event}"}}')
            elif event == "evcc":
                site.restart_evcc()
            plugged = event == "plug" or (plugged and event != "unplug")
            # evcc leaves the phases as they are for some minutes at least.
            site.cycles(cycles, ampere, phases[number // 5])
        site.check()
