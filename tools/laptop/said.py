"""What a console's answer says, read by the firmware's own texts (console/en.jsonl)."""

import re
from functools import cache
from typing import Any

from pilotwire.console import table

_FIELD = re.compile(r"%[-+ 0]*\d*(?:\.\d+)?([sdf%])")
_KINDS = {"d": r"(-?\d+)", "f": r"(-?\d+(?:\.\d+)?)", "s": r"(.*?)", "%": "%"}
_COMPLAINTS = (
    "unknown-command",
    "which-command",
    "usage-of-command",
    "wrong-argument",
    "missing-argument",
    "quote-not-closed",
    "level-too-low",
    "no-pin-is-set",
    "wait-for-login",
    "wrong-pin-given",
    "order-refused",
    "order-failed",
    "config-wrong",
    "key-is-sealed",
    "no-trace-runs",
    "no-record-found",
    "no-such-snapshot",
)


def text(key: str) -> str:
    """In English."""
    return table.text("en", key) or key


@cache
def _pattern(key: str) -> "tuple[re.Pattern[str], tuple[str, ...]]":
    """A text as a pattern of a whole line, and the kinds of its fields."""
    template, parts, kinds, at = text(key), [], [], 0
    for field in _FIELD.finditer(template):
        padded = template[at : field.start()]
        parts += [re.escape(padded), r"\s*" if field[1] != "%" else "", _KINDS[field[1]]]
        kinds += [field[1]] if field[1] != "%" else []
        at = field.end()
    parts.append(re.escape(template[at:]))
    return re.compile("".join(parts) + r"\s*$"), tuple(kinds)


def rows(key: str, answer: str) -> list[tuple[Any, ...]]:
    """The values of each line that is this text; "-" is None."""
    pattern, kinds = _pattern(key)
    found = [pattern.match(line) for line in answer.split("\n")]
    return [
        tuple(_value(kind, word) for kind, word in zip(kinds, one.groups(), strict=True))
        for one in found
        if one
    ]


def row(key: str, answer: str) -> tuple[Any, ...] | None:
    """The first of them."""
    return next(iter(rows(key, answer)), None)


def _value(kind: str, word: str) -> Any:
    word = word.strip()
    if kind == "d":
        return int(word)
    if kind == "f":
        return float(word)
    return None if word == "-" else word


def complaint(answer: str) -> str:
    """What the console has found wrong with a line, "" for nothing."""
    for line in answer.split("\n"):
        line = line.strip()
        if line and any(_pattern(key)[0].match(line) for key in _COMPLAINTS):
            return line
    return ""


def is_welcome(answer: str) -> bool:
    """Whether the console has just been woken."""
    return text("welcome-text").split(" %s")[0] in answer
