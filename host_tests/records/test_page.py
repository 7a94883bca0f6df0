"""docs/records.md says what the firmware writes: places, fields, words, sizes."""

import re

from pilotwire.record import frame, layout
from rig.interpreter import ROOT

PAGE = (ROOT / "docs" / "records.md").read_text()


def kind_in_words(kind):
    if kind == (False, True):
        return "0 no, 1 yes"
    if isinstance(kind, tuple):
        return "word: " + ", ".join(f"`{word}`" if word else "(none)" for word in kind)
    if isinstance(kind, list):
        return "rows of " + ", ".join(map(column_in_words, kind))
    return {layout.NUMBER: "number", layout.HASH: "digest"}.get(kind, f"text, {kind} at most")


def column_in_words(column):
    if column == layout.NUMBER:
        return "number"
    return "word (" + ", ".join(word or "none" for word in column) + ")"


def test_the_page_lists_every_field_in_its_place():
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [
        (str(place), name, kind_in_words(kind)) for place, (name, kind) in enumerate(layout.FIELDS)
    ]


def test_the_page_names_the_kinds_and_the_sizes():
    kinds = {"opening record": "open", "charge": "charge", "start": "start"} | {
        "event": "event",
        "day": "day",
    }
    said = re.search(r"\| kind: (.+) \|", PAGE)
    assert said
    for part in said[1].split(", "):
        number, _, name = part.partition(" ")
        assert layout.KINDS[int(number)] == kinds[name]
    assert f"at most {frame.MOST} bytes" in PAGE
    assert f"length of the body, 0 to {frame.BODY}" in PAGE
