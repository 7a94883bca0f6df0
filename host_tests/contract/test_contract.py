"""The contract is whole: document, schemas, examples, page; and its checks find what is wrong."""

import json
import re
import shutil

import pytest
from contract import __main__ as checks
from contract import document, examples, generate, page, schemas, wrong
from contract.document import topics
from pilotwire.pilot import faults, reasons
from pilotwire.record import layout

ALL = [pytest.param(*one, id=one[1]) for one in examples.all_of_them()]
OURS = sorted(schemas.FOLDER.glob("*.schema.json"))


def held(name):
    try:
        return checks.CHECKS[name]()
    except checks.Skipped as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("name", checks.CHECKS)
def test_everything_that_make_contract_checks_holds(name):
    assert held(name)


def test_a_check_that_fails_is_named_with_its_place(monkeypatch, tmp_path, capsys):
    stale = tmp_path / "mqtt.md"
    stale.write_text("# Old\n")
    monkeypatch.setattr(page, "PAGE", stale)
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "texts", lambda: ())
    monkeypatch.setattr(checks, "CHECKS", {"the page": checks._fresh})
    assert checks.main() == 1
    assert "the page: WRONG: mqtt.md: is stale" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ("schemas/state.schema.json", "schemas/no-such.schema.json"),
        ("action: receive", "action: take"),
        ("qos: 0", "qos: 3"),
        ("title: Pilotwire box", "name: Pilotwire box"),
    ],
)
def test_asyncapis_own_parser_refuses_a_broken_document(monkeypatch, tmp_path, was, is_):
    shutil.copytree(document.FOLDER.parent / "records", tmp_path / "records")
    shutil.copytree(document.FOLDER, tmp_path / "mqtt")
    broken = tmp_path / "mqtt" / "asyncapi.yaml"
    text = broken.read_text()
    assert was in text
    broken.write_text(text.replace(was, is_, 1))
    monkeypatch.setattr(document, "FILE", broken)
    with pytest.raises(schemas.Wrong):
        held("the document, by AsyncAPI's parser")


def test_faults_conditions_and_words_are_the_firmwares():
    words = schemas.read(schemas.FOLDER / "codes.schema.json")["$defs"]
    assert words["fault"]["enum"] == list(faults.CODES)
    assert words["why-not"]["enum"] == reasons.codes(-1)
    assert words["clock"]["enum"] == list(dict(layout.FIELDS)["clock"])
    assert {"timeout", "crc", "late", "ratio"} <= set(words["meter"]["enum"])


def test_every_command_of_the_firmware_has_its_words_and_no_words_are_left_over():
    told = generate.words()
    assert set(told) == set(generate.commands())
    for type_, rows in generate.commands().items():
        assert set(told[type_].get("args", {})) == set(rows), type_
        shaped = {name for name, row in rows.items() if row[0] in ("list", "object")}
        assert set(told[type_].get("shapes", {})) == shaped, type_


def test_every_reason_of_a_refusal_is_explained_and_none_is_left_over():
    some = {code for one in generate.words().values() for code in one.get("refused", ())}
    assert some == set(generate.refusals("some"))
    assert not some & set(generate.refusals("any"))


def test_every_topic_has_examples_and_every_command_and_event_is_among_them():
    assert {topic.name for topic in topics().values() if not topic.examples} == set()
    given = {
        name: examples.messages(document.FOLDER / "examples" / f"{name}.json")
        for name in ("cmd", "event", "tx", "trace")
    }
    assert {one["type"] for one in given["cmd"]} == set(generate.words())
    kinds = schemas.read(topics()["event"].schema)["oneOf"]
    assert {one["event"] for one in given["event"]} == {
        kind["properties"]["event"]["const"] for kind in kinds
    }
    assert {one["kind"] for one in given["tx"]} == set(schemas.read(schemas.RECORD)["$defs"])
    lines = schemas.read(topics()["trace"].schema)["oneOf"]
    assert len(given["trace"]) == len(lines)


@pytest.mark.parametrize(("topic", "_place", "message"), ALL)
def test_unknown_keys_pass_readers_but_neither_our_own_tests_nor_the_box(topic, _place, message):
    for place in wrong.places(topic.schema, message):
        if not isinstance(place.value, dict) or any(
            isinstance(one, dict) for one in place.all("additionalProperties")
        ):
            continue
        more = json.loads(json.dumps(message))
        inner = more
        for step in place.path:
            inner = inner[step]
        inner["of-tomorrow"] = 1
        in_config = topic.name == "cmdres" and place.path == ("value",)
        passes = topic.by_box and not (in_config and "limit_ma" in place.value)
        assert schemas.validator(topic.schema).is_valid(more) == passes, place.path
        assert not schemas.validator(topic.schema, strict=True).is_valid(more), place.path


def described(schema, place):
    for key, one in schema.get("properties", {}).items():
        if key in ("event", "ok", "reason", "type", "args") and "description" not in one:
            continue  # an alternative only narrows what the message has described
        yield f"{place}.{key}", one
        yield from described(one, f"{place}.{key}")
    for one in schema.get("oneOf", ()):
        yield from described(one, place)


@pytest.mark.parametrize(
    "name", ["info", "state", "tele", "event", "ack", "cmd", "cmdres", "log", "diagnostics"]
)
def test_every_key_is_described_by_a_sentence(name):
    for place, one in described(schemas.read(schemas.FOLDER / f"{name}.schema.json"), name):
        assert one["description"].endswith("."), place


@pytest.mark.parametrize(("name", "title"), [("info", "Info"), ("state", "State")])
def test_the_page_lists_the_keys_of_the_schema_and_no_others(name, title):
    section = page.PAGE.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert rows == list(schemas.read(schemas.FOLDER / f"{name}.schema.json")["properties"])


def test_the_pages_links_lead_somewhere():
    text = page.PAGE.read_text()
    for path in re.findall(r"\]\(([^)#]+)", text):
        assert (page.PAGE.parent / path).exists(), path
    titles = {line.lstrip("# ").lower() for line in text.splitlines() if line.startswith("#")}
    for anchor in re.findall(r"\]\(#([\w-]+)\)", text):
        assert anchor.replace("-", " ") in titles, anchor


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_a_reader_of_draft_07_takes_whatever_2020_12_takes(file):
    """AsyncAPI's schemas are a superset of draft 07, where `items: false` forbids all items."""
    text = file.read_text()
    assert '"items": false' not in text
    assert '"$dynamicRef"' not in text
