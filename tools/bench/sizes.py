"""What the firmware weighs on a Pico W, compiled as it is deployed: bytes a room, and all."""

from packing.mpy import rooms, slot
from packing.on_demand import ON_DEMAND

from .figure import Figure

_BUDGET_BYTES = 71_680  # 70 KB resident: what leaves the heap of docs/performance.md
_ON_DEMAND_BYTES = 131_072  # of flash alone: two packs fit with it


def figures() -> list[Figure]:
    """One line a room and one for the sum. Raises packing.mpy.BuildError."""
    files = slot("pico_w")
    found = rooms({name: data for name, data in files.items() if name not in ON_DEMAND})
    seldom = sum(len(files[name]) for name in ON_DEMAND)
    lines: list[Figure] = [
        (f"mpy_{room}_bytes", size, "bytes", _BUDGET_BYTES) for room, size in sorted(found.items())
    ]
    resident = sum(found.values())
    return [
        *lines,
        ("mpy_resident_bytes", resident, "bytes", _BUDGET_BYTES),
        ("mpy_on_demand_bytes", seldom, "bytes", _ON_DEMAND_BYTES),
    ]
