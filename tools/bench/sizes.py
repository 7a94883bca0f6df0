"""What the firmware weighs on a Pico W, compiled as it is deployed: bytes a room, and all."""

from rig.mpy import rooms, slot
from rig.on_demand import ON_DEMAND

from .figure import Figure

_BUDGET_BYTES = 75_776  # 74 KB resident: what leaves the heap of docs/performance.md


def figures() -> list[Figure]:
    """One line a room and one for the sum. Raises rig.mpy.BuildError."""
    files = slot("pico_w")
    found = rooms({name: data for name, data in files.items() if name not in ON_DEMAND})
    found["on_demand"] = sum(len(files[name]) for name in ON_DEMAND)
    resident = sum(found.values()) - found["on_demand"]
    lines: list[Figure] = [
        (f"mpy_{room}_bytes", size, "bytes", _BUDGET_BYTES) for room, size in sorted(found.items())
    ]
    return [*lines, ("mpy_resident_bytes", resident, "bytes", _BUDGET_BYTES)]
