"""docs/integrations/evcc.yaml, read as evcc reads it: gojq on states, and its control loop."""

import json

import pytest
from contract_box import EXAMPLES, PREFIX, ContractBox
from drive import a_day, charger
from evcc.loop import Evcc, status_of
from evcc.sources import SourceError, formatted, gojq, jq, seconds
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.skipif(not gojq(), reason="gojq is not installed")

CHARGER = charger()
HEARTBEAT_S = 20  # of the profile `local`
LOCAL_TTL_S = 120  # as the page says

STATUS = {
    "idle": "A",
    "charging": "C",
    "switched off": "B",
    "meter lost": "C",
    "one phase": "C",
}
# What evcc gets of each example: power in W, energy in kWh, currents in A, voltages in V.
VALUES = {
    "idle": (0, 1234.5, [0, 0, 0], [231.2, 230.4, 230.9]),
    "charging": (1650, 1236.03, [7.15, 0.012, 0.009], [230.8, 230.4, 230.9]),
    "one phase": (3680, 0.02, [16.01, 0, 0], [230, 0, 0]),
}


def sources(kind):
    """(name, source) of everything that the file reads ("topic" in it) or sets ("set" in it)."""
    for name, value in CHARGER.items():
        for source in value if isinstance(value, list) else [value]:
            if isinstance(source, dict) and kind in source:
                yield name, source


def value(name, state):
    found = CHARGER[name]
    payload = json.dumps(state)
    if isinstance(found, list):
        return [jq(source["jq"], payload) for source in found]
    return jq(found["jq"], payload)


def test_all_that_is_read_is_the_state_and_older_than_three_heartbeats_is_too_old():
    for name, source in sources("topic"):
        assert source["topic"] == PREFIX + "state", name
        assert seconds(source["timeout"]) == 3 * HEARTBEAT_S, name


def test_all_that_is_set_is_said_again_twice_before_the_box_lets_go_of_it():
    topics = set()
    for name, source in sources("set"):
        assert 2 * seconds(source["timeout"]) / 2 < LOCAL_TTL_S, name
        assert "retained" not in source["set"], "the box refuses what is retained"
        topics.add(source["set"]["topic"].removeprefix(PREFIX))
    assert topics == {"set/enable", "set/limit_ma", "set/phases"}


@pytest.mark.parametrize("example", STATUS)
def test_status_is_that_of_the_vehicle(example):
    assert status_of(value("status", EXAMPLES[example]["state"])) == STATUS[example]


def test_states_e_f_and_none_are_errors():
    for letter in ("E", "F", "?"):
        with pytest.raises(SourceError, match="invalid status"):
            status_of(value("status", {**EXAMPLES["fault"]["state"], "state": letter}))


def test_enabled_is_what_evcc_has_asked_for_and_not_what_others_want():
    state = EXAMPLES["charging"]["state"]
    assert value("enabled", state) is True
    assert value("enabled", {**state, "enabled": False}) is True
    assert value("enabled", EXAMPLES["switched off"]["state"]) is False


def test_without_local_control_the_error_says_what_to_set():
    with pytest.raises(SourceError, match="local control is off, set local_ttl_s"):
        value("enabled", {**EXAMPLES["idle"]["state"], "local": None})


@pytest.mark.parametrize("example", VALUES)
def test_measurements_have_the_units_of_evcc(example):
    state = EXAMPLES[example]["state"]
    names = ("power", "energy", "currents", "voltages")
    assert tuple(value(name, state) for name in names) == VALUES[example]


@pytest.mark.parametrize("name", ["power", "energy", "currents", "voltages"])
def test_a_lost_meter_is_an_error_that_says_why_and_never_a_number(name):
    with pytest.raises(SourceError, match="no meter - timeout"):
        value(name, EXAMPLES["meter lost"]["state"])


@given(st.integers(6_000, 80_000))
def test_a_current_is_set_to_the_milliampere(ma):
    template = CHARGER["maxcurrentmillis"]["set"]["payload"]
    assert formatted(template, "maxcurrentmillis", ma / 1000) == str(ma)


def test_whole_amperes_switch_and_phases_are_set_in_the_contract_s_words():
    for name, parameter, given_value, payload in (
        ("maxcurrent", "maxcurrent", 16, "16000"),
        ("enable", "enable", True, "true"),
        ("enable", "enable", False, "false"),
        ("phases1p3p", "phases", 1, "1"),
        ("phases1p3p", "phases", 3, "3"),
    ):
        assert formatted(CHARGER[name]["set"]["payload"], parameter, given_value) == payload


class Site:
    """evcc and a box of the contract, joined, and a second at a time."""

    def __init__(self):
        self.now_s = 0
        self.lost = False  # the broker
        self.box = ContractBox(self._to_evcc)
        self.evcc = Evcc(CHARGER, self._to_box, lambda: self.now_s)
        for _ in range(HEARTBEAT_S):
            self.second()
        self.evcc.prepare()

    def restart_evcc(self):
        last = self.evcc
        self.evcc = Evcc(CHARGER, self._to_box, lambda: self.now_s)
        self.second()
        for _ in range(HEARTBEAT_S):
            self.second()
        self.evcc.prepare()
        return last

    def second(self):
        self.now_s += 1
        self.box.tick()

    def cycles(self, count, ampere, phases=0):
        for _ in a_day(self.evcc, self.second, [(count, ampere, phases)]):
            pass

    def _to_box(self, topic, payload):
        if not self.lost:
            self.box.receive(topic, payload)

    def _to_evcc(self, topic, payload):
        if not self.lost and hasattr(self, "evcc"):
            self.evcc.receive(topic, payload)


def test_a_day_of_evcc_ends_without_a_warning_or_an_error():
    site = Site()
    site.box.plug()
    for ampere, phases in a_day(site.evcc, site.second):
        assert site.evcc.status == ("C" if ampere else "B")
        currents = site.evcc.currents or []
        assert max(currents) == pytest.approx(ampere, abs=0.001)
        assert sum(a > 1 for a in currents) == (phases if ampere else 0)
    assert site.evcc.warnings == []
    assert site.evcc.errors == []


def test_an_off_outlives_a_restart_of_evcc():
    site = Site()
    site.box.plug()
    site.cycles(4, 16.0)
    site.cycles(4, 0.0)
    site.restart_evcc()
    site.cycles(20, 0.0)
    assert site.evcc.warnings == []
    assert site.evcc.currents == [0, 0, 0]


def test_a_charge_outlives_a_restart_of_evcc():
    site = Site()
    site.box.plug()
    site.cycles(4, 16.0)
    site.restart_evcc()
    assert site.evcc.enabled
    site.cycles(4, 16.0)
    assert site.evcc.warnings == []
    assert site.evcc.currents == [16, 16, 16]


def test_a_box_that_evcc_has_lost_is_an_error_and_no_value():
    site = Site()
    site.box.plug()
    site.cycles(4, 16.0)
    site.lost = True
    site.cycles(4, 16.0)
    assert site.evcc.errors[-1] == "charger status: outdated"


@pytest.mark.parametrize(
    ("deaf", "day", "warning"),
    [
        ("set/enable", [(4, 16.0, 0), (4, 0.0, 0)], "out of sync"),
        ("set/limit_ma", [(4, 16.0, 0), (3, 6.0, 0)], "current mismatch"),
        ("set/phases", [(4, 16.0, 3), (5, 16.0, 1)], "phases mismatch"),
    ],
)
def test_a_box_that_does_not_obey_is_warned_of(deaf, day, warning):
    site = Site()
    site.box.plug()
    site.cycles(2, 16.0, 3)
    site.box.deaf = {deaf}
    for _ in a_day(site.evcc, site.second, day):
        pass
    assert any(warning in text for text in site.evcc.warnings), site.evcc.warnings


def test_a_box_that_lets_go_too_early_is_warned_of():
    site = Site()
    site.box.plug()
    site.cycles(4, 0.0)
    site.box.forgets = True
    site.evcc.tick = lambda: None  # a watchdog that does not bark
    site.cycles(8, 0.0)
    assert any("out of sync" in text for text in site.evcc.warnings)
