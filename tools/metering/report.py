"""`pilotwire meter`: what is on the line, and what it says, for a person."""

import asyncio
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import serial
from pilotwire.energy import mapfile, plausible, scan
from pilotwire.energy.meter import Meter
from pilotwire.energy.rtu import open_bus
from telling.output import objects
from telling.trouble import DONE, REFUSED, Trouble

try:
    import termios

    _REFUSALS: tuple[type[Exception], ...] = (termios.error,)
except ImportError:  # Windows
    _REFUSALS = ()

_UNITS = (
    ("voltage_mv", "V", 1_000),
    ("current_ma", "A", 1_000),
    ("power_mw", "W", 1_000),
    ("phase_power_mw", "W", 1_000),
    ("power_factor_pm", "", 1_000),
    ("frequency_mhz", "Hz", 1_000),
    ("import_wh", "kWh", 1_000),
    ("export_wh", "kWh", 1_000),
)


def ticks_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def opener(path: str) -> Callable[[int, str, int], serial.Serial | None]:
    """The port `path` with other settings, time after time; None for those that it has not.

    Raises Trouble where there is no such port.
    """
    try:
        port = serial.Serial(path, timeout=0)
    except serial.SerialException as error:
        do = "name the adapter's port; `pilotwire devices` lists what is at USB"
        raise Trouble(REFUSED, f"{path}: {error}", "no meter can be asked", do) from error

    def set_port(baud: int, parity: str, stop: int) -> serial.Serial | None:
        try:
            port.baudrate, port.parity, port.stopbits = baud, parity, stop
        except (OSError, ValueError, *_REFUSALS):
            return None
        return port

    return set_port


def scanned(path: str, addresses: range | None, as_json: bool) -> int:
    """Print what is on the line. Raises Trouble, also where nobody answers."""
    say = partial(print, file=sys.stderr if as_json else sys.stdout, flush=True)
    found = asyncio.run(scan.scan(opener(path), ticks_ms, addresses, say))
    if not found:
        raise Trouble(
            REFUSED,
            f"{path}: nobody answers",
            "A and B are the other way round, or the meter is switched off",
            "change A and B, switch it on, and try again",
        )
    if as_json:
        objects(*map(_facts, found))
    return DONE


def _facts(found: scan.Found) -> dict[str, Any]:
    names = ("address", "maps", "sure", "serial", "firmware", "order")
    setting = dict(zip(("baud", "parity", "stop_bits"), found.setting, strict=True))
    return {name: getattr(found, name) for name in names} | setting


def read(path: str, name: str, address: int, baud: int, parity: str, as_json: bool) -> int:
    """Print one reading and whether it is plausible; REFUSED where it is not. Raises Trouble."""
    nothing = "no meter was asked"
    try:
        table = mapfile.load(name, str(Path.cwd()), mapfile.ALL)
    except mapfile.MapError as error:
        do = "docs/meters.md has the maps that there are"
        raise Trouble(REFUSED, str(error), nothing, do) from error
    usual = table.serial
    baud, parity = baud or usual["baud"], parity or usual["parity"]
    bus = open_bus(opener(path), ticks_ms, baud, parity, usual["stop"], table.gap_ms)
    if bus is None:
        happened = f"{path} cannot be set to {baud} 8{parity}{usual['stop']}"
        raise Trouble(REFUSED, happened, nothing, "name others by --baud and --parity")
    meter = Meter(bus, table, ticks_ms, address)
    if not asyncio.run(meter.poll()):
        raise Trouble(
            REFUSED,
            f"{table.name}: no reading: {meter.reason} {meter.code or ''}".rstrip(),
            "it has another address or other settings, or is another meter",
            f"pilotwire meter scan {path}",
        )
    held = plausible.checks(meter.reading)
    if as_json:
        quantities = {name: getattr(meter.reading, name) for name, _, _ in _UNITS}
        about = {"map": table.name, "serial": meter.serial, "firmware": meter.firmware}
        objects({**about, **quantities, "plausible": held})
        return DONE if all(held.values()) else REFUSED
    print(f"{table.name}, serial {meter.serial or 'unknown'}, {meter.firmware or 'no firmware'}")
    for line in told(meter.reading):
        print(line)
    for what, sound in held.items():
        if not sound:
            print(f"{what} is not plausible: another map, or words in the other order?")
    return DONE if all(held.values()) else REFUSED


def told(reading: Any) -> list[str]:
    """A line for each quantity that the meter has."""
    lines = []
    for name, unit, scale in _UNITS:
        values = getattr(reading, name)
        values = values if isinstance(values, list) else [values]
        if any(value is not None for value in values):
            numbers = ["-" if v is None else f"{v / scale:,.3f}" for v in values]
            lines.append(
                f"  {name.rsplit('_', 1)[0].replace('_', ' '):13} {' '.join(numbers)} {unit}"
            )
    return lines
