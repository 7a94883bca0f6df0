"""The keys of a board.json and their ranges: boards/README.md, for the check."""

from collections.abc import Iterator
from typing import Any

from .chips import CHIPS
from .finding import ERROR, Finding
from .kinds import (
    Kind,
    Record,
    either,
    list_of,
    nullable,
    one_of,
    pin_of,
    record,
    text,
    wanted,
    whole,
)

_LEVEL = one_of(0, 1)
_FLAG = one_of(True, False)
_FITTED = one_of(True, None)
_EVERY: dict[str, Kind] = {
    "name": text,
    "chip": one_of(*CHIPS, "host"),
    "rated_ma": whole(6_000, 80_000),
    "phases": one_of(1, 3),
    "feedback": _FLAG,
    "dead_man": _FLAG,
}
_INPUTS = ("feedback", "rcd", "pe", "lock", "stop", "tamper")


def _host() -> Record:
    outputs: dict[str, Kind] = dict.fromkeys(("rcd_test", "lock", "three_phases"), _FITTED)
    return record({**_EVERY, "outputs": record(outputs)}, model=text, repl=_FLAG)


def _rp2() -> Record:
    facts = CHIPS["rp2"]
    pin = pin_of(facts)
    wires = dict.fromkeys(("sck", "mosi", "miso", "cs", "rst"), pin)
    return _with_pins(
        "rp2",
        pilot=record(_pilot(pin), adc=pin),
        pp=record(_pp("rp2"), adc=pin),
        ethernet=record({"spi": one_of(*facts["spis"]), **wires}),
    )


def _esp32() -> Record:
    facts = CHIPS["esp32"]
    pin = pin_of(facts)
    wires = {"mdc": pin, "mdio": pin, "power": nullable(pin)}
    sensor = {"adc": pin, "zero_mv": whole(-10_000, 3_300), "uv_per_c": whole(-50_000, 50_000)}
    return _with_pins(
        "esp32",
        pilot=record({**_pilot(pin), "adc": pin}, top_mv=whole(1_000, 3_300)),
        pp=record({**_pp("esp32"), "adc": pin}),
        ethernet=record({**wires, "address": whole(0, 31), "clock": one_of(0, 16, 17)}),
        module=one_of(*facts["taken"]),
        temperature=record(sensor),
    )


def _pilot(pin: Kind) -> dict[str, Kind]:
    ends = {"zero_mv": whole(-65_535, 0), "full_mv": whole(0, 65_535)}
    return {"pwm": pin, "inverted": _LEVEL, **ends}


def _pp(chip: str) -> dict[str, Kind]:
    return {"pull_up_ohm": whole(*CHIPS[chip]["pull_up_ohm"])}


def _with_pins(chip: str, *, pilot: Record, pp: Record, **own: Kind) -> Record:
    facts = CHIPS[chip]
    pin = pin_of(facts)
    wire = record({"pin": pin, "active": _LEVEL})
    contact = record({"pin": pin, "active": _LEVEL, "pull": one_of("up", "down", "")})
    motor = record({"open": pin, "close": pin, "pulse_ms": whole(50, 2_000)}, active=_LEVEL)
    outputs = {
        "rcd_test": nullable(wire),
        "lock": nullable(either("open", motor, wire)),
        "three_phases": nullable(wire),
    }
    port = {"uart": one_of(*facts["uarts"]), "tx": pin, "rx": pin}
    bus = nullable(record(port, de=pin))
    return record(
        {
            **_EVERY,
            "watchdog_ms": whole(*facts["watchdog_ms"], else_=0),
            "pilot": pilot,
            "pp": pp,
            "contactor": wire,
            "inputs": record(dict.fromkeys(_INPUTS, nullable(contact)), dim=nullable(contact)),
            "outputs": record(outputs),
        },
        model=text,
        meter=bus,
        grid=bus,
        console=record(port),
        repl=_FLAG,
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


SHAPES = {"rp2": _rp2(), "esp32": _esp32(), "host": _host()}


def misshapen(data: Any) -> Iterator[Finding]:
    """Keys that are missing, unknown or out of range; of an unknown chip only that."""
    if not isinstance(data, dict):
        yield wanted("board.json", data, "an object")
    elif "chip" not in data:
        yield ERROR("chip", "is missing")
    elif data["chip"] not in list(SHAPES):
        yield from _EVERY["chip"]("chip", data["chip"])
    else:
        yield from SHAPES[data["chip"]]("", data)
