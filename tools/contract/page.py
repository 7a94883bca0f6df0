"""docs/mqtt.md, the contract for people: made of asyncapi.yaml, the schemas and the commands.

`python -m contract.page` writes it anew. In their texts `docs/x.md#y` becomes a link.
"""

import json
import re
from typing import Any

from rig.interpreter import ROOT

from . import generate, schemas
from .document import PREFIX, Topic, read, topics

PAGE = ROOT / "docs" / "mqtt.md"

_HEAD = f"""# The MQTT contract

MQTT 3.1.1, JSON payloads, everything under `{PREFIX.replace("{id}", "<id>")}`, where `<id>` is
the configuration's `id`. This page is made by `make contract-page` of what machines read:
[mqtt/asyncapi.yaml](mqtt/asyncapi.yaml) (AsyncAPI 3), `docs/mqtt/schemas` (JSON Schema)
and `docs/mqtt/examples`. `make contract` checks all of it, and every test that runs the
firmware checks what it publishes.
"""

_SECTIONS = {
    "info": "Info",
    "state": "State",
    "tele": "Measurements",
    "event": "Events",
    "cmd": "Commands",
    "set/limit_ma": "Local control",
    "log": "Log",
    "logs": "Log on request",
    "trace": "Traces",
    "tx": "Records",
}
_LINK = re.compile(r"docs/([\w./-]+\.(?:md|json))(#[\w-]+)?")


def page() -> str:
    """The whole page."""
    lines = [_HEAD, *_topics()]
    for name, title in _SECTIONS.items():
        topic = topics()[name]
        lines += ["", f"## {title}", "", topic.description]
        lines += _BODIES.get(name, lambda _topic: [])(topic)
    lines += ["", read()["info"]["description"].rstrip()]
    return _linked("\n".join(lines)) + "\n"


def _topics() -> list[str]:
    rows = [
        (
            f"`{topic.name}`",
            "box" if topic.by_box else "to the box",
            f"{topic.qos}, retained" if topic.retained else str(topic.qos),
            topic.summary,
        )
        for topic in topics().values()
    ]
    return _table(("topic", "sent by", "QoS", "what"), rows)


def _keys(topic: Topic) -> list[str]:
    return ["", *_key_table(schemas.read(topic.schema))]


def _events(topic: Topic) -> list[str]:
    rows = []
    for kind in schemas.read(topic.schema)["oneOf"]:
        keys = {key: one for key, one in kind["properties"].items() if key != "event"}
        told = " ".join(f"`{key}`: {_told(one)}" for key, one in keys.items())
        rows.append((f"`{kind['properties']['event']['const']}`", kind["description"], told))
    return ["", *_table(("event", "meaning", "keys"), rows)]


def _commands(_topic: Topic) -> list[str]:
    rows = []
    schema = {one["properties"]["type"]["const"]: one for one in generate.cmd()["oneOf"]}
    for type_, told in generate.words().items():
        args = schema[type_]["properties"]["args"]
        cells = []
        for name, one in args["properties"].items():
            optional = "" if name in args["required"] else ", optional"
            cells.append(f"`{name}`{_bounds(one)}{optional}: {one['description']}")
        refused = ", ".join(f"`{code}`" for code in told.get("refused", ()))
        text = told["text"]
        if "value" in told:
            text += f" Answers with `value`: {told['value']}."
        rows.append((f"`{type_}`", text, " ".join(cells), refused))
    lines = ["", *_table(("type", "what", "args", "may be refused"), rows)]
    lines += ["", "Any command may be refused for the first seven of these:", ""]
    reasons = generate.refusals("any") | generate.refusals("some")
    lines += _table(("reason", "when"), [(f"`{code}`", when) for code, when in reasons.items()])
    result = topics()["cmdres"]
    lines += ["", "### Result", "", result.description, *_keys(result)]
    for name in ("schedule", "plan", "prices", "guests", "diagnostics", "why"):
        lines += ["", f"### {name.title()}", ""]
        lines += _key_table(schemas.read(schemas.FOLDER / f"{name}.schema.json"))
    return lines


def _local(_topic: Topic) -> list[str]:
    names = [name for name in topics() if name.startswith("set/")]
    rows = []
    for name in names:
        schema = schemas.read(topics()[name].schema)
        rows.append((f"`{name}`", f"{schema['title']}. {schema['description']}{_words(schema)}"))
    return ["", *_table(("topic", "text"), rows)]


_BODIES = {
    "info": _keys,
    "state": _keys,
    "tele": _keys,
    "event": _events,
    "cmd": _commands,
    "set/limit_ma": _local,
    "log": _keys,
}


def _key_table(schema: dict[str, Any]) -> list[str]:
    rows = [(f"`{key}`", _told(one)) for key, one in schema["properties"].items()]
    return _table(("key", "meaning"), rows)


def _told(schema: dict[str, Any]) -> str:
    """Description, words and inner keys of one place."""
    text = schema["description"] + _words(schema)
    for key, one in _inner(schema).items():
        text += f"<br>`{key}`: {_told(one)}"
    return text


def _inner(schema: dict[str, Any]) -> dict[str, Any]:
    for one in schema.get("allOf", ()):
        file, _, name = one.get("$ref", "").partition("#/$defs/")
        if file == "common.schema.json":
            return schemas.read(schemas.FOLDER / file)["$defs"][name].get("properties", {})
    return schema.get("properties", {})


def _words(schema: dict[str, Any]) -> str:
    """The list of words that a place takes; the long ones have a page of their own."""
    enum = schema.get("enum") or schema.get("items", {}).get("enum") or _referred(schema)
    known = [one for one in enum if isinstance(one, str) and one]
    if not known or f"`{known[0]}`" in schema["description"]:
        return ""
    return " " + ", ".join(f"`{one}`" for one in known) + "."


def _referred(schema: dict[str, Any]) -> list[Any]:
    words = generate.codes()["$defs"]
    for one in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        file, _, name = one.get("$ref", "").partition("#/$defs/")
        if file == "codes.schema.json" and name not in ("fault", "why-not", "letter", "refusal"):
            return words[name]["enum"]
    return []


def _bounds(schema: dict[str, Any]) -> str:
    if "minimum" in schema:
        return f" {schema['minimum']}..{schema['maximum']}"
    if "maxLength" in schema:
        return f" up to {schema['maxLength']} characters"
    if "pattern" in schema:
        return " 16 hex digits"
    if "enum" in schema:
        return " " + ", ".join(f"`{json.dumps(one).strip(chr(34))}`" for one in schema["enum"])
    return ""


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _linked(text: str) -> str:
    def link(found: re.Match[str]) -> str:
        path, anchor = found[1], found[2] or ""
        if path == "mqtt.md":
            return f"[{anchor[1:]}]({anchor})"
        return f"[{path}]({path}{anchor})"

    return _LINK.sub(link, text)


if __name__ == "__main__":
    PAGE.write_text(page())
