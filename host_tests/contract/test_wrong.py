"""What the maker of wrong messages makes, and that it notices a schema that says too little."""

import json

import pytest
from contract import examples, schemas, wrong
from contract.document import FOLDER, topics

STATE = topics()["state"].schema
MESSAGE = examples.messages(FOLDER / "examples" / "state.json")[1]


def at(what):
    return [message for name, message in wrong.spoiled(STATE, MESSAGE) if name.startswith(what)]


def test_every_required_key_is_removed_once():
    required = schemas.read(STATE)["required"]
    found = [name for name, _ in wrong.spoiled(STATE, MESSAGE) if name.endswith(": removed")]
    assert {f"{key}: removed" for key in required} <= set(found)
    assert "limit/set_ma: removed" in found
    assert all("pending" not in message for message in at("pending: removed"))


def values(key):
    """What is put in place of a key's value."""
    return [message[key] for message in at(f"{key}: ") if key in message]


def test_every_other_type_is_tried_at_each_place():
    assert {type(value) for value in values("closed")} == {type(None), int, float, str, list, dict}
    assert None not in values("session"), "it may be null"


def test_numbers_leave_their_range_on_both_sides():
    assert {-1, 80_001} <= set(filter(lambda value: type(value) is int, values("offered_ma")))


def test_a_word_becomes_none():
    assert "no such word" in values("status")


def test_the_example_itself_is_left_as_it_was():
    before = json.dumps(MESSAGE)
    list(wrong.spoiled(STATE, MESSAGE))
    assert json.dumps(MESSAGE) == before


def test_a_place_without_a_type_is_named(tmp_path):
    file = tmp_path / "any.schema.json"
    file.write_text('{"type": "object", "properties": {"inner": {}}}')
    rules = ((file.as_uri(), schemas.read(file)),)
    places = {one.path: one for one in wrong._places((), {"inner": 1}, rules)}
    with pytest.raises(ValueError, match="inner: no type"):
        list(wrong._spoiled(places[("inner",)]))
