"""What the firmware weighs on a Pico W, compiled as it is deployed: bytes a room, and all."""

from rig.mpy import build, rooms

from .figure import Figure

_BUDGET_BYTES = 61_440  # 60 KB resident: about 90 KB of heap, see docs/performance.md


def figures() -> list[Figure]:
    """One line a room and one for the sum. Raises rig.mpy.BuildError."""
    found = rooms(build("pico_w"))
    lines: list[Figure] = [
        (f"mpy_{room}_bytes", size, "bytes", _BUDGET_BYTES) for room, size in sorted(found.items())
    ]
    return [*lines, ("mpy_resident_bytes", sum(found.values()), "bytes", _BUDGET_BYTES)]
