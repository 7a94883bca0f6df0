"""MicroPython: poll a meter on a serial line and print one JSON line per poll.

Arguments: path of the line, map, pause between polls in ms, most registers in a request and baud
(0: as the map says).
"""

# pyright: reportAttributeAccessIssue=false

import asyncio
import gc
import json
import sys
import time

from pilotwire.energy import mapfile
from pilotwire.energy.meter import Meter
from pilotwire.energy.rtu import open_bus

SAID = ("voltage_mv", "current_ma", "phase_power_mw", "power_mw", "import_wh", "export_wh")


async def main(path, name, pause_ms, most, baud):
    data = mapfile.data(name, ".")
    if most:
        data["max_registers"] = most
    table = mapfile.build(data, mapfile.POLLED)
    serial = table.serial
    baud = baud or serial["baud"]
    with open(path, "r+b") as port:
        bus = open_bus(
            lambda *_setting: port,
            time.ticks_ms,
            baud,
            serial["parity"],
            serial["stop"],
            table.gap_ms,
        )
        meter = Meter(bus, table, time.ticks_ms)
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
            gc.collect()
            kept_bytes = gc.mem_alloc() - before
            line = {
                "good": good,
                "lost": meter.lost,
                "reason": meter.reason,
                "code": meter.code,
                "serial": meter.serial,
                "took_us": took_us,
                "alloc_bytes": alloc_bytes,
                "kept_bytes": kept_bytes,
            }
            line.update({name: getattr(meter.reading, name) for name in SAID})
            print(json.dumps(line))


asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
