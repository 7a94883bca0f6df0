"""A trace's file: one JSON object a line, as the box published them (docs/mqtt.md)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pilotwire.pilot.tap import ENTRY
from pilotwire.record.trace import ARRAYS, PARTS, VERSION

_KEYS = {"trace", "part", "array", "slot", "tapped", "slots", "entries"}


class TraceError(ValueError):
    """A file that holds no whole trace of this version; the text names the line or what lacks."""


@dataclass
class Trace:
    """A known state and what followed. See firmware/pilotwire/record/trace.py."""

    settings: dict[str, Any]
    parts: dict[str, dict[str, int]] = field(default_factory=dict)
    arrays: dict[str, list[int]] = field(default_factory=dict)
    slot: list[int] = field(default_factory=list)
    tapped: list[int] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)

    def changes(self) -> dict[int, dict[int, int]]:
        """{sequence number: {index: value}} of the slots published after the first."""
        found = {}
        at = 0
        while at + 1 < len(self.slots):
            seq, count = self.slots[at : at + 2]
            pairs = self.slots[at + 2 : at + 2 + 2 * count]
            found[seq] = dict(zip(pairs[::2], pairs[1::2], strict=True))
            at += 2 + 2 * count
        return found

    def ticks(self) -> dict[int, list[tuple[int, int]]]:
        """{tick after the known state, 1 and up: [(what, value), ...]}."""
        found: dict[int, list[tuple[int, int]]] = {}
        tick = 0
        for at in range(0, len(self.entries), ENTRY):
            gap, what, value = self.entries[at : at + ENTRY]
            tick += gap
            found.setdefault(tick, []).append((what, value))
        return found


def load(path: Path) -> list[Trace]:
    """The traces in a file, in order of time. Raises TraceError, OSError."""
    traces: list[Trace] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            _take(traces, json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise TraceError(f"{path}, line {number}: {error}") from error
    if not traces:
        raise TraceError(f"{path}: no trace in it")
    for trace in traces:
        lacks = _lacking(trace)
        if lacks:
            raise TraceError(f"{path}: without {', '.join(lacks)}")
    return traces


def _take(traces: list[Trace], line: dict[str, Any]) -> None:
    if not _KEYS & set(line):
        raise TraceError(f"none of {', '.join(sorted(_KEYS))}")
    if "trace" in line:
        if line["trace"] != VERSION:
            raise TraceError(f"version {line['trace']}, this is {VERSION}")
        traces.append(Trace(line["settings"]))
        return
    if not traces:
        raise TraceError("a trace begins with its version")
    trace = traces[-1]
    if "part" in line:
        trace.parts[line["part"]] = line["is"]
    elif "array" in line:
        trace.arrays[line["array"]] = line["is"]
    elif "slot" in line or "tapped" in line:
        vars(trace).update(line)
    else:
        for key in ("slots", "entries"):
            getattr(trace, key).extend(line.get(key, ()))


def _lacking(trace: Trace) -> Iterable[str]:
    wanted = {*PARTS, "guard"} - set(trace.parts) | set(ARRAYS) - set(trace.arrays)
    if not trace.slot or not trace.tapped:
        wanted.add("slot, tapped")
    return sorted(wanted)
