"""What a value of a board.json may be: a kind yields what is wrong with a value at its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .chips import numbers
from .finding import ERROR, Finding

Kind = Callable[[str, Any], Iterator[Finding]]


def wanted(place: str, value: Any, wanted: str) -> Finding:
    return ERROR(place, f"{value!r}, wanted {wanted}")


def whole(low: int, high: int, else_: int | None = None) -> Kind:
    """A whole number within `low` and `high`, or the other one."""
    choice = "" if else_ is None else f"{else_} or "

    def kind(place: str, value: Any) -> Iterator[Finding]:
        if type(value) is not int or not (low <= value <= high or value == else_):
            yield wanted(place, value, f"{choice}{low:,} to {high:,}")

    return kind


def one_of(*choices: Any) -> Kind:
    def kind(place: str, value: Any) -> Iterator[Finding]:
        if not any(value is one or (type(value) is type(one) and value == one) for one in choices):
            yield wanted(place, value, " or ".join(repr(one) for one in choices))

    return kind


def text(place: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, str) or not 1 <= len(value) <= 40:
        yield wanted(place, value, "a text of 1 to 40 characters")


def nullable(inner: Kind) -> Kind:
    def kind(place: str, value: Any) -> Iterator[Finding]:
        if value is not None:
            yield from inner(place, value)

    return kind


def list_of(inner: Kind) -> Kind:
    def kind(place: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield wanted(place, value, "a list")
            return
        for i, one in enumerate(value):
            yield from inner(f"{place}[{i}]", one)

    return kind


@dataclass(frozen=True)
class Record:
    """An object with all of `needed`, any of `optional`, and nothing else."""

    needed: Mapping[str, Kind]
    optional: Mapping[str, Kind]

    def __call__(self, place: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield wanted(place or "board.json", value, "an object")
            return
        known = {**self.needed, **self.optional}
        for key in self.needed:
            if key not in value:
                yield ERROR(_below(place, key), "is missing")
        for key, inner in value.items():
            if key in known:
                yield from known[key](_below(place, key), inner)
            else:
                names = ", ".join(sorted(known))
                yield ERROR(_below(place, key), f"there is no such key here; known are {names}")


def record(needed: Mapping[str, Kind], **optional: Kind) -> Record:
    return Record(needed, optional)


def either(key: str, with_it: Kind, without: Kind) -> Kind:
    """`with_it` for an object that has `key`."""

    def kind(place: str, value: Any) -> Iterator[Finding]:
        has = isinstance(value, dict) and key in value
        yield from (with_it if has else without)(place, value)

    return kind


def _below(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def pin_of(facts: Mapping[str, Any]) -> Kind:
    """A GPIO that the chip has."""
    pins = numbers(facts["pins"])
    has = ", ".join(f"{first} to {last}" for first, last in facts["pins"])

    def kind(place: str, value: Any) -> Iterator[Finding]:
        if type(value) is not int or value not in pins:
            yield wanted(place, value, f"a GPIO; {facts['name']} has {has}")

    return kind
