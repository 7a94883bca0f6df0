"""The arrows as rooms.toml states them, and as the imports of firmware/ have them.

A folder of pilotwire is a room. A file beside them is on the shelf, where every room may reach but
ring 0, and which reaches into no room, unless rooms.toml gives it to one.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rig.interpreter import FIRMWARE

from .files import imported

SHELF = "the shelf"
CHIP = "the chip"
_OF_CHIPS = {"machine", "network", "rp2", "esp32", "neopixel"}
_PACKAGE = "pilotwire"


@dataclass(frozen=True)
class Room:
    """`ring` is None for what stands beside the rings."""

    what: str
    uses: tuple[str, ...]
    ring: int | None = None
    chip: bool = False
    files: tuple[str, ...] = ()


@cache
def stated() -> dict[str, Room]:
    """{name: room}, as rooms.toml has them."""
    rows = tomllib.loads(Path(__file__).with_name("rooms.toml").read_text())
    found = {}
    for name, row in rows.items():
        lists = {"uses": tuple(row["uses"]), "files": tuple(row.get("files", ()))}
        found[name] = Room(**{**row, **lists})
    return found


def room_of(path: Path, firmware: Path = FIRMWARE) -> str:
    """The name of the room that a file of the firmware is in."""
    parts = list(path.relative_to(firmware).parts)
    for name, room in stated().items():
        if "/".join(parts) in room.files:
            return name
    if parts[0] != _PACKAGE:
        return path.stem
    return parts[1] if len(parts) > 2 else SHELF


def found(firmware: Path = FIRMWARE) -> dict[tuple[str, str], list[str]]:
    """{(from, to): the files whose imports make that arrow}."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for path in sorted(firmware.glob("**/*.py")):
        here = room_of(path, firmware)
        for there in sorted({*_targets(path, firmware)} - {here}):
            arrows.setdefault((here, there), []).append(path.relative_to(firmware).as_posix())
    return arrows


def _targets(path: Path, firmware: Path) -> Iterator[str]:
    for parts in imported(path, firmware):
        if parts[0] in _OF_CHIPS:
            yield CHIP
        elif parts[0] == _PACKAGE and len(parts) > 1:
            below = firmware / _PACKAGE / parts[1]
            yield parts[1] if below.is_dir() else room_of(below.with_suffix(".py"), firmware)
