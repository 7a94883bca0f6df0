"""What one poll of the meter costs on MicroPython: time over its wire time, and heap."""

import asyncio
import statistics

from plant.meter import Reading
from plant.slave import MeterSlave

from .figure import Figure
from .polling import polling

_BAUD = 9600
_POLLS = 15
_FRAMES = 8 + 5 + 2 * 76  # request and reply of an SDM630's one request, in characters
_SILENCE = 3.5  # characters between them (Modbus over Serial Line 1.02, 2.5.1.1)
_READING = Reading(
    voltage_v=(230.1, 229.9, 230.4),
    current_a=(16.0, 15.9, 16.1),
    power_w=(3681.6, 3655.4, 3709.4),
    power_factor=1.0,
    frequency_hz=50.0,
    import_wh=12_345_678.0,
    export_wh=0.0,
)


async def _measure() -> list[Figure]:
    async with MeterSlave(lambda: _READING, baud=_BAUD) as slave:
        async with polling(slave.path, _BAUD) as polls:
            reports = [await polls.next() for _ in range(_POLLS)]
        wire_us = slave.wire_s(_FRAMES + _SILENCE) * 1e6
    good = [report for report in reports if report["good"]]
    if not good:
        raise RuntimeError(f"no poll came through: {reports[-1]['reason']}")
    ratio = statistics.median(report["took_us"] for report in good) / wire_us
    allocated = statistics.median(report["alloc_bytes"] for report in good)
    return [
        ("modbus_poll_wire_ratio", round(ratio, 3), "ratio", 1.10),
        ("modbus_poll_alloc_bytes", allocated, "bytes", 512),
    ]


def figures() -> list[Figure]:
    """Both figures; takes about 4 s. Raises NoInterpreter."""
    return asyncio.run(_measure())


if __name__ == "__main__":
    for figure in figures():
        print(*figure)
