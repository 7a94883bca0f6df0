"""The lamp's rhythms as a table for the owner: docs/lights.md, made of the firmware's data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pilotwire.front.rhythm import MARKS
from rig.interpreter import FIRMWARE, ROOT

PAGE = ROOT / "docs" / "lights.md"
_HOUSE = FIRMWARE / "pilotwire"
_PATTERNS = _HOUSE / "front" / "patterns.jsonl"
_TEXTS = Path(__file__).with_name("texts.json")
_BEGIN = "<!-- what follows is made by `make lights` -->\n"
_STEP_MS = 200  # a sign in the table
_COLOURS = {"green": "绿", "blue": "蓝", "yellow": "黄", "red": "红", "white": "白"}


def rows() -> list[dict[str, Any]]:
    """What the firmware shows, in the order of its file."""
    return [json.loads(line) for line in _PATTERNS.read_text().splitlines()]


def texts() -> dict[str, tuple[str, str]]:
    """What each means, in English and Chinese; of faults what catalogue and console say."""
    states = {key: (english, chinese) for key, (english, chinese) in _read(_TEXTS).items()}
    chinese: dict[str, str] = {}
    for line in (_HOUSE / "console" / "zh.jsonl").read_text().splitlines():
        chinese |= json.loads(line)
    faults = _read(_HOUSE / "pilot" / "faults.json")
    return states | {key: (row["text"], chinese["code " + key]) for key, row in faults.items()}


def picture(beat: str) -> str:
    """One round of a rhythm: a full sign for each 200 ms of light, a point for each of dark."""
    signs = ""
    for mark in beat:
        on_ms, off_ms = MARKS[mark]
        signs += "█" * round(on_ms / _STEP_MS) + "·" * round(off_ms / _STEP_MS)
    return signs


def page() -> str:
    """docs/lights.md as it should be."""
    head = PAGE.read_text().partition(_BEGIN)[0]
    return head + _BEGIN + "\n".join(_table()) + "\n"


def _table() -> Iterator[str]:
    told = texts()
    yield "\n| lamp | rhythm, 0.2 s a sign | | |"
    yield "|---|---|---|---|"
    for row in rows():
        english, chinese = told[row["is"]]
        name, colour = row["is"], row["colour"]
        yield (
            f"| {colour} {_COLOURS[colour]} | `{picture(row['beat'])}` | `{name}`: {english} "
            f"| {chinese} |"
        )


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())
