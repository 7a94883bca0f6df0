"""What a reader of a page has in his folder before its first command: commands.toml's `before`."""

import hashlib
from pathlib import Path

from journals import BEGAN, Box
from pages import blocks
from pilotwire.record import seal

_EVENING = 1_795_712_400  # 2026-11-26 18:00 in Berlin
_STEPS = {"rcd": ["good", {"trip ms": 510, "release ms": 2_210}, "", BEGAN]}


def prices(folder: Path) -> None:
    """Two days of prices by the hour, from the page's evening on, cheap at night."""
    rows = ((_EVENING + 3_600 * n, 10 + abs(12 - n % 24)) for n in range(48))
    (folder / "prices.csv").write_text("".join(f"{start},0.{price}\n" for start, price in rows))


def box(folder: Path) -> None:
    """A box's files in a folder `box`: its key, and a journal with one charge, record 2."""
    (folder / "box").mkdir()
    Box(folder / "box").charge()


def journal(folder: Path) -> None:
    """The same as files of its own: the folder `journal`, and the key."""
    Box(folder).charge()


def batch(folder: Path) -> None:
    """The table of boxes that docs/provision.md shows."""
    (table,) = blocks("docs/provision.md", "text")
    (folder / "boxes.csv").write_text(table.text)


def report(folder: Path) -> None:
    """A box's signed report of commissioning, its key, and the journal that has its hash."""
    one = Box(folder)
    head = {"report": 1, "box": "box-1", "board": "pico_w", "firmware": "0a1b2c3d"}
    head |= {"installer": "A. Sparks", "sealed": {"limit_ma": 16_000}, "unix": BEGAN}
    signed = seal.sign(str(folder), {**head, "clock": "set", "steps": _STEPS})
    (folder / "report.json").write_bytes(signed)
    one.note("commissioned", after="16000", report=hashlib.sha256(signed).hexdigest())
