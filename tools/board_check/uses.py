"""Which key of a board takes which pin, and for what."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

IN, OUT, ADC = "in", "out", "adc"

# The LAN8720's data lines are fixed (ESP32 technical reference manual 4.10: EMAC by IO_MUX).
_RMII = {
    19: OUT,
    21: OUT,
    22: OUT,
    25: IN,
    26: IN,
    27: IN,
}


class Use(NamedTuple):
    """`way`: IN, OUT or ADC; `signal` of a peripheral, as in "uart1.tx"; `pull` of a contact."""

    place: str
    pin: int
    way: str
    signal: str = ""
    pull: str = ""


def uses(data: Mapping[str, Any]) -> Iterator[Use]:
    """All of a board whose shape is right."""
    pilot, pp = data["pilot"], data["pp"]
    yield Use("pilot.pwm", pilot["pwm"], OUT, "pwm")
    yield Use("contactor.pin", data["contactor"]["pin"], OUT)
    for place, part in (("pilot", pilot), ("pp", pp), ("temperature", data.get("temperature"))):
        if part and "adc" in part:
            yield Use(f"{place}.adc", part["adc"], ADC)
    for name, wire in data["inputs"].items():
        if wire:
            yield Use(f"inputs.{name}.pin", wire["pin"], IN, pull=wire["pull"])
    for name, wire in data["outputs"].items():
        for key in ("pin", "open", "close"):
            if wire and key in wire:
                yield Use(f"outputs.{name}.{key}", wire[key], OUT)
    yield from _buses(data)
    for name, pin in data.get("leds", {}).items():
        if name not in ("active", "count"):
            yield Use(f"leds.{name}", pin, OUT)
    if "button" in data:
        yield Use("button.pin", data["button"]["pin"], IN, pull=data["button"]["pull"])
    if "buzzer" in data:
        yield Use("buzzer.pin", data["buzzer"]["pin"], OUT, "pwm")
    for i, held in enumerate(data.get("hold", ())):
        yield Use(f"hold[{i}].pin", held["pin"], OUT)


def _buses(data: Mapping[str, Any]) -> Iterator[Use]:
    for name in ("meter", "grid", "console"):
        port = data.get(name)
        if port:
            yield Use(f"{name}.tx", port["tx"], OUT, f"uart{port['uart']}.tx")
            yield Use(f"{name}.rx", port["rx"], IN, f"uart{port['uart']}.rx")
            if "de" in port:
                yield Use(f"{name}.de", port["de"], OUT)
    if "i2c" in data:
        bus = data["i2c"]
        for wire in ("sda", "scl"):
            yield Use(f"i2c.{wire}", bus[wire], OUT, f"i2c{bus['id']}.{wire}")
    wires = data.get("ethernet")
    if not wires:
        return
    if "spi" in wires:
        for wire in ("sck", "mosi", "miso"):
            way = IN if wire == "miso" else OUT
            yield Use(f"ethernet.{wire}", wires[wire], way, f"spi{wires['spi']}.{wire}")
        for wire in ("cs", "rst"):
            yield Use(f"ethernet.{wire}", wires[wire], OUT)
    else:
        for wire in ("mdc", "mdio", "power"):
            if wires[wire] is not None:
                yield Use(f"ethernet.{wire}", wires[wire], OUT)
        yield Use("ethernet.clock", wires["clock"], OUT if wires["clock"] else IN)
        for pin, way in _RMII.items():
            yield Use("ethernet (its data lines)", pin, way)
