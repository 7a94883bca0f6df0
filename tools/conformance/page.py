"""docs/conformance.md: the rows with what was measured, and what no row can show."""

from collections.abc import Iterable
from pathlib import Path

from rig.interpreter import ROOT

from .beyond import HARDWARE, LEFT, UNVERIFIED
from .measure import holds, measured
from .row import BOTH, Row, number
from .rows import ROWS, SECTIONS

PAGE = ROOT / "docs" / "conformance.md"

_HEAD = """# Conformance of ring 0

Made by `make conformance`; do not edit. What the standards ask of the part that moves the
contactor, measured on the plant's physics (tools/plant). A row is a test of
`host_tests/conformance/test_rows.py`, its id the name given here. {n} rows, {cases} cases:
{failed}.

What the figures are:

- **Virtual time.** A tick every 10 ms, and 1 ms from its sample to what it drives. Without the
  chip: its jitter, its converter and its pins are in docs/performance.md (`make bench-board`).
- **Opening ends at the command**, the contactor's own break time not in it, unless the row says
  so. Where 100 ms are the limit, the latest command to open comes after {latest} ms, which leaves
  {left} ms to chip and contactor.
- **Worst of all cases**: nominal, and the low and the high end of the tolerances of generator
  (±5 %, R1 ±3 %), vehicle (R2, R3 ±3 %, diode 0.55 to 0.85 V) and proximity resistor (±3 %), or
  every corner of them where the row says so, or nominal alone where no tolerance plays a part;
  the event at several instants between two ticks, or at every tick of the guard's round of
  chores. Where a limit has two ends, both extremes are given.
- **Both interpreters**: each row is measured on CPython, and its first case again with the guard
  on MicroPython, which must give the same figure.
- **(ours)**: no number in the standards, we hold ourselves to it. A clause without a name is of
  IEC 61851-1:2017; both profiles are held to both standards where they do not contradict.
- **unverified**: a number that could not be read in the standard; the stricter value was taken,
  see below.

GB/T 18487.1-2023 is measured with a fixed cable (connection C), except for the rows of the lock.
"""


def page() -> str:
    """The page as it should be."""
    results = [(row, profile, holds(row, profile)) for row in ROWS for profile in row.profiles]
    failed = sum(not held for _, _, held in results)
    latest = max(
        measured(row, profile).most
        for row, profile, _ in results
        if row.opens and row.limit.most == 100 and row.limit.unit == "ms"
    )
    parts = [
        _HEAD.format(
            n=len(ROWS),
            cases=f"{sum(measured(row, profile).cases for row, profile, _ in results):,}",
            failed=f"{failed} failed" if failed else "all hold",
            latest=number(latest),
            left=number(100 - latest),
        )
    ]
    for heading, rows in SECTIONS:
        parts.append(f"\n## {heading}\n\n")
        titles = ("clause", "requirement", "limit", "IEC 61851", "GB/T 18487", "test", "result")
        parts.append(_table(titles, map(_cells, rows)))
    parts.append("\n## Only hardware or a certified laboratory can show\n\n")
    parts.append(_table(("clause", "what it asks", "who shows it"), HARDWARE))
    parts.append("\n## Unverified\n\n")
    parts.append(_table(("number or clause", "what was done"), UNVERIFIED))
    parts.append("\n## Not done, or not fully\n\n")
    parts.append(_table(("clause", "why"), LEFT))
    return "".join(parts)


def write(path: Path = PAGE) -> str:
    """Write the page; returns it."""
    text = page()
    path.write_text(text, encoding="utf-8")
    return text


def _cells(row: Row) -> tuple[str, ...]:
    requirement = row.requirement
    if row.unverified:
        requirement += f" (unverified: {row.unverified})"
    held = all(holds(row, profile) for profile in row.profiles)
    figures = (_figure(row, profile) if profile in row.profiles else "-" for profile in BOTH)
    result = "holds" if held else "**fails**"
    return row.clause, requirement, str(row.limit), *figures, f"`{row.name}`", result


def _figure(row: Row, profile: str) -> str:
    """The extreme that the limit is about, or both."""
    result = measured(row, profile)
    if result.failure:
        return "none"
    if row.limit.least is None or result.least == result.most:
        return number(result.most)
    if row.limit.most is None:
        return number(result.least)
    return f"{number(result.least)} … {number(result.most)}"


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [titles, ("---",) * len(titles), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
