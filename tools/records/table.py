"""Charges as a table: CSV (RFC 4180, but lines end as on Unix), a row each, for a spreadsheet.

Columns are the fields of docs/records/record.schema.json in its order. A spreadsheet takes a text
that begins with = + - @ for a formula: such a text gets an apostrophe before it.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pilotwire.record import layout

from .schema import KINDS
from .source import Found, plain

_TIMES = {
    "start_unix": "start_time",
    "end_unix": "end_time",
    "end_after_unix": "end_after_time",
}
_TEXTS = {name for name, kind in layout.FIELDS if type(kind) is int and kind > 0}
_GUARDED = ("=", "+", "-", "@", "'")  # the last so that it can be undone

COLUMNS = ["seq", "boot"]
for _name in KINDS["charge"]:
    COLUMNS.append(_name)
    if _name in _TIMES:
        COLUMNS.append(_TIMES[_name])


def table(found: list[Found]) -> str:
    """The charges among `found`, in their order."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows(found):
        writer.writerow({name: _cell(name, value) for name, value in row.items()})
    return out.getvalue()


def rows(found: list[Found]) -> Iterator[dict[str, Any]]:
    """The same, {column: value} for what is known, as a program takes it."""
    for one in found:
        if one.kind == "charge":
            yield _row(one)


def utc(unix: int) -> str:
    """ISO 8601, empty for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def _row(one: Found) -> dict[str, Any]:
    row: dict[str, Any] = {"seq": one.number, "boot": one.frame.boot}
    for name in KINDS["charge"]:
        value = one.fields.get(name)
        if value is None:
            continue
        row[name] = value
        if name in _TIMES:
            row[_TIMES[name]] = utc(value)
    return row


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, separators=(",", ":"))
    if name in _TEXTS:
        value = plain(value)
        return "'" + value if value.startswith(_GUARDED) else value
    return value
