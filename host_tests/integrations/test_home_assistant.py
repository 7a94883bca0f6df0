"""What a box tells Home Assistant: as Home Assistant has taken it, and its templates on states.

`make check-ha` asks Home Assistant itself; here its snapshot and Jinja stand for it.
"""

import json

import jinja2
import pytest
from contract_box import EXAMPLES
from home_assistant.boxes import BOXES, SNAPSHOTS, told
from pilotwire.pilot import reasons
from whole_box import WholeBox

LONGEST_STATE = 255  # characters of any entity's state
JINJA = jinja2.Environment(undefined=jinja2.StrictUndefined)
CMPS = json.loads(told("everything")[1])["cmps"]
TEMPLATES = [
    pytest.param(component, key, id=f"{name}-{key}")
    for name, component in CMPS.items()
    for key in ("val_tpl", "json_attr_tpl")
    if key in component
]


@pytest.fixture(scope="module")
def published():
    """States of the whole firmware: idle, charging, without its meter."""
    with WholeBox(local_ttl_s=120, mqtt_profile="local", grid_meter="sdm630") as box:
        box.plug(phases=3, max_ma=16_000)
        box.until(lambda state: state["closed"])
        box.run(60)
        box.lose_meter()
        box.unplug()
        box.until(lambda state: state["state"] == "A1")
        return box.states


def check(component, key, state):
    """The template gives what its entity can take, of any state."""
    shown = JINJA.from_string(component[key]).render(value_json=state)
    if key == "json_attr_tpl":
        assert isinstance(json.loads(shown), dict)
        return
    assert 0 < len(shown) <= LONGEST_STATE, "an empty one would leave the last one standing"
    if shown == "None":
        return
    if component["p"] in ("binary_sensor", "switch"):
        assert shown in ("ON", "OFF")
    elif "ops" in component:
        assert shown in component["ops"]
    elif component["p"] == "number":
        assert component["min"] <= float(shown) <= component["max"]
    elif "stat_cla" in component:
        float(shown)


@pytest.mark.parametrize("box", BOXES)
def test_the_message_is_one_that_home_assistant_has_taken(box):
    snapshot = json.loads((SNAPSHOTS / f"discovery.{box}.json").read_text())
    assert json.loads(told(box)[1]) == snapshot, "it has changed: make check-ha"


@pytest.mark.parametrize(("component", "key"), TEMPLATES)
def test_a_template_gives_what_its_entity_can_take_of_every_example(component, key):
    for example in EXAMPLES.values():
        check(component, key, example["state"])


@pytest.mark.parametrize(("component", "key"), TEMPLATES)
def test_a_template_gives_what_its_entity_can_take_of_what_the_firmware_publishes(
    component, key, published
):
    for state in published:
        check(component, key, state)


def test_the_examples_have_every_key_that_the_firmware_publishes(published):
    for example in EXAMPLES.values():
        assert set(published[-1]) <= set(example["state"])


def test_all_reasons_at_once_fit_into_a_state():
    state = {"why_not": reasons.codes((1 << 30) - 1)}
    shown = JINJA.from_string(CMPS["why_not"]["val_tpl"]).render(value_json=state)
    assert shown.count(", ") >= 16
    assert len(shown) <= LONGEST_STATE


def test_every_entity_of_the_three_boxes_is_checked_on_an_example():
    unshown = set(CMPS) - {name for example in EXAMPLES.values() for name in example["shows"]}
    assert unshown <= {"current_l3", "voltage_l3"}
