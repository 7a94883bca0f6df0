"""A box's files onto its flash: by mpremote over USB, or into a simulated box's folder.

On a board it goes through maintenance mode: the contactor opens first. Each file is written beside
the old one, verified by its hash, and takes its place in one step; config.json comes last.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from flashing.console import Console
from flashing.made import digest

_LAST = "config.json"
_LONGEST = 4_096
_PART = "/new.part"


class OtherBox(Exception):
    """A box of another id is there; the text says which."""


class NotVerified(Exception):
    """What was written reads back otherwise; the text says which file."""


def files(box: Path) -> dict[str, bytes]:
    """{name: content}, config.json last. Raises OSError."""
    found = {path.name: path.read_bytes() for path in sorted(box.iterdir()) if path.is_file()}
    found[_LAST] = found.pop(_LAST) if _LAST in found else (box / _LAST).read_bytes()
    return found


def into_folder(box: Path, root: Path, again: bool) -> int:
    """Into a simulated box's flash; how many files. Raises OtherBox, OSError."""
    content = files(box)
    old = root / _LAST
    _compare(old.read_bytes() if old.exists() else b"", content[_LAST], again)
    root.mkdir(parents=True, exist_ok=True)
    for name in content:
        shutil.copyfile(box / name, root / name)
    return len(content)


def onto_board(box: Path, port: str, again: bool, done: Callable[[int], object]) -> int:
    """Onto a board, which then starts. Raises OtherBox, NotVerified, CableLost, BoardFailed."""
    content = files(box)
    with Console(port) as console:
        try:
            facts = console.facts()
            old = console.read(f"/{_LAST}", _LONGEST) if _LAST in facts.files else b""
            _compare(old, content[_LAST], again)
            for count, (name, data) in enumerate(content.items(), 1):
                _write(console, name, data)
                done(count)
        finally:
            console.restart(console.interrupted.platform)
    return len(content)


def _write(console: Console, name: str, data: bytes) -> None:
    console.begin(_PART)
    for _ in console.send(data):
        pass
    console.end()
    if console.digest(_PART, len(data)) != digest(data):
        raise NotVerified(f"{name} reads back otherwise than it was written; the old one stays")
    console.rename(_PART, f"/{name}")


def _compare(old: bytes, new: bytes, again: bool) -> None:
    try:
        there = json.loads(old).get("id") if old else None
    except (ValueError, AttributeError):
        there = None
    wanted = json.loads(new)["id"]
    if there not in (None, wanted) and not again:
        raise OtherBox(f"the box there is {there}, not {wanted}")
