"""What the steps are called: the firmware's own texts, in English or Chinese."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pilotwire.console import table

LANGUAGES = ("en", "zh")
_FOLDER = Path(table.__file__).parent
_OWN = {
    "title": ("Report of commissioning", "调试报告"),
    "box": ("Box", "设备"),
    "sealed": ("Sealed", "封存内容"),
    "steps": ("Steps", "步骤"),
    "good": ("good", "合格"),
    "skipped": ("skipped", "跳过"),
    "bad": ("BAD", "不合格"),
    "unknown": ("time unknown", "时间未知"),
    "genuine": ("Is it genuine?", "真伪"),
}


def own(key: str, language: str) -> str:
    """A word of the report itself."""
    return _OWN[key][LANGUAGES.index(language)]


@cache
def texts(language: str) -> dict[str, str]:
    """The firmware's texts of commissioning."""
    lines = (_FOLDER / f"commission_{language}.jsonl").read_text().splitlines()
    return {key: text for line in lines for key, text in json.loads(line).items()}


def title(step: str, language: str) -> str:
    """What a step is called."""
    return texts(language).get(f"step {step}", step)


@cache
def allowed() -> dict[str, dict[str, str]]:
    """{step, as they come: {what is judged: its range}}."""
    lines = (_FOLDER / "commission.jsonl").read_text().splitlines()
    return {
        row["step"]: {what: _span(*ends) for what, *ends in row["allowed"]}
        for row in map(json.loads, lines)
    }


def _span(least: Any, most: Any) -> str:
    return f"{least}" if least == most else f"{least} to {most}"


def rows(step: str, values: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, its value, what is allowed or "") of a step, what is judged first."""
    ranges = allowed().get(step, {})
    names = [what for what in ranges if what in values]
    names += sorted(what for what in values if what not in ranges)
    return [
        (what, "-" if values[what] is None else str(values[what]), ranges.get(what, ""))
        for what in names
    ]


def when(unix: float | None, language: str) -> str:
    """In UTC."""
    try:
        if unix is not None:
            return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        pass
    return own("unknown", language)
