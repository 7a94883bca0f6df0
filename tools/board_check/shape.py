"""The keys of a board.json and their ranges: which are missing, unknown or out of range."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .chips import CHIPS, numbers
from .finding import ERROR, Finding

Kind = Callable[[str, Any], Iterator[Finding]]


def _wanted(place: str, value: Any, wanted: str) -> Finding:
    return ERROR(place, f"{value!r}, wanted {wanted}")


def whole(low: int, high: int) -> Kind:
    """A whole number within `low` and `high`."""

    def kind(place: str, value: Any) -> Iterator[Finding]:
        if type(value) is not int or not low <= value <= high:
            yield _wanted(place, value, f"{low:,} to {high:,}")

    return kind


def one_of(*choices: Any) -> Kind:
    def kind(place: str, value: Any) -> Iterator[Finding]:
        if not any(value is one or (type(value) is type(one) and value == one) for one in choices):
            yield _wanted(place, value, " or ".join(repr(one) for one in choices))

    return kind


def text(place: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, str) or not 1 <= len(value) <= 40:
        yield _wanted(place, value, "a text of 1 to 40 characters")


def nullable(inner: Kind) -> Kind:
    def kind(place: str, value: Any) -> Iterator[Finding]:
        if value is not None:
            yield from inner(place, value)

    return kind


def list_of(inner: Kind) -> Kind:
    def kind(place: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield _wanted(place, value, "a list")
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
            yield _wanted(place or "board.json", value, "an object")
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


def _pin(facts: Mapping[str, Any]) -> Kind:
    pins = numbers(facts["pins"])
    has = ", ".join(f"{first} to {last}" for first, last in facts["pins"])

    def kind(place: str, value: Any) -> Iterator[Finding]:
        if type(value) is not int or value not in pins:
            yield ERROR(place, f"{value!r}, wanted a GPIO; {facts['name']} has {has}")

    return kind


_LEVEL = one_of(0, 1)
_FLAG = one_of(True, False)
_NAMES: dict[str, Kind] = {
    "name": text,
    "chip": one_of(*CHIPS, "host"),
    "rated_ma": whole(6_000, 80_000),
    "phases": one_of(1, 3),
    "feedback": _FLAG,
    "dead_man": _FLAG,
}


def _chip(chip: str) -> Record:
    facts = CHIPS[chip]
    pin = _pin(facts)
    wire = record({"pin": pin, "active": _LEVEL})
    contact = record({"pin": pin, "active": _LEVEL, "pull": one_of("up", "down", "")})
    motor = record({"open": pin, "close": pin, "pulse_ms": whole(50, 2_000)}, active=_LEVEL)
    low_ms, high_ms = facts["watchdog_ms"]

    def watchdog(place: str, value: Any) -> Iterator[Finding]:
        if value != 0 or type(value) is not int:
            for _ in whole(low_ms, high_ms)(place, value):
                yield _wanted(place, value, f"0 (none) or {low_ms:,} to {high_ms:,}")

    uart = one_of(*facts["uarts"])
    bus = nullable(record({"uart": uart, "tx": pin, "rx": pin}, de=pin))
    adc = {"adc": pin} if chip == "esp32" else {}
    pilot: dict[str, Kind] = {
        "pwm": pin,
        "inverted": _LEVEL,
        "zero_mv": whole(-65_535, 0),
        "full_mv": whole(0, 65_535),
        **adc,
    }
    own: dict[str, Kind]
    if chip == "esp32":
        own = {
            "module": one_of(*facts["taken"]),
            "temperature": record(
                {"adc": pin, "zero_mv": whole(-10_000, 3_300), "uv_per_c": whole(-50_000, 50_000)}
            ),
            "ethernet": record(
                {
                    "mdc": pin,
                    "mdio": pin,
                    "address": whole(0, 31),
                    "power": nullable(pin),
                    "clock": one_of(0, 16, 17),
                }
            ),
        }
        pilot_record = record(pilot, top_mv=whole(1_000, 3_300))
        pp = record({"pull_up_ohm": whole(*facts["pull_up_ohm"]), **adc})
    else:
        own = {
            "ethernet": record(
                {"spi": one_of(*facts["spis"])}
                | dict.fromkeys(("sck", "mosi", "miso", "cs", "rst"), pin)
            )
        }
        pilot_record = record(pilot, adc=pin)
        pp = record({"pull_up_ohm": whole(*facts["pull_up_ohm"])}, adc=pin)
    return record(
        {
            **_NAMES,
            "watchdog_ms": watchdog,
            "pilot": pilot_record,
            "pp": pp,
            "contactor": wire,
            "inputs": record(
                dict.fromkeys(
                    ("feedback", "rcd", "pe", "lock", "stop", "tamper"), nullable(contact)
                ),
                dim=nullable(contact),
            ),
            "outputs": record(
                {
                    "rcd_test": nullable(wire),
                    "lock": nullable(either("open", motor, wire)),
                    "three_phases": nullable(wire),
                }
            ),
        },
        model=text,
        meter=bus,
        grid=bus,
        i2c=record({"id": one_of(*facts["i2cs"]), "sda": pin, "scl": pin}),
        leds=either(
            "neopixel",
            record({"neopixel": pin, "count": whole(1, 64)}),
            record({"active": _LEVEL}, red=pin, green=pin, blue=pin),
        ),
        button=contact,
        buzzer=record({"pin": pin}),
        hold=list_of(record({"pin": pin, "level": _LEVEL})),
        **own,
    )


_FITTED = one_of(True, None)
_SHAPES = {
    **{chip: _chip(chip) for chip in CHIPS},
    "host": record(
        {
            **_NAMES,
            "outputs": record({"rcd_test": _FITTED, "lock": _FITTED, "three_phases": _FITTED}),
        },
        model=text,
    ),
}


def misshapen(data: Any) -> Iterator[Finding]:
    """Keys that are missing, unknown or out of range; of an unknown chip only that."""
    if not isinstance(data, dict):
        yield _wanted("board.json", data, "an object")
    elif "chip" not in data:
        yield ERROR("chip", "is missing")
    elif data["chip"] not in list(_SHAPES):
        yield from _NAMES["chip"]("chip", data["chip"])
    else:
        yield from _SHAPES[data["chip"]]("", data)
