"""What the steps are called: the firmware's own texts, in English or Chinese."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

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


def order() -> list[str]:
    """The steps' names, as they come."""
    lines = (_FOLDER / "commission.jsonl").read_text().splitlines()
    return [json.loads(line)["step"] for line in lines]


def when(unix: float | None, language: str) -> str:
    """In UTC."""
    try:
        if unix is not None:
            return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        pass
    return own("unknown", language)
