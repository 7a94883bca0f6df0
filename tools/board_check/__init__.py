"""Boards as data: what is wrong with one (boards/README.md is the schema, for people)."""

import json
from pathlib import Path
from typing import Any

from rig.interpreter import ROOT

from .chips import CHIPS
from .finding import ERROR, WARNING, Finding
from .rules import ON_CHIPS, ON_EVERY_BOARD
from .shape import misshapen

__all__ = ["BOARDS", "ERROR", "WARNING", "Finding", "NoBoard", "check", "load", "names"]

BOARDS = ROOT / "boards"


class NoBoard(ValueError):
    """There is nothing to check; the text says where it was looked for and why."""


def names() -> list[str]:
    """The boards of this checkout."""
    return sorted(path.parent.name for path in BOARDS.glob("*/board.json"))


def load(name: str) -> tuple[str, Any]:
    """(folder's name, data) of a board: its name, its folder or its board.json. Raises NoBoard."""
    path = BOARDS / name if name in names() else Path(name)
    if path.is_dir():
        path = path / "board.json"
    try:
        data = json.loads(path.read_text())
    except OSError as error:
        raise NoBoard(
            f"{name}: no board ({', '.join(names())}) and no folder or file that can be read"
        ) from error
    except ValueError as error:
        raise NoBoard(f"{path}: no JSON: {error}") from error
    return path.resolve().parent.name, data


def check(folder: str, data: Any) -> list[Finding]:
    """All that is wrong with `data`, errors first; [] for a board that is as it should be.

    Electricity is looked at only where every key is there and within its range.
    """
    found = list(misshapen(data))
    if not found:
        if data["name"] != folder:
            found.append(ERROR("name", f"{data['name']!r}, but the folder is called {folder!r}"))
        on_chip = ON_CHIPS if data["chip"] in CHIPS else ()
        for rule in (*ON_EVERY_BOARD, *on_chip):
            found += rule(data)
    return sorted(found, key=lambda one: one.severity)
