"""The end of the demo: the charging record for people, and whether it is true."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .words import ENDS, OPENED


def register_resolution_wh(register_wh: float) -> float:
    """Spacing of the meter's register there: an IEEE 754 single of kWh, 24 bits of it."""
    return math.ldexp(1000.0, math.frexp(register_wh / 1000)[1] - 24)


def check_energy(record: Mapping[str, Any], plant_wh: float) -> tuple[bool, list[str]]:
    """Whether the record's energy is the plant's, to 1 Wh and the register's resolution.

    With the lines that say so.
    """
    lines = [line("delivered", f"{plant_wh:.2f} Wh, by the plant's own count")]
    if record["wh"] is None:
        return False, [*lines, line("check", "FAILED: the record names no energy")]
    allowed_wh = 1 + register_resolution_wh(record["end"]["wh"])
    good = abs(record["wh"] - plant_wh) <= allowed_wh
    verdict = "record and plant agree" if good else "FAILED: record and plant differ"
    return good, [*lines, line("check", f"{verdict} ({allowed_wh:.2f} Wh apart is allowed)")]


def record_lines(record: Mapping[str, Any]) -> list[str]:
    """The record of a charge that ended with a driver or operator, a fact a line."""
    start, end = record["start"], record["end"]
    return [
        f"Charging record {record['seq']} of the box {record['box']}",
        line("start", _moment(start)),
        line("end", _moment(end)),
        line("energy", f"{record['wh']} Wh, {record['energy']}"),
        line("reason", _words(ENDS, end["reason"])),
        line("last opening", _words(OPENED, end["opened"])),
        line("interruptions", f"{record['interruptions'] or 'none'}"),
        line(
            "energised", f"{record['charging_s']} s, at most {record['max_power_w'] / 1000:.2f} kW"
        ),
    ]


def line(name: str, value: str) -> str:
    """A fact, at most 80 columns wide."""
    return f"  {name:<14} {value}"


def _moment(moment: Mapping[str, Any]) -> str:
    clock = "at an unknown time"
    if moment["unix"] is not None:
        clock = datetime.fromtimestamp(moment["unix"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if moment["wh"] is None:
        return clock
    return f"{clock}, the meter shows {moment['wh'] / 1000:.3f} kWh"


def _words(table: Mapping[str, str], code: str) -> str:
    return table.get(code, code)
