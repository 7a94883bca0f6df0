"""The published schema is the firmware's layout, and the firmware's records keep to it."""

import json

import pytest
from journals import Box, simulated
from jsonschema import Draft202012Validator
from pilotwire.record import kinds, layout
from records.schema import FILE, KINDS, text

SCHEMA = json.loads(FILE.read_text())
CLOSED = json.loads(FILE.read_text())
for _kind in CLOSED["$defs"].values():  # a misspelt field must not pass as one of the future
    _kind["additionalProperties"] = False
VALIDATOR = Draft202012Validator(CLOSED)
ALWAYS = {"seq", "boot", "kind", "frame"}
CHARGE = {
    "meter_serial": "4711",
    "co2_g": 12,
    "end_after_unix": 1,
    "register": "wrapped",
    "register_before_wh": 99_999_990,
    "register_after_wh": 10,
    "tariff": "00112233",
    "period_wh": [7_000, 300],
    "unsplit_wh": 100,
    "currency": "EUR",
    "amounts": [210_000, 9_000],
    "suspended_s": 5,
    "phases_used": 3,
    "firmware": "00112233",
    "config": "",
    "by": "jo",
}


def properties(kind):
    return SCHEMA["$defs"][kind]["properties"]


def test_the_file_is_what_the_code_says():
    assert FILE.read_text() == text(), "python -m records.schema"


def test_it_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


def test_it_names_the_fields_of_the_layout_and_no_others():
    named = {name for kind in KINDS for name in properties(kind)} - ALWAYS
    assert named == {name for name, _ in layout.FIELDS}


@pytest.mark.parametrize("kind", KINDS)
def test_fields_come_in_the_layouts_order(kind):
    places = [name for name, _ in layout.FIELDS]
    fields = [name for name in properties(kind) if name not in ALWAYS]
    assert fields == sorted(fields, key=places.index)


def test_kinds_are_the_layouts():
    assert {"", "open", *KINDS} == set(layout.KINDS)
    assert set(SCHEMA["$defs"]) == {*KINDS, "missing"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_and_every_length_is_in_it(kind):
    for name, field in layout.FIELDS:
        if name not in properties(kind):
            continue
        described = properties(kind)[name]
        assert described["description"].endswith("."), name
        if isinstance(field, tuple) and field != (False, True):
            assert tuple(described["enum"]) == field
        elif isinstance(field, list) and len(field) > 1:
            columns = described["items"]["prefixItems"]
            for column, said in zip(field, columns, strict=True):
                assert column == layout.NUMBER or tuple(said["enum"]) == column
        elif isinstance(field, int) and field > 0:
            assert described["maxLength"] == field


def test_what_the_box_publishes_keeps_to_it(tmp_path):
    box = Box(tmp_path)
    box.charge()
    box.charge(**CHARGE)
    box.note("clock", before="1", after="2")
    box.note("damage", count=7)
    box.journal.note(
        {"unix": 1, "usable_min": 1_440, "faulted_min": 0, "unreachable_min": 3, "count": 1},
        kinds.DAY,
    )
    box.journal.settle()
    box.start("watchdog")
    box.journal.settle()
    lines = box.lines()
    assert {line["kind"] for line in lines} == set(KINDS)
    for line in lines:
        VALIDATOR.validate(json.loads(json.dumps(line)))


def test_what_the_whole_firmware_publishes_keeps_to_it():
    lines, _ = simulated()
    assert "charge" in {line["kind"] for line in lines}
    for record in lines:
        VALIDATOR.validate(record)


def test_what_is_missing_is_published_so_too(tmp_path):
    box = Box(tmp_path)
    box.charge()
    box.charge()
    path = tmp_path / "journal" / "00"
    path.write_bytes(path.read_bytes()[400:])
    box.start()
    missing = box.journal.read()
    assert missing["kind"] == "missing"
    VALIDATOR.validate(missing)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "other"},
        {"wh": -1},
        {"wh": "5"},
        {"energy": "good"},
        {"start_read": 1},
        {"box": "x" * 21},
        {"firmware": "0g"},
        {"limits": [[0, 160]]},
        {"limits": [[0, 160, "operator", 1]]},
        {"limits": [[0, 160, "nobody"]]},
        {"frame": "?"},
        {"frame": "A" * 345},
        {"seq": 0},
        {"register": "reset"},
        {"period_wh": [1]},
    ],
)
def test_what_is_none_does_not_pass(tmp_path, wrong):
    box = Box(tmp_path)
    box.charge()
    assert not VALIDATOR.is_valid({**box.lines()[1], **wrong})
