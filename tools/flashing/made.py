"""What `make build` has made for a board: build/BOARD/."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from packing.mpy import MANIFEST, PACK

STARTERS = ("main.py", "boot.py")  # in the order in which they are put on


class NoBuild(Exception):
    """There is none, or it is damaged; the text says what to do."""


class Made(NamedTuple):
    board: str
    chip: str
    mpy: tuple[int, int]  # version and sub-version of the compiled files
    architecture: str
    firmware: str  # digest of the slot's files, of which records name the first 8 digits
    files: dict[str, bytes]

    @property
    def pack(self) -> bytes:
        return self.files[PACK]


def load(folder: Path) -> Made:
    """Raises NoBuild."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        files = {name: (folder / name).read_bytes() for name in manifest["files"]}
    except (OSError, ValueError) as error:
        raise NoBuild(f"no build in {folder} ({error}): make build BOARD={folder.name}") from error
    for name, content in files.items():
        if digest(content) != manifest["files"][name]["sha256"]:
            raise NoBuild(f"{folder / name} was changed: make build BOARD={folder.name}")
    return Made(
        manifest["board"],
        manifest["chip"],
        tuple(manifest["mpy"]),
        manifest["architecture"],
        manifest["firmware"],
        files,
    )


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
