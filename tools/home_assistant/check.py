"""Runs in Home Assistant's own environment, with the fixtures of its own test suite: the messages
go the whole way, from MQTT through schemas and entities to the state machine.

MESSAGES names a file of {box: [topic, payload]}, EXAMPLES one of states and what they show.
"""

import copy
import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from homeassistant.components.mqtt import binary_sensor, number, select, sensor, switch
from homeassistant.components.mqtt.discovery import (
    MQTTDiscoveryPayload,
    _merge_common_device_options,
    _replace_all_abbreviations,
)
from homeassistant.components.mqtt.schemas import DEVICE_DISCOVERY_SCHEMA
from homeassistant.helpers import device_registry, entity_registry
from homeassistant.util.json import json_loads_object
from pytest_homeassistant_custom_component.common import async_fire_mqtt_message

MESSAGES: dict[str, tuple[str, str]] = json.loads(Path(os.environ["MESSAGES"]).read_text())
EXAMPLES: dict[str, Any] = json.loads(Path(os.environ["EXAMPLES"]).read_text())
SCHEMAS = {
    "binary_sensor": binary_sensor.DISCOVERY_SCHEMA,
    "number": number.DISCOVERY_SCHEMA,
    "select": select.DISCOVERY_SCHEMA,
    "sensor": sensor.DISCOVERY_SCHEMA,
    "switch": switch.DISCOVERY_SCHEMA,
}
TOPIC, EVERYTHING = MESSAGES["everything"]
PREFIX = "pilotwire/v1/box-1/"
STATE = EXAMPLES["charging"]["state"]


def parsed(payload: str) -> dict[str, Any]:
    """The message with its abbreviations written out, as Home Assistant reads it."""
    message = MQTTDiscoveryPayload(json_loads_object(payload))
    _replace_all_abbreviations(message)
    return message


def entities(payload: str) -> dict[str, dict[str, Any]]:
    """The components of a message that are more than a removal."""
    return {k: v for k, v in json.loads(payload)["cmps"].items() if len(v) > 1}


class Home:
    """A Home Assistant with MQTT, and what it has complained of."""

    def __init__(self, hass, client, caplog):
        self.hass = hass
        self.client = client
        self.topic = TOPIC
        self._caplog = caplog

    async def say(self, topic: str, payload: str) -> None:
        async_fire_mqtt_message(self.hass, topic, payload)
        await self.hass.async_block_till_done()

    async def take(self, payload: str, state: dict[str, Any] = STATE) -> None:
        await self.say(self.topic, payload)
        await self.say(PREFIX + "online", "1")
        await self.say(PREFIX + "state", json.dumps(state))

    def complaints(self) -> list[str]:
        return [
            record.getMessage()
            for record in self._caplog.records
            if record.levelno >= logging.WARNING
            and record.name.startswith("homeassistant.components.")
        ]

    def entry(self, name: str):
        registry = entity_registry.async_get(self.hass)
        found = [e for e in registry.entities.values() if e.unique_id == f"box-1_{name}"]
        return found[0] if found else None

    def state(self, name: str) -> str | None:
        entry = self.entry(name)
        found = self.hass.states.get(entry.entity_id) if entry else None
        return found.state if found else None


@pytest.fixture
def expected_lingering_timers():
    """The MQTT client's own, as in Home Assistant's tests of it."""
    return True


@pytest.fixture
async def home(hass, mock_hass_config, mqtt_mock_entry, caplog):
    client = await mqtt_mock_entry()
    await hass.async_block_till_done()
    caplog.clear()
    caplog.set_level(logging.WARNING)
    return Home(hass, client, caplog)


@pytest.mark.parametrize("box", MESSAGES)
async def test_the_schemas_take_the_device_and_each_component(hass, box):
    message = parsed(MESSAGES[box][1])
    DEVICE_DISCOVERY_SCHEMA(message)
    for component in message["components"].values():
        if len(component) > 1:
            platform = component.pop("platform")
            _merge_common_device_options(component, message)
            taken = SCHEMAS[platform]({**component, "device": message["device"]})
            assert set(component) <= set(taken), "an option that this platform has not"


@pytest.mark.parametrize("box", MESSAGES)
async def test_every_entity_appears_in_its_platform_and_nothing_is_complained_of(home, box):
    topic, payload = MESSAGES[box]
    home.topic = topic
    await home.take(payload)
    for name, component in entities(payload).items():
        assert home.entry(name), name
        assert home.entry(name).domain == component["p"], name
        assert home.state(name) != "unavailable", name
    registry = entity_registry.async_get(home.hass)
    assert len(registry.entities) == len(entities(payload))
    (device,) = device_registry.async_entries_for_config_entry(
        device_registry.async_get(home.hass), home.entry("status").config_entry_id
    )
    assert device.identifiers == {("mqtt", "pilotwire_box-1")}
    assert (device.manufacturer, device.model, device.sw_version) == (
        "Pilotwire",
        "pico_w",
        "51d0c0de",
    )
    assert home.complaints() == []


@pytest.mark.parametrize("example", EXAMPLES)
async def test_each_state_shows_what_an_owner_expects(home, example):
    await home.take(EVERYTHING)
    await home.say(PREFIX + "state", json.dumps(EXAMPLES[example]["state"]))
    shown = EXAMPLES[example]["shows"]
    assert {name: home.state(name) for name in shown} == shown
    assert home.complaints() == []


async def test_a_lost_box_is_unavailable_and_comes_back(home):
    await home.take(EVERYTHING)
    for payload, lost in (("0", True), ("1", False)):
        await home.say(PREFIX + "online", payload)
        for name in entities(EVERYTHING):
            assert (home.state(name) == "unavailable") == lost, name


async def test_what_a_box_has_no_more_disappears(home):
    await home.take(EVERYTHING)
    await home.say(TOPIC, MESSAGES["bare"][1])
    for name in entities(EVERYTHING):
        assert bool(home.entry(name)) == (name in entities(MESSAGES["bare"][1])), name
    assert home.complaints() == []


async def test_a_fault_names_its_codes(home):
    await home.take(EVERYTHING, EXAMPLES["fault"]["state"])
    state = home.hass.states.get(home.entry("fault").entity_id)
    assert state.attributes["codes"] == EXAMPLES["fault"]["state"]["faults"]


@pytest.mark.parametrize(
    ("name", "service", "data", "topic", "payload"),
    [
        ("set_limit", "number.set_value", {"value": 16}, "set/limit_ma", "16000"),
        ("set_limit", "number.set_value", {"value": 6.1}, "set/limit_ma", "6100"),
        ("set_limit", "number.set_value", {"value": 0}, "set/limit_ma", "0"),
        ("set_enable", "switch.turn_on", {}, "set/enable", "1"),
        ("set_enable", "switch.turn_off", {}, "set/enable", "0"),
        ("set_phases", "select.select_option", {"option": "1"}, "set/phases", "1"),
        ("set_phases", "select.select_option", {"option": "3"}, "set/phases", "3"),
    ],
)
async def test_a_control_says_what_the_contract_wants(home, name, service, data, topic, payload):
    await home.take(EVERYTHING)
    domain, _, action = service.partition(".")
    target = {"entity_id": home.entry(name).entity_id}
    await home.hass.services.async_call(domain, action, {**target, **data}, blocking=True)
    (call,) = home.client.async_publish.call_args_list
    assert call.args == (PREFIX + topic, payload, 0, False)


# What must be refused: (entity, option, value; None: taken away).
MUTATIONS = [
    ("power", "dev_cla", "watts"),
    ("power", "unit_of_meas", "kWh"),
    ("power", "unit_of_meas", None),
    ("power", "stat_cla", "rising"),
    ("power", "stat_cla", "total_increasing"),
    ("power", "uniq_id", None),
    ("power", "uniq_id", "box-1_energy"),
    ("power", "p", None),
    ("power", "p", "gauge"),
    ("power", "val_tpl", "{{ value_json.power_w"),
    ("power", "val_tpl", "{{ value_json.power_w / 'a' }}"),
    ("power", "val_tpl", "{{ value_json.state }}"),
    ("power", "ent_cat", "diagnosis"),
    ("energy", "stat_cla", "measurement"),
    ("energy", "unit_of_meas", "kW"),
    ("current_l1", "unit_of_meas", "V"),
    ("voltage_l1", "dev_cla", "current"),
    ("status", "ops", ["Available"]),
    ("status", "ops", []),
    ("status", "unit_of_meas", "A"),
    ("status", "dev_cla", None),
    ("plug", "dev_cla", "socket"),
    ("fault", "json_attr_t", "state/#/x"),
    ("set_limit", "max", -1),
    ("set_limit", "max", 5),
    ("set_limit", "step", 0),
    ("set_limit", "dev_cla", "amps"),
    ("set_limit", "cmd_t", None),
    ("set_phases", "ops", None),
    ("set_phases", "ops", ["3"]),
    ("set_enable", "cmd_t", "set/+"),
]


def mutated(entity: str, option: str, value: Any) -> str:
    message = copy.deepcopy(json.loads(EVERYTHING))
    component = message["cmps"][entity]
    if value is None:
        del component[option]
    else:
        component[option] = value
    return json.dumps(message)


@pytest.mark.parametrize(("entity", "option", "value"), MUTATIONS)
async def test_a_mutation_is_refused(home, entity, option, value, caplog):
    await home.take(mutated(entity, option, value))
    refused = home.complaints()
    caplog.clear()  # else the fixtures of Home Assistant complain of the complaint
    assert refused


@pytest.mark.parametrize("key", ["dev", "o", "cmps"])
async def test_a_message_without_one_of_its_parts_is_refused(home, key, caplog):
    message = json.loads(EVERYTHING)
    del message[key]
    await home.take(json.dumps(message))
    refused = home.complaints()
    caplog.clear()
    assert refused
    assert not entity_registry.async_get(home.hass).entities
