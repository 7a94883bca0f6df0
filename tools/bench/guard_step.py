"""On MicroPython: time and heap of one guard step, as JSON. Run by bench.guard."""

import gc
import json
import time

from outlet import Outlet

_STEPS = 2_000


def allocated(tick):
    """Heap bytes that `_STEPS` steps take."""
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(_STEPS):
        tick()
    after = gc.mem_alloc()
    gc.enable()
    return after - before


def times_us(tick):
    """Times of ten steps each, in order of size."""
    times = []
    for _ in range(101):
        start = time.ticks_us()
        for _ in range(10):
            tick()
        times.append(time.ticks_diff(time.ticks_us(), start))
    times.sort()
    return times


step = Outlet().charge().guard.tick
idle = allocated(lambda: None)  # what the measuring itself takes
report = {"median_us": times_us(step)[50] / 10, "allocated_bytes": allocated(step) - idle}
print(json.dumps(report))
