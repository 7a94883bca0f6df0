"""The schemas, loaded, and their validators: as they are published, or strict.

A reader has to pass over keys that it does not know, so what the box publishes is described by
open schemas. Our own traffic is held against the *strict* ones, made of the same files: there a
key that no schema names is wrong, so a key that the firmware publishes and nobody has described
is found; and 2.0 is no integer, as for many a reader. What is sent to the box is closed in the
files, because the box itself is strict.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from rig.interpreter import ROOT

FOLDER = ROOT / "docs" / "mqtt" / "schemas"
RECORD = ROOT / "docs" / "records" / "record.schema.json"

# Keywords that hold schemas of the same place in a message; of places below it, by name, or not.
_SAME = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
_NAMED = ("properties", "patternProperties")
_BELOW = ("items", "prefixItems", "additionalProperties")


def _is_whole(_checker: object, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_Strict = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)


class Wrong(ValueError):
    """A message is not what its schema says. `path`: where in the message; `wanted`: what."""

    def __init__(self, path: str, wanted: str):
        super().__init__(path, wanted)
        self.path = path
        self.wanted = wanted

    def __str__(self) -> str:
        return f"{self.path}: {self.wanted}"


def files() -> list[Path]:
    """Every schema of the contract."""
    return [*sorted(FOLDER.glob("*.schema.json")), RECORD]


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


def closed(schema: Any) -> Any:
    """`schema` in which every place takes only keys that it names."""
    below = _closed_below(schema)
    return {**below, "unevaluatedProperties": False} if isinstance(below, dict) else below


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    found = _closed_below(schema)
    del found["$schema"]  # it would have the plain validator look at this file
    return found


def _closed_below(schema: Any) -> Any:
    """The places below are closed; this one is left to whoever refers to it."""
    if not isinstance(schema, dict):
        return schema
    found = dict(schema)
    for key, value in schema.items():
        if key in _SAME:
            found[key] = _each(value, _closed_below)
        elif key in _BELOW:
            found[key] = _each(value, closed)
        elif key in _NAMED:
            found[key] = {name: closed(one) for name, one in value.items()}
        elif key == "$defs":
            found[key] = {name: _closed_below(one) for name, one in value.items()}
    return found


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    return [change(one) for one in value] if isinstance(value, list) else change(value)


@cache
def registry(strict: bool) -> Registry:
    """All files by their addresses; in the strict one all places are closed."""
    change = _strict if strict else (lambda schema: schema)
    return Registry().with_resources(
        (path.as_uri(), Resource(change(read(path)), DRAFT202012)) for path in files()
    )


@cache
def validator(path: Path, strict: bool = False) -> Draft202012Validator:
    """Of the file's own schema."""
    return of({"$ref": path.as_uri()}, strict)


def of(schema: Any, strict: bool = False) -> Draft202012Validator:
    """Of any schema that refers to files by their addresses."""
    if strict:
        return _Strict(closed(schema), registry=registry(True))
    return Draft202012Validator(schema, registry=registry(False))


def check(path: Path, value: Any, strict: bool = False) -> None:
    """Raises Wrong, which names the place that fits least."""
    error = best_match(validator(path, strict).iter_errors(value))
    if error is not None:
        raise Wrong(_place(error), error.message)


def _place(error: ValidationError) -> str:
    return (
        "".join(
            f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path
        ).lstrip(".")
        or "(the whole)"
    )
