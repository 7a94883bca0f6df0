"""`pilotwire meter`: what is on the line, and what it says, for a person."""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import serial
from pilotwire.energy import mapfile, plausible, scan
from pilotwire.energy.meter import Meter
from pilotwire.energy.rtu import open_bus

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

    SystemExit where there is no such port.
    """
    try:
        port = serial.Serial(path, timeout=0)
    except serial.SerialException as error:
        sys.exit(f"{path}: {error}")

    def set_port(baud: int, parity: str, stop: int) -> serial.Serial | None:
        try:
            port.baudrate, port.parity, port.stopbits = baud, parity, stop
        except (OSError, ValueError, *_REFUSALS):
            return None
        return port

    return set_port


def scanned(path: str, addresses: range | None) -> int:
    """Print what is on the line; exit code 1 where nobody answers."""
    found = asyncio.run(scan.scan(opener(path), ticks_ms, addresses))
    if not found:
        print("nobody answers: are A and B the other way round, is the meter switched on?")
    return not found


def read(path: str, name: str, address: int, baud: int, parity: str) -> int:
    """Print one reading and whether it is plausible; exit code 1 where it is not."""
    try:
        table = mapfile.load(name, str(Path.cwd()), mapfile.ALL)
    except mapfile.MapError as error:
        sys.exit(str(error))
    usual = table.serial
    baud, parity = baud or usual["baud"], parity or usual["parity"]
    bus = open_bus(opener(path), ticks_ms, baud, parity, usual["stop"], table.gap_ms)
    if bus is None:
        sys.exit(f"{path} cannot be set to {baud} 8{parity}{usual['stop']}")
    meter = Meter(bus, table, ticks_ms, address)
    if not asyncio.run(meter.poll()):
        print(f"{table.name}: no reading: {meter.reason} {meter.code or ''}")
        return 1
    print(f"{table.name}, serial {meter.serial or 'unknown'}, {meter.firmware or 'no firmware'}")
    for line in told(meter.reading):
        print(line)
    held = plausible.checks(meter.reading)
    for what, sound in held.items():
        if not sound:
            print(f"{what} is not plausible: another map, or words in the other order?")
    return not all(held.values())


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
