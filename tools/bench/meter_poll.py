"""MicroPython: poll an SDM630 on a serial line and print one JSON line per poll.

Arguments: path of the line, baud, pause between polls in ms, most registers in a request.
"""

# pyright: reportAttributeAccessIssue=false

import asyncio
import gc
import json
import sys
import time

from pilotwire.energy import regmap
from pilotwire.energy.meter import Meter
from pilotwire.energy.rtu import Bus


def table(most):
    """The map as it is on the board, but for the longest request."""
    with open(regmap.__file__.rsplit("/", 1)[0] + "/maps/sdm630.json") as f:
        data = json.load(f)
    data["max_registers"] = most
    return regmap.RegisterMap(data)


async def main(path, baud, pause_ms, most):
    with open(path, "r+b") as port:
        meter = Meter(Bus(port, baud, time.ticks_ms), table(most), time.ticks_ms)
        while True:
            await asyncio.sleep_ms(pause_ms)
            gc.collect()
            gc.disable()
            before = gc.mem_alloc()
            begun_us = time.ticks_us()
            good = await meter.poll()
            took_us = time.ticks_diff(time.ticks_us(), begun_us)
            alloc_bytes = gc.mem_alloc() - before
            gc.enable()
            line = {
                "good": good,
                "lost": meter.lost,
                "reason": meter.reason,
                "code": meter.code,
                "took_us": took_us,
                "alloc_bytes": alloc_bytes,
            }
            for name in ("voltage_mv", "current_ma", "power_mw", "import_wh", "export_wh"):
                line[name] = getattr(meter.reading, name)
            print(json.dumps(line))


asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
