"""One line for each thing that happens: `time level event key=value ...`, on standard error.

What comes over the wire is told once and then counted: whoever may publish must not fill a disk.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from contextvars import ContextVar
from typing import Any

from telling.output import objects

_PLAIN = re.compile(r"[!#-<>-~]+")  # needs no quotes: no space, quote or equals sign
_MOST_CHARS = 200
_MOST_NAMED = 1_000  # different things that are told apart in one period

# Whether lines are JSON on standard output; to be set by what runs in a loop of its own.
as_objects: ContextVar[bool] = ContextVar("as_objects", default=False)


def line(level: str, event: str, **values: Any) -> None:
    """Print one. `level` is info, warning or error."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    if as_objects.get():
        facts = {name: value if _is_plain(value) else str(value) for name, value in values.items()}
        objects({"time": stamp, "level": level, "event": event, **facts})
        return
    said = " ".join(f"{name}={_quoted(value)}" for name, value in values.items())
    print(f"{stamp} {level} {event} {said}".rstrip(), file=sys.stderr, flush=True)


def stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An event loop's exception handler: what nobody waited for is a line too.

    aiomqtt leaves such behind when a connection is lost while it is being made.
    """
    line("warning", "stray", about=context["message"], error=repr(context.get("exception")))


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, int | float | str)


def _quoted(value: Any) -> str:
    text = str(value)
    if len(text) > _MOST_CHARS:
        text = text[:_MOST_CHARS] + "..."
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


class Counts:
    """How often what has happened: `total` since the start, `note` in this period, by name."""

    def __init__(self) -> None:
        self.total: Counter[str] = Counter()
        self._noted: Counter[tuple[str, str, tuple[tuple[str, Any], ...]]] = Counter()

    def note(self, level: str, event: str, **values: Any) -> None:
        """A line the first time in a period; `tell` says how often in all."""
        key = level, event, tuple(values.items())
        if key not in self._noted:
            if len(self._noted) >= _MOST_NAMED:
                key = "warning", "others", ()
            else:
                line(level, event, **values)
        self._noted[key] += 1

    def tell(self) -> None:
        """The totals in a line, what was noted more than once in one each; a new period begins."""
        line("info", "counts", **self.total)
        for (level, event, values), times in self._noted.items():
            if times > 1:
                line(level, event, **dict(values), times=times)
        self._noted.clear()
