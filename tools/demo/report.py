"""The end of the demo: the charging record for people, and whether it is true."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from telling.words import ENDS, OPENED


def register_resolution_wh(register_wh: float) -> float:
    """Spacing of the meter's register there: an IEEE 754 single of kWh, 24 bits of it."""
    return math.ldexp(1000.0, math.frexp(register_wh / 1000)[1] - 24)


def check_energy(record: Mapping[str, Any], plant_wh: float) -> tuple[bool, list[str]]:
    """Whether the record's energy is the plant's, to 1 Wh and the register's resolution.

    With the lines that say so.
    """
    lines = [line("delivered", f"{plant_wh:.2f} Wh, by the plant's own count")]
    if record.get("wh") is None:
        return False, [*lines, line("check", "FAILED: the record names no energy")]
    allowed_wh = 1 + register_resolution_wh(record["end_wh"])
    good = abs(record["wh"] - plant_wh) <= allowed_wh
    verdict = "record and plant agree" if good else "FAILED: record and plant differ"
    return good, [*lines, line("check", f"{verdict} ({allowed_wh:.2f} Wh apart is allowed)")]


def record_lines(record: Mapping[str, Any]) -> list[str]:
    """The record of a charge that ended with a driver or operator, a fact a line."""
    openings = sum(times for _, times in record["openings"])
    return [
        f"Charging record {record['seq']} of the box {record['box']}",
        line("start", _moment(record, "start")),
        line("end", _moment(record, "end")),
        line("energy", f"{record['wh']} Wh, {record['energy']}"),
        line("reason", _words(ENDS, record["reason"])),
        line("last opening", _words(OPENED, record["opened"])),
        line("interruptions", f"{max(openings - 1, 0) or 'none'}"),
        line(
            "energised", f"{record['charging_s']} s, at most {record['max_power_w'] / 1000:.2f} kW"
        ),
    ]


def line(name: str, value: str) -> str:
    """A fact, at most 80 columns wide."""
    return f"  {name:<14} {value}"


def _moment(record: Mapping[str, Any], which: str) -> str:
    clock = "at an unknown time"
    unix, wh = record.get(f"{which}_unix"), record.get(f"{which}_wh")
    if unix is not None:
        clock = datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return clock if wh is None else f"{clock}, the meter shows {wh / 1000:.3f} kWh"


def _words(table: Mapping[str, str], code: str) -> str:
    return table.get(code, code)
