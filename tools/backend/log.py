"""One line for each thing that happens: `time level event key=value ...`, on standard error.

What comes over the wire is counted, not told one by one: whoever may publish must not fill a disk.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from typing import Any

_PLAIN = re.compile(r"[!#-<>-~]+")  # needs no quotes: no space, quote or equals sign
_MOST_CHARS = 200
_MOST_NAMED = 1_000  # different refusals that are told apart in one period


def line(level: str, event: str, **values: Any) -> None:
    """Print one. `level` is info, warning or error."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    said = " ".join(f"{name}={_quoted(value)}" for name, value in values.items())
    print(f"{stamp} {level} {event} {said}".rstrip(), file=sys.stderr, flush=True)


def stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An event loop's exception handler: what nobody waited for is a line too.

    aiomqtt leaves such behind when a connection is lost while it is being made.
    """
    line("warning", "stray", about=context["message"], error=repr(context.get("exception")))


def _quoted(value: Any) -> str:
    text = str(value)
    if len(text) > _MOST_CHARS:
        text = text[:_MOST_CHARS] + "..."
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


class Counts:
    """How often what has happened. `total` since the start; `refused` in this period, by name."""

    def __init__(self) -> None:
        self.total: Counter[str] = Counter()
        self._refused: Counter[tuple[str, str, str]] = Counter()

    def refuse(self, box: str, topic: str, reason: str) -> None:
        """One message that is not stored."""
        self.total["refused"] += 1
        key = box, topic, reason
        if key in self._refused or len(self._refused) < _MOST_NAMED:
            self._refused[key] += 1
        else:
            self._refused["", "", "others"] += 1

    def tell(self) -> None:
        """The totals in a line, each refusal of this period in one, and begin a new period."""
        line("info", "counts", **self.total)
        for (box, topic, reason), times in sorted(self._refused.items()):
            line("warning", "refused", box=box, topic=topic, reason=reason, times=times)
        self._refused.clear()
