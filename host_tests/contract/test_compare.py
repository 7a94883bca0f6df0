"""The rules for versions: what a difference between two versions of the contract is held to be."""

import json
import re
import shutil

import pytest
from contract import compare, examples, schemas
from contract.shape import shape
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.interpreter import ROOT

NOW = compare.load(str(ROOT))
AGAIN = compare.load(str(ROOT))
STATE = "docs/mqtt/schemas/state.schema.json"
CMD = "docs/mqtt/schemas/cmd.schema.json"
ACK = "docs/mqtt/schemas/ack.schema.json"
CMDRES = "docs/mqtt/schemas/cmdres.schema.json"
CODES = "docs/mqtt/schemas/codes.schema.json"
EVENT = "docs/mqtt/schemas/event.schema.json"
DOCUMENT = "docs/mqtt/asyncapi.yaml"


def changed(path, change, version="1.1"):
    """The contract with one file changed: `change` takes its JSON, or the text of a YAML."""

    def read(asked):
        text = (ROOT / asked).read_text()
        if asked == path:
            if path == DOCUMENT:
                text = change(text)
            else:
                value = json.loads(text)
                change(value)
                text = json.dumps(value)
        if asked == DOCUMENT:
            text = text.replace('version: "1.0"', f'version: "{version}"')
        return text

    return compare.contract(read)


def found(path, change, version="1.1"):
    return [str(one) for one in compare.differences(NOW, changed(path, change, version))]


def keys(value):
    return value["properties"]


def form(value, name):
    return next(one for one in value["oneOf"] if name in str(one["properties"]))


def rename(value):
    keys(value)["power_kw"] = keys(value).pop("power_w")


BREAKING = [
    (STATE, lambda v: keys(v).pop("journal"), "state.journal: removed, or renamed"),
    (STATE, rename, "state.power_w: removed, or renamed"),
    (STATE, lambda v: v["required"].remove("pending"), "state.pending: was always there"),
    (STATE, lambda v: keys(v)["pending"].update(type="string"), "state.pending: type integer"),
    (STATE, lambda v: keys(v)["pending"].update(type=["integer", "null"]), "type null added"),
    (STATE, lambda v: keys(v)["session"].update(type="integer"), "state.session: type null remo"),
    (STATE, lambda v: keys(v)["phases_used"].update(maximum=1), "maximum was 3, is 1"),
    (STATE, lambda v: keys(v)["status"]["enum"].remove("Reserved"), "'Reserved' removed"),
    (STATE, lambda v: keys(v)["pending"].update({"x-unit": "k"}), "x-unit was None, is k"),
    (STATE, lambda v: keys(v)["pilot_mv"].update(maxItems=1), "maxItems was 2, is 1"),
    (STATE, lambda v: keys(keys(v)["limit"]).pop("set_ma"), "state.limit.set_ma: removed"),
    (CODES, lambda v: v["$defs"]["fault"]["enum"].remove("pe"), "state.faults[]: 'pe' removed"),
    (EVENT, lambda v: v["oneOf"].remove(form(v, "plugged")), "event (event plugged): removed"),
    (CMD, lambda v: v["oneOf"].remove(form(v, "'pause'")), "cmd (type pause): removed"),
    (
        CMD,
        lambda v: keys(keys(form(v, "'limit'"))["args"])["ma"].update(maximum=63_000),
        "cmd (type limit).args.ma: maximum was 80000, is 63000",
    ),
    (
        CMD,
        lambda v: keys(form(v, "'limit'"))["args"]["required"].append("ttl_s"),
        "cmd (type limit).args.ttl_s: has become required",
    ),
    (CMD, lambda v: v["required"].append("exp"), "cmd.exp: has become required"),
    (CMD, lambda v: keys(v)["id"].update(maxLength=32), "cmd.id: maxLength was 64, is 32"),
    (CMD, lambda v: keys(v)["id"].update(pattern="^[a-z]*$"), "cmd.id: pattern was"),
    (ACK, lambda v: (keys(v).update(by={"type": "string"}), v["required"].append("by")), "ack.by"),
    (DOCUMENT, lambda t: t.replace("/{id}/tele", "/{id}/telemetry"), "tele: removed"),
    (DOCUMENT, lambda t: t.replace("qos: 0\n        retain: true", "qos: 0\n        retain: no"),
     "state: retained was True, is False"),
    (DOCUMENT, lambda t: t.replace("contentType: text/plain", "contentType: application/json"),
     "set/limit_ma: plain was True, is False"),
]  # fmt: skip

ALLOWED = [
    (STATE, lambda v: keys(v).update(colour={"type": "string"}), "state.colour: added"),
    (STATE, lambda v: v["required"].append("colour") or keys(v).update(colour={"type": "string"}),
     "state.colour: added"),
    (STATE, lambda v: keys(v)["phases_used"].update(maximum=4), "maximum was 3, is 4"),
    (STATE, lambda v: keys(v)["status"]["enum"].append("Parked"), "'Parked' added"),
    (STATE, lambda v: keys(v)["phases_used"].pop("maximum"), "maximum was 3, is None"),
    (CODES, lambda v: v["$defs"]["fault"]["enum"].append("fire"), "'fire' added"),
    (EVENT, lambda v: v["oneOf"].append({"properties": {"event": {"const": "rain"}}}), "rain)"),
    (CMD, lambda v: keys(keys(form(v, "'stop'"))["args"]).update(s={"type": "integer"}), "args.s"),
    (CMD, lambda v: keys(keys(form(v, "'limit'"))["args"])["ma"].update(maximum=90_000), "90000"),
    (CMD, lambda v: keys(form(v, "'limit'"))["args"]["required"].remove("ma") or keys(
        keys(form(v, "'limit'"))["args"])["ma"].update(minimum=-1), "minimum was 0, is -1"),
    (ACK, lambda v: keys(v)["upto"].update(type=["integer", "null"]), "type null added"),
]  # fmt: skip


def ids(rows):
    return [re.sub(r"\W+", "-", row[2]) for row in rows]


@pytest.mark.parametrize(("path", "change", "said"), BREAKING, ids=ids(BREAKING))
def test_what_breaks_a_reader_or_a_sender_breaks_the_rules(path, change, said):
    lines = found(path, change)
    assert any(line.startswith("BREAKS") and said in line for line in lines), lines


@pytest.mark.parametrize(("path", "change", "said"), ALLOWED, ids=ids(ALLOWED))
def test_what_only_adds_is_allowed_with_a_new_minor_version_only(path, change, said):
    lines = found(path, change)
    assert any(said in line for line in lines), lines
    assert all(line.startswith("allowed") for line in lines), lines
    again = found(path, change, version="1.0")
    assert any(line.startswith("BREAKS: version: still 1.0") for line in again)


def test_a_contract_does_not_differ_from_itself():
    assert list(compare.differences(NOW, compare.load(str(ROOT)))) == []


def test_texts_are_no_difference():
    assert found(STATE, lambda v: keys(v)["pending"].update(description="Other words.")) == []


NUMBERS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["integer", "number", "null", ["integer", "null"]]),
        "minimum": st.integers(-3, 3),
        "maximum": st.integers(-3, 3),
        "enum": st.lists(st.sampled_from([None, 0, 1, 2]), min_size=1, unique=True),
    },
)


@settings(deadline=None)
@given(old=NUMBERS, new=NUMBERS)
def test_what_is_allowed_for_messages_to_the_box_lets_every_old_message_pass(old, new):
    before, after = (shape("", schema, no_reference) for schema in (old, new))
    if not any(one.breaks for one in compare._shapes("n", before, after, by_box=False)):
        was, is_ = schemas.of(old), schemas.of(new)
        for value in (None, *range(-5, 6)):
            assert is_.is_valid(value) or not was.is_valid(value), value


def no_reference(_base, ref):
    raise AssertionError(ref)


@pytest.mark.parametrize("topic", NOW.topics)
def test_a_key_that_goes_anywhere_in_any_message_is_found(topic):
    old, new = NOW.topics[topic][1], AGAIN.topics[topic][1]
    for place, key in list(_required(new)):
        gone = place.keys.pop(key)
        found = list(compare._shapes(topic, old, new, by_box=True))
        place.keys[key] = gone
        assert any(one.breaks and f".{key}" in one.place for one in found), key


def _required(place):
    for key in sorted(place.required & place.keys.keys()):
        yield place, key
    for inner in (*place.keys.values(), *place.forms.values()):
        yield from _required(inner)


def test_folders_are_compared_from_the_command_line(tmp_path, capsys):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    assert compare.main(str(ROOT), str(tmp_path)) == 0
    state = tmp_path / STATE
    value = json.loads(state.read_text())
    rename(value)
    state.write_text(json.dumps(value))
    assert compare.main(str(ROOT), str(tmp_path)) == 1
    assert "BREAKS: state.power_w: removed, or renamed\n" in capsys.readouterr().out


def test_what_is_no_version_is_named(tmp_path, capsys):
    assert compare.main(str(tmp_path), str(ROOT)) == 2
    assert compare.main("no-such-revision", str(ROOT)) == 2
    said = capsys.readouterr().out
    assert "no docs/mqtt/asyncapi.yaml" in said
    assert "no-such-revision is no folder" in said


def test_examples_of_messages_to_the_box_are_what_the_comparison_protects():
    kinds = {topic.name for topic, _, _ in examples.all_of_them() if not topic.by_box}
    assert kinds == {name for name, (topic, _) in NOW.topics.items() if not topic.by_box}
