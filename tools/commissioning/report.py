"""`pilotwire commission report`: what a person gets to see, and the exit codes."""

import sys
from pathlib import Path

from records.keys import device_key
from records.source import SourceError, plain
from records.source import load as load_records
from records.verify import verify

from .page import page
from .read import Report, load
from .words import LANGUAGES, allowed

GENUINE, NOT_GENUINE, UNREADABLE = 0, 1, 2


def reported(path: Path, key: Path | None, records: Path | None, out: Path, language: str) -> int:
    """Write OUT.html and OUT.pdf, print how genuine the report is."""
    if language not in LANGUAGES:
        print(f"--lang: one of {', '.join(LANGUAGES)} wanted", file=sys.stderr)
        return UNREADABLE
    from .sheet import sheet  # whose library the other commands need not load

    try:
        report = load(path, list(allowed()))
        checks, genuine = checked(report, key, records)
        html, pdf = out.with_suffix(".html"), out.with_suffix(".pdf")
        html.write_text(page(report, checks, language), encoding="utf-8")
        pdf.write_bytes(sheet(report, checks, language))
    except SourceError as error:
        print(plain(str(error)), file=sys.stderr)
        return UNREADABLE
    except OSError as error:
        print(plain(f"{out}: {error.strerror or error}"), file=sys.stderr)
        return UNREADABLE
    for line in (*checks, f"written: {html}, {pdf}"):
        print(plain(line))
    return GENUINE if genuine else NOT_GENUINE


def checked(report: Report, key_path: Path | None, records: Path | None) -> tuple[list[str], bool]:
    """(lines for a person, whether nothing speaks against it). Raises SourceError."""
    lines, genuine = [], True
    key = device_key(key_path) if key_path else None
    if key is None:
        lines.append("signature: not checked, without --key anybody may have written this")
    elif report.is_signed(key):
        lines.append("signature: good, the box with this key has written it")
    else:
        lines.append("signature: WRONG: it was changed, or is another box's")
        genuine = False
    if records is None:
        lines.append("records: not looked at, without --records it may be an older report")
        return lines, genuine
    source = load_records(records)
    one = report.record(source)
    if one is None:
        lines.append("records: NONE of them names this report: it was replaced, or they are")
        return lines, False
    if key and not verify(source, key).vouches(one):
        lines.append(f"records: record {one.number} names it, and is itself NOT genuine")
        return lines, False
    lines.append(f"records: record {one.number} names it")
    last = max(
        found.number
        for found in source.found
        if found.fields.get("event") in ("commissioned", "unsealed")
    )
    if last != one.number:
        lines.append(f"records: record {last} is a later seal, or the opening of this one")
    return lines, genuine
