"""Schemas made of what the firmware has as data, so that nothing is written twice.

codes.schema.json   the words that it publishes: faults, conditions, sources, reasons
cmd.schema.json     the commands: link/commands.json, with the words of contract/commands.json
config.schema.json  the keys of config.py

`python -m contract.generate` writes them anew.
"""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pilotwire import config
from pilotwire.orders import settings
from pilotwire.pilot import faults, levels, reasons
from pilotwire.power import leases
from pilotwire.record import layout
from rig.interpreter import FIRMWARE

from .schemas import FOLDER

_HOUSE = FIRMWARE / "pilotwire"
_TABLE = _HOUSE / "link" / "commands.json"
_WORDS = Path(__file__).with_name("commands.json")
_REFUSALS = Path(__file__).with_name("refusals.json")
_SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_ID = {
    "description": "Any text; the result names it. One that was seen a moment ago is not obeyed.",
    "type": "string",
    "minLength": 1,
    "maxLength": 64,
    "pattern": "^[ -~]*$",
}
_EXP = {
    "description": "Unix time in s after which it must not be obeyed any more.",
    "type": ["integer", "null"],
}


def commands() -> dict[str, dict[str, Any]]:
    """What the firmware accepts: {type: {argument: row}}."""
    rows = [json.loads(line) for line in _TABLE.read_text().splitlines() if line.strip()]
    return {row["type"]: row["args"] for row in rows}


def words() -> dict[str, dict[str, Any]]:
    """What people read of each command, in the order in which they read it."""
    return json.loads(_WORDS.read_text())


def refusals(which: str) -> dict[str, str]:
    """Why "any" command may be refused, or "some", and what that means."""
    return json.loads(_REFUSALS.read_text())[which]


@cache
def codes() -> dict[str, Any]:
    """codes.schema.json."""
    fields = dict(layout.FIELDS)
    letters = [letter + form for letter in "ABCD" for form in "12"]
    lists = {
        "clock": fields["clock"],
        "letter": [*letters, *(letter for letter in levels.LETTERS if letter not in "ABCD")],
        "lease": leases.SOURCES,
        "limit-source": [*leases.SOURCES, "cable", "vehicle"],
        "why-not": reasons.codes(-1),
        "fault": list(faults.CODES),
        "opened": reasons.OPENED_CODES,
        "register": fields["register"],
        "meter": sorted(_raised("ModbusError")),
        "restart": _literal(_HOUSE / "hal" / "rp2_restart.py", "_REASONS"),
        "profile": config.KEYS["profile"][1],
        "authorise": config.KEYS["authorise"][1],
        "refusal": [*refusals("any"), *refusals("some")],
    }
    return {
        **_SCHEMA,
        "title": "Words that the box publishes",
        "description": "Made of the firmware's own tables. Newer firmware may know more words.",
        "$defs": {name: {"enum": list(known)} for name, known in lists.items()},
    }


def cmd() -> dict[str, Any]:
    """cmd.schema.json."""
    told = words()
    return {
        **_SCHEMA,
        "title": "A command",
        "description": "At most 2,048 bytes as a packet, topic included.",
        "type": "object",
        "properties": {"id": _ID, "type": {"enum": list(told)}, "exp": _EXP},
        "required": ["id", "type"],
        "unevaluatedProperties": False,
        "oneOf": [_command(type_, commands()[type_], told[type_]) for type_ in told],
    }


def configuration() -> dict[str, Any]:
    """config.schema.json."""
    sealed = {key: {"readOnly": True} for key in settings.SEALED}
    return {
        **_SCHEMA,
        "title": "Keys of the configuration",
        "description": "docs/configuration.md says what each is. `readOnly`: the installer's.",
        "type": "object",
        "properties": {
            key: {**_key(config.KEYS[key]), **sealed.get(key, {})} for key in config.KEYS
        },
        "additionalProperties": False,
    }


FILES = {"codes": codes, "cmd": cmd, "config": configuration}


def texts() -> Iterator[tuple[Path, str]]:
    """Each file, and what belongs into it."""
    for name, make in FILES.items():
        yield FOLDER / f"{name}.schema.json", json.dumps(make(), indent=2) + "\n"


def _command(type_: str, rows: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    shapes = told.get("shapes", {})
    args = {
        "type": "object",
        "properties": {
            name: {"description": told["args"][name], **_argument(row, shapes.get(name))}
            for name, row in rows.items()
        },
        "required": [name for name, row in rows.items() if row[2]],
        "additionalProperties": False,
    }
    found = {"description": told["text"], "properties": {"type": {"const": type_}, "args": args}}
    return {**found, "required": ["args"]} if args["required"] else found


def _argument(row: list[Any], shape: Any) -> dict[str, Any]:
    """A row of the firmware's table: [kind or least, most, required]."""
    kind, most, _ = row
    if kind == "text":
        return {"type": "string", "maxLength": most, "pattern": "^[ -~]*$"}
    if kind == "hash":
        return {"type": "string", "pattern": f"^[0-9a-f]{{{most}}}$"}
    if kind == "choice":
        return {"enum": most}
    if kind == "list":
        return {"type": "array", "maxItems": most, "items": shape}
    if kind == "object":
        return shape if most else {"anyOf": [shape, {"type": "null"}]}
    return {"type": "integer", "minimum": kind, "maximum": most}


def _key(row: tuple[Any, ...]) -> dict[str, Any]:
    """A row of config.KEYS: (default, choices) or (default, least, most)."""
    default = row[0]
    if isinstance(default, bool):
        return {"type": "boolean", "default": default}
    if len(row) == 2:
        return {"enum": list(row[1]), "default": default}
    if isinstance(default, str):
        return {"type": "string", "minLength": row[1], "maxLength": row[2], "default": default}
    return {"type": "integer", "minimum": row[1], "maximum": row[2], "default": default}


def _raised(name: str) -> set[str]:
    """The words with which the meters' code raises `name`."""
    found = set()
    for path in (_HOUSE / "energy").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                found |= set(_texts(node.args[0]))
    return found


def _texts(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _literal(path: Path, name: str) -> Any:
    """What `name` is in a file that only a chip can import. Raises LookupError."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return ast.literal_eval(node.value)
    raise LookupError(f"{path}: no {name}")


if __name__ == "__main__":
    for file, text in texts():
        file.write_text(text)
