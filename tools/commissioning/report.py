"""`pilotwire commission report`: what a person gets to see, and the exit codes."""

from pathlib import Path
from typing import NamedTuple

from records.keys import device_key
from records.source import SourceError, plain
from records.source import load as load_records
from records.verify import verify
from telling.output import objects, progress
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from .page import page
from .read import Report, load
from .words import LANGUAGES, allowed


class Verdict(NamedTuple):
    """How genuine a report is. None: not looked at; `record`: the number that names it, 0: none.

    `checks` says the same to a person, a line each.
    """

    signed: bool | None
    record: int | None
    genuine: bool  # nothing speaks against it
    checks: list[str]


def reported(
    path: Path,
    key: Path | None,
    records: Path | None,
    out: Path,
    language: str,
    as_json: bool = False,
) -> int:
    """Write OUT.html and OUT.pdf, print how genuine the report is. Raises Trouble."""
    nothing = "nothing was written"
    if language not in LANGUAGES:
        do = f"--lang {' or '.join(LANGUAGES)}"
        raise Trouble(WRONG, f"there is no language {language!r}", nothing, do)
    from .sheet import sheet  # whose library the other commands need not load

    try:
        report = load(path, list(allowed()))
        verdict = checked(report, key, records)
        html, pdf = out.with_suffix(".html"), out.with_suffix(".pdf")
        with progress("writing"):
            html.write_text(page(report, verdict.checks, language), encoding="utf-8")
            pdf.write_bytes(sheet(report, verdict.checks, language))
    except SourceError as error:
        do = "docs/commissioning.md says which files of a box are wanted"
        raise Trouble(WRONG, plain(str(error)), nothing, do) from error
    except OSError as error:
        happened = plain(f"{out}: {error.strerror or error}")
        raise Trouble(WRONG, happened, "not all was written", "see that it can be") from error
    if as_json:
        objects({**verdict._asdict(), "html": str(html), "pdf": str(pdf)})
    else:
        for line in (*verdict.checks, f"written: {html}, {pdf}"):
            print(plain(line))
    return DONE if verdict.genuine else REFUSED


def checked(report: Report, key_path: Path | None, records: Path | None) -> Verdict:
    """By its signature, and by the records that are to name it. Raises SourceError."""
    lines = []
    key = device_key(key_path) if key_path else None
    signed = report.is_signed(key) if key else None
    if signed is None:
        lines.append("signature: not checked, without --key anybody may have written this")
    elif signed:
        lines.append("signature: good, the box with this key has written it")
    else:
        lines.append("signature: WRONG: it was changed, or is another box's")
    genuine = signed is not False
    if records is None:
        lines.append("records: not looked at, without --records it may be an older report")
        return Verdict(signed, None, genuine, lines)
    source = load_records(records)
    one = report.record(source)
    if one is None:
        lines.append("records: NONE of them names this report: it was replaced, or they are")
        return Verdict(signed, 0, False, lines)
    if key and not verify(source, key).vouches(one):
        lines.append(f"records: record {one.number} names it, and is itself NOT genuine")
        return Verdict(signed, one.number, False, lines)
    lines.append(f"records: record {one.number} names it")
    last = max(
        found.number
        for found in source.found
        if found.fields.get("event") in ("commissioned", "unsealed")
    )
    if last != one.number:
        lines.append(f"records: record {last} is a later seal, or the opening of this one")
    return Verdict(signed, one.number, genuine, lines)
