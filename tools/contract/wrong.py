"""Wrong messages, made of good ones: what a schema has to refuse.

Each place of an example is looked up in its schema; then every required key is removed, every
value replaced by one of every other JSON type, every word by none, every number put out of its
range.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from . import schemas

_BY_TYPE = {
    "null": None,
    "boolean": True,
    "integer": 7_777,
    "number": -0.5,
    "string": "no such word, and too long for any key that has a longest " * 8,
    "array": [[]],
    "object": {"no-such-key": {}},
}
_TYPE_OF = {bool: "boolean", int: "integer", str: "string", type(None): "null"}
_SAME = ("allOf", "anyOf", "oneOf")
_REMOVED = object()


@dataclass(frozen=True)
class Place:
    """A place in a message: the JSON types that may stand there, the schemas that hold there."""

    path: tuple[str | int, ...]
    value: Any
    types: frozenset[str]
    rules: tuple[tuple[str, dict[str, Any]], ...]

    def all(self, keyword: str) -> list[Any]:
        return [schema[keyword] for _, schema in self.rules if keyword in schema]


def places(file: Path, message: Any) -> Iterator[Place]:
    """Every place of a good message, the whole first."""
    yield from _places((), message, ((file.as_uri(), {"$ref": ""}),))


def spoiled(file: Path, message: Any) -> Iterator[tuple[str, Any]]:
    """(what was done, the wrong message). Raises ValueError for a place without any type."""
    for place in places(file, message):
        for what, value in _spoiled(place):
            where = "/".join(map(str, place.path)) or "(the whole)"
            yield f"{where}: {what}", _with(message, place.path, value)
        if isinstance(place.value, dict):
            for key in sorted({key for one in place.all("required") for key in one}):
                path = (*place.path, key)
                yield f"{'/'.join(map(str, path))}: removed", _with(message, path, _REMOVED)


def _spoiled(place: Place) -> Iterator[tuple[str, Any]]:
    good = place.types
    if len(good) == len(_BY_TYPE):
        raise ValueError(f"{'/'.join(map(str, place.path))}: no type")
    for name, value in _BY_TYPE.items():
        if name not in good:
            yield f"{name} for {', '.join(sorted(good))}", value
    if place.all("enum") or place.all("const"):
        yield "no such word", "no such word" if isinstance(place.value, str) else 7_777
    for keyword, step in (("minimum", -1), ("maximum", 1)):
        bounds = place.all(keyword)
        if bounds and isinstance(place.value, int):
            edge = max(bounds) if step < 0 else min(bounds)
            yield f"{edge + step} is out of range", edge + step
    if place.all("maxItems") and isinstance(place.value, list):
        most = min(place.all("maxItems"))
        yield f"{most + 1} items", [*place.value, *[copy.deepcopy(place.value[:1])] * (most + 1)]
    if place.all("maxLength") and isinstance(place.value, str):
        yield "too long", "x" * (min(place.all("maxLength")) + 1)
    if place.all("pattern") and isinstance(place.value, str):
        yield "a control character", place.value + "\x07"


def _types(base: str, schema: dict[str, Any]) -> set[str]:
    """The JSON types that a schema takes."""
    good = set(_BY_TYPE)
    if "type" in schema:
        type_ = schema["type"]
        good &= set(type_) if isinstance(type_, list) else {type_}
    if "number" in good:
        good.add("integer")
    if "enum" in schema or "const" in schema:
        good &= {_TYPE_OF[type(word)] for word in schema.get("enum", [schema.get("const")])}
    if "$ref" in schema:
        good &= _types(*_followed(base, schema["$ref"]))
    for one in schema.get("allOf", ()):
        good &= _types(base, one)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            good &= set.union(*[_types(base, one) for one in schema[keyword]])
    return good


def _places(path: tuple[Any, ...], value: Any, rules: Any) -> Iterator[Place]:
    types = set(_BY_TYPE).intersection(*[_types(base, schema) for base, schema in rules])
    rules = tuple(_expanded(value, rules))
    yield Place(path, value, frozenset(types), rules)
    if isinstance(value, dict):
        for key, inner in value.items():
            below = [
                (base, schema["properties"].get(key))
                for base, schema in rules
                if key in schema.get("properties", {})
            ] or [
                (base, schema["additionalProperties"])
                for base, schema in rules
                if isinstance(schema.get("additionalProperties"), dict)
            ]
            yield from _places((*path, key), inner, below)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            below = []
            for base, schema in rules:
                columns = schema.get("prefixItems", ())
                if i < len(columns):
                    below.append((base, columns[i]))
                elif isinstance(schema.get("items"), dict):
                    below.append((base, schema["items"]))
            yield from _places((*path, i), inner, below)


def _expanded(value: Any, rules: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """References followed; of alternatives, those that hold."""
    for base, schema in rules:
        yield base, schema
        if "$ref" in schema:
            address, found = _followed(base, schema["$ref"])
            yield from _expanded(value, [(address, found)])
        for keyword in _SAME:
            for one in schema.get(keyword, ()):
                if keyword == "allOf" or _holds(base, one, value):
                    yield from _expanded(value, [(base, one)])


def _followed(base: str, ref: str) -> tuple[str, dict[str, Any]]:
    address, _, pointer = urljoin(base, ref).partition("#")
    found = schemas.registry(False).contents(address)
    for step in pointer.split("/")[1:]:
        found = found[step]
    return address, found


def _holds(base: str, schema: dict[str, Any], value: Any) -> bool:
    """Whether an alternative, in the file at `base`, takes the value."""
    return schemas.of(_absolute(base, schema)).is_valid(value)


def _absolute(base: str, schema: Any) -> Any:
    """With references that hold wherever it stands."""
    if isinstance(schema, list):
        return [_absolute(base, one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: urljoin(base, one) if key == "$ref" else _absolute(base, one)
        for key, one in schema.items()
    }


def _with(message: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the message with another value at the place."""
    if not path:
        return value
    message = copy.deepcopy(message)
    place = message
    for step in path[:-1]:
        place = place[step]
    if value is _REMOVED:
        place.pop(path[-1], None)
    else:
        place[path[-1]] = value
    return message
