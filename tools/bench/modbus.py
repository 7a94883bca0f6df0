"""What one poll of each meter costs on MicroPython: time over its wire time, and heap."""

import asyncio
import statistics
import sys
from typing import Any

from pilotwire.energy import mapfile
from plant.meter import Reading
from plant.registers import Registers
from plant.slave import MeterSlave

from .figure import Figure
from .polling import UMODBUS, polling

_POLLS = 5
_PAUSE_MS = 150  # longer than any meter's gap
_COMPARED = "sdm630"
_COMPARED_POLLS = 15
_REQUEST, _REPLY = 8, 5  # characters, without the registers
_SILENCE = 3.5  # characters between them (Modbus over Serial Line 1.02, 2.5.1.1)
_READING = Reading(
    voltage_v=(230.1, 229.9, 230.4),
    current_a=(16.0, 15.9, 16.1),
    power_w=(3681.6, 3655.4, 3709.4),
    power_factor=1.0,
    frequency_hz=50.0,
    import_wh=12_345_670.0,
    export_wh=0.0,
)


def maps() -> list[str]:
    """Names of the firmware's maps, one of each layout."""
    found: dict[str, str] = {}
    for name in mapfile.names():
        table = mapfile.load(name, ".")
        found.setdefault(f"{table.blocks} {table.serial}", name)
    return sorted(found.values())


def wire_s(name: str) -> float:
    """Time that a poll takes on the line at least: characters, silences, and the meter's gaps."""
    table = mapfile.load(name, ".")
    serial = table.serial
    character_s = (9 + (serial["parity"] != "N") + serial["stop"]) / serial["baud"]
    characters = sum(_REQUEST + _REPLY + 2 * count + _SILENCE for _, _, count, _ in table.blocks)
    gap_s = max(table.gap_ms / 1_000, _SILENCE * character_s)
    return characters * character_s + (len(table.blocks) - 1) * gap_s


async def _polled(name: str, polls: int, script: str) -> tuple[list[dict[str, Any]], float]:
    """Reports of good polls, and the processor's seconds for each."""
    serial = mapfile.load(name, ".").serial
    slave = MeterSlave(
        lambda: _READING,
        serial["address"],
        serial["baud"],
        serial["parity"],
        serial["stop"],
        registers=Registers(name),
    )
    async with slave, polling(slave.path, name, _PAUSE_MS, script=script) as process:
        await process.next()  # with it comes who the meter is
        before_s = process.cpu_s()
        reports = [await process.next() for _ in range(polls)]
        cpu_s = (process.cpu_s() - before_s) / polls
    good = [report for report in reports if report["good"]]
    if not good:
        raise RuntimeError(f"no poll of {name} came through: {reports[-1]['reason']}")
    return good, cpu_s


def _median(reports: list[dict[str, Any]], key: str) -> float:
    return statistics.median(report[key] for report in reports)


async def _measure() -> list[Figure]:
    figures: list[Figure] = []
    for name in maps():
        reports, _ = await _polled(name, _POLLS, "meter_poll")
        ratio = _median(reports, "took_us") / 1e6 / wire_s(name)
        # The least of them: each 5 ms that the slave's process is late cost a look, 32 bytes.
        allocated = min(report["alloc_bytes"] for report in reports)
        kept = min(report["kept_bytes"] for report in reports)
        figures += [
            (f"poll_wire_ratio {name}", round(ratio, 3), "ratio", 1.10),
            (f"poll_alloc_bytes {name}", allocated, "bytes", 512),
            (f"poll_kept_bytes {name}", kept, "bytes", 0),
        ]
    return figures + await _compared()


async def _compared() -> list[Figure]:
    """The same poll with micropython-modbus; its figures have no limit."""
    if not UMODBUS.exists():
        print("micropython-modbus is not installed: make bench does that", file=sys.stderr)
        return []
    figures: list[Figure] = []
    for who, script in (("pilotwire", "meter_poll"), ("micropython_modbus", "umodbus_poll")):
        reports, cpu_s = await _polled(_COMPARED, _COMPARED_POLLS, script)
        ratio = _median(reports, "took_us") / 1e6 / wire_s(_COMPARED)
        figures += [
            (f"compared_wire_ratio {who}", round(ratio, 3), "ratio", float("inf")),
            (f"compared_cpu_ms {who}", round(cpu_s * 1e3, 2), "ms", float("inf")),
            (
                f"compared_alloc_bytes {who}",
                _median(reports, "alloc_bytes"),
                "bytes",
                float("inf"),
            ),
        ]
    return figures


def figures() -> list[Figure]:
    """Three figures a map, and a comparison; takes about a minute. Raises NoInterpreter."""
    return asyncio.run(_measure())


if __name__ == "__main__":
    for figure in figures():
        print(*figure)
