"""A schema as something that can be compared: references followed, `allOf` folded into one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ALL_TYPES = frozenset(("null", "boolean", "integer", "number", "string", "array", "object"))
LEAST = ("minimum", "minLength", "minItems")
MOST = ("maximum", "maxLength", "maxItems")
OTHERS = ("pattern", "x-unit", "contentEncoding", "uniqueItems")
_TYPE_OF = {bool: "boolean", int: "integer", str: "string", type(None): "null"}

# follow(address of the file, reference) -> (address of the file that it is in, schema)
Follow = Callable[[str, str], tuple[str, Any]]


@dataclass
class Shape:
    """What one place in a message may be.

    `words`: the only values, (type, value) each; None: any. `keys`, `required` and `closed` are an
    object's, `items` and `columns` a list's. `forms` are alternatives that differ in their keys,
    by name.
    """

    types: frozenset[str] = ALL_TYPES
    words: frozenset[Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, "Shape"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    closed: bool = False
    items: "Shape | None" = None
    columns: list["Shape"] = field(default_factory=list)
    forms: dict[str, "Shape"] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        return not (self.keys or self.forms or self.items or self.columns)


def shape(base: str, schema: Any, follow: Follow) -> Shape:
    """Of the schema in the file at `base`."""
    found = _own(base, schema, follow)
    if "$ref" in schema:
        found = _both(found, shape(*follow(base, schema["$ref"]), follow))
    for one in schema.get("allOf", ()):
        found = _both(found, shape(base, one, follow))
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            forms = [
                (_name(base, one, follow), shape(base, one, follow)) for one in schema[keyword]
            ]
            found = _both(found, _either(forms))
    return found


def _own(base: str, schema: dict[str, Any], follow: Follow) -> Shape:
    found = Shape()
    type_ = schema.get("type")
    if type_ is not None:
        found.types = frozenset(type_ if isinstance(type_, list) else [type_])
        if "number" in found.types:
            found.types |= {"integer"}
    if "enum" in schema or "const" in schema:
        words = schema.get("enum", [schema.get("const")])
        found.words = frozenset((_TYPE_OF[type(word)], word) for word in words)
        found.words = frozenset(word for word in found.words if word[0] in found.types)
        found.types &= {kind for kind, _ in found.words}
    found.facts = {key: schema[key] for key in (*LEAST, *MOST, *OTHERS) if key in schema}
    for key, one in schema.get("properties", {}).items():
        found.keys[key] = shape(base, one, follow)
    found.required = frozenset(schema.get("required", ()))
    found.closed = False in (
        schema.get("additionalProperties", True),
        schema.get("unevaluatedProperties", True),
    )
    if isinstance(schema.get("items"), dict):
        found.items = shape(base, schema["items"], follow)
    found.columns = [shape(base, one, follow) for one in schema.get("prefixItems", ())]
    return found


def _both(one: Shape, other: Shape) -> Shape:
    """What both allow."""
    words = one.words if other.words is None else other.words
    if one.words is not None and other.words is not None:
        words = one.words & other.words
    keys = dict(one.keys)
    for key, value in other.keys.items():
        keys[key] = _both(keys[key], value) if key in keys else value
    facts = {**one.facts, **other.facts}
    for keyword in one.facts.keys() & other.facts.keys():
        pair = one.facts[keyword], other.facts[keyword]
        if keyword in LEAST:
            facts[keyword] = max(pair)
        elif keyword in MOST:
            facts[keyword] = min(pair)
    return Shape(
        one.types & other.types,
        words,
        facts,
        keys,
        one.required | other.required,
        one.closed or other.closed,
        other.items or one.items,
        other.columns or one.columns,
        {**one.forms, **other.forms},
    )


def _either(forms: list[tuple[str, Shape]]) -> Shape:
    """What one of them allows: values put together, objects side by side."""
    found = Shape(types=frozenset[str]().union(*[one.types for _, one in forms]))
    plain = [one for _, one in forms if one.is_plain]
    found.forms = {name: one for name, one in forms if not one.is_plain}
    if len(plain) == len(forms) and all(one.words is not None for one in plain):
        found.words = frozenset[Any]().union(*[one.words or () for one in plain])
    if not found.forms and len(plain) > 1 and found.words is None:
        found.forms = dict(forms)
    return found


def _name(base: str, schema: dict[str, Any], follow: Follow) -> str:
    """Of an alternative: its constant words, else the keys that it wants, else its types."""
    keys = shape(base, schema, follow).keys
    fixed = [
        f"{key} {word}"
        for key, one in keys.items()
        if one.words is not None and len(one.words) == 1
        for _, word in one.words
    ]
    if fixed:
        return ", ".join(fixed)
    if "$ref" in schema:
        return schema["$ref"]
    return ", ".join(schema.get("required", ())) or str(schema.get("type", "any"))
