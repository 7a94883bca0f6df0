"""The table says what the records say, and nothing that a spreadsheet would run."""

import csv
import io
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from journals import Box, packed, source
from pilotwire.record import kinds, layout
from records.source import load
from records.table import COLUMNS, table, utc

KINDS = dict(layout.FIELDS)
TEXTS = [name for name, kind in layout.FIELDS if isinstance(kind, int) and kind > 0]
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


def charges(box, *fields):
    written = [box.charge(**one) for one in fields]
    return written, list(csv.DictReader(io.StringIO(table(load(box.root).found))))


def read(name, cell):
    """The field that a cell stands for."""
    kind = KINDS[name]
    if isinstance(kind, list):
        return json.loads(cell)
    if kind == (False, True):
        return cell == "true"
    if kind == layout.NUMBER:
        return int(cell)
    if name in TEXTS and cell.startswith("'"):
        return cell[1:]
    return cell


def test_columns_are_the_schemas_with_times_beside():
    extra = ["seq", "boot", "start_time", "end_time", "end_after_time"]
    assert [name for name in COLUMNS if name in KINDS] == [
        name for name, _ in layout.FIELDS if name in COLUMNS
    ]
    assert sorted(set(COLUMNS) - set(KINDS)) == sorted(extra)
    for name in extra[2:]:
        assert COLUMNS[COLUMNS.index(name) - 1] == name.replace("_time", "_unix")


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {"by": printable, "meter_serial": printable.map(lambda text: text[:16])},
        optional={
            "wh": st.integers(0, 1 << 40),
            "end_read": st.booleans(),
            "period_wh": st.lists(st.integers(0, 1 << 30), max_size=4),
            "register": st.sampled_from(["exchanged", "wrapped"]),
            "tariff": st.binary(min_size=4, max_size=4).map(bytes.hex),
            "end_after_unix": st.integers(0, 0xFFFFFFFF),
        },
    )
)
def test_a_charge_comes_back_as_it_was(fields):
    with tempfile.TemporaryDirectory() as folder:
        (written,), (row,) = charges(Box(Path(folder)), fields)
    found = {name: read(name, row[name]) for name in written if name in COLUMNS}
    empty = {name for name in written if written[name] == ""}
    assert {name: value for name, value in found.items() if name not in empty} == {
        name: value for name, value in written.items() if name not in empty
    }
    assert all(row[name] == "" for name in COLUMNS if name in KINDS and name not in written)
    assert row["start_time"] == "2027-01-15T08:00:00Z"
    assert row["end_time"] == "2027-01-15T08:40:00Z"


def test_one_row_a_charge_in_their_order(tmp_path):
    box = Box(tmp_path)
    box.note("cover")
    written, rows = charges(box, {}, {}, {})
    assert [int(row["charge"]) for row in rows] == [one["charge"] for one in written]
    assert [row["boot"] for row in rows] == ["1"] * 3


def test_no_text_is_a_formula(tmp_path):
    texts = ("=1+1", "+1", "-1", "@SUM(A1)", "'=1", '"=1,2"', "ok")
    _, rows = charges(Box(tmp_path), *({"by": text} for text in texts))
    for row, text in zip(rows, texts, strict=True):
        assert not row["by"].startswith(("=", "+", "-", "@"))
        assert read("by", row["by"]) == text


def test_a_hostile_text_breaks_neither_row_nor_terminal():
    by = [name for name, _ in layout.FIELDS].index("by")
    text = "\r\n=1\x1b[2J\x00ä"
    body = bytes([by << 1 | 1, len(text.encode())]) + text.encode()
    out = table(source([packed(kinds.CHARGE, 1, bytes(32), body)]).found)
    assert len(out.splitlines()) == 2
    assert out.isascii()
    assert "\x1b" not in out


def test_times_are_iso_8601_in_utc():
    assert utc(0) == "1970-01-01T00:00:00Z"
    assert utc(1_800_000_000) == "2027-01-15T08:00:00Z"
    assert utc(1 << 62) == ""
