"""A report as it lies on the box (console/commission_settings.py), and whether it is genuine.

Nothing here trusts the file: whatever is no such report raises SourceError.
"""

import hashlib
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pilotwire.record.frame import Key
from records.source import Found, Source, SourceError

_MOST_BYTES = 8 << 10
_MAC = b',"mac":"'
_MAC_BYTES = len(_MAC) + 32 + len(b'"}')
_VERDICTS = ("good", "skipped", "bad")
_HEAD = {
    "box": str,
    "board": str,
    "firmware": str,
    "installer": str,
    "sealed": dict,
    "steps": dict,
}


@dataclass(frozen=True)
class Row:
    """One row of a sweep of the pilot: duty in 1/100 %, what was read of it, plateaus in mV."""

    duty: int
    high_mv: int
    low_mv: int
    read: int


@dataclass(frozen=True)
class Step:
    """`about` is the reason of one that was skipped; `sweep` has rows where one was made."""

    name: str
    verdict: str
    values: dict[str, Any]
    about: str
    unix: int | None
    sweep: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Report:
    """`data` is the file, `head` what stands beside the steps."""

    data: bytes
    head: dict[str, Any]
    steps: list[Step] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What the record of commissioning names."""
        return hashlib.sha256(self.data).hexdigest()

    def is_signed(self, key: Key) -> bool:
        """Whether the holder of `key` has written it."""
        mac = key.mac(self.data[:-_MAC_BYTES]).hex().encode()
        return self.data[-_MAC_BYTES:] == _MAC + mac + b'"}'

    def record(self, source: Source) -> Found | None:
        """The record that names it, the last one; None where there is none."""
        named = ("commissioned", self.digest)
        for one in reversed(source.found):
            if (one.fields.get("event"), one.fields.get("report")) == named:
                return one
        return None


def load(path: Path, order: list[str]) -> Report:
    """The report in a file, its steps in the `order` of their names. Raises SourceError."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    try:
        return parse(data, order)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: no report of commissioning: {error}") from error


def parse(data: bytes, order: list[str]) -> Report:
    """Raises ValueError."""
    if len(data) > _MOST_BYTES:
        raise ValueError(f"more than {_MOST_BYTES} bytes")
    head = json.loads(data)
    if not isinstance(head, dict) or head.get("report") != 1:
        raise ValueError("an object with report 1 wanted")
    for name, kind in _HEAD.items():
        if not isinstance(head.get(name), kind):
            raise ValueError(f"{name}: {kind.__name__} wanted")
    steps = head.pop("steps")
    names = sorted(steps, key=lambda name: (order.index(name) if name in order else 99, name))
    return Report(data, head, [_step(name, steps[name]) for name in names])


def _step(name: str, row: Any) -> Step:
    if not isinstance(row, list) or len(row) != 4 or row[0] not in _VERDICTS:
        raise ValueError(f"steps: {name}")
    verdict, values, about, unix = row
    if not isinstance(values, dict) or not isinstance(about, str):
        raise ValueError(f"steps: {name}")
    if unix is not None and not _is_number(unix):
        raise ValueError(f"steps: {name}")
    single = {what: value for what, value in values.items() if not isinstance(value, list)}
    if any(isinstance(value, dict) for value in single.values()):
        raise ValueError(f"steps: {name}")
    sweeps = [_sweep(value) for value in values.values() if isinstance(value, list)]
    return Step(name, verdict, single, about, unix, sweeps[0] if sweeps else ())


def _sweep(rows: list[Any]) -> tuple[Row, ...]:
    found = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 4 or not all(map(_is_number, row)):
            raise ValueError("a row of a sweep: four numbers wanted")
        found.append(Row(*row))
    return tuple(found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
