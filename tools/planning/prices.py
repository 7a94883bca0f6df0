"""Day-ahead prices out of a file, as the command `prices` takes them (docs/plans.md).

CSV, a row for each price: its start (unix seconds, or ISO 8601 with an offset), its end if the
file has one, and the price; a first row of titles is skipped. Or JSON: a list of such rows, or
the command's own object.
"""

import csv
import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from pilotwire.power.plan import check_prices

UNIT = 100_000  # parts of the currency, as in tariff.json
STEPS_S = (900, 1_800, 3_600)


class BadPrices(ValueError):
    """The file holds no table of prices; the text names the place."""


class Prices(NamedTuple):
    """Whole numbers of 1/100,000 of the currency per kWh, one each `step_s` from `start` on."""

    start: int
    step_s: int
    prices: list[int]

    @property
    def end(self) -> int:
        return self.start + len(self.prices) * self.step_s

    def at(self, unix: int) -> int:
        return self.prices[(unix - self.start) // self.step_s]


class _Row(NamedTuple):
    where: str
    start: int
    end: int | None
    price: Decimal


def read(path: Path, per_kwh: int = 1) -> Prices:
    """The prices of a file that has them for `per_kwh` kWh (1,000: a MWh). Raises BadPrices."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadPrices(str(error)) from error
    if path.suffix.lower() != ".json":
        return _table(_csv(text), per_kwh)
    try:
        data = json.loads(text)
    except ValueError as error:
        raise BadPrices(f"no JSON: {error}") from error
    if isinstance(data, list):
        return _table([_row(f"row {i}", row) for i, row in enumerate(data)], per_kwh)
    return _checked(data)


def _csv(text: str) -> list[_Row]:
    lines = [(i, row) for i, row in enumerate(csv.reader(text.splitlines()), 1) if row]
    if lines and not _is_row(lines[0][1]):
        lines = lines[1:]
    return [_row(f"line {i}", row) for i, row in lines]


def _is_row(row: list[str]) -> bool:
    try:
        _time("", row[0])
    except BadPrices:
        return False
    return True


def _row(where: str, row: Any) -> _Row:
    if not isinstance(row, list) or len(row) not in (2, 3):
        raise BadPrices(f"{where}: start, price or start, end, price wanted")
    try:
        price = Decimal(str(row[-1]).strip())
    except InvalidOperation:
        raise BadPrices(f"{where}: {row[-1]!r} is no price") from None
    if not price.is_finite():
        raise BadPrices(f"{where}: {row[-1]!r} is no price")
    end = _time(where, row[1]) if len(row) == 3 else None
    return _Row(where, _time(where, row[0]), end, price)


def _time(where: str, cell: Any) -> int:
    text = str(cell).strip()
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadPrices(f"{where}: {text!r} is no time") from None
    if time.tzinfo is None:
        raise BadPrices(f"{where}: {text!r} has no offset, such as +01:00: it may come twice")
    return int(time.timestamp())


def _table(rows: list[_Row], per_kwh: int) -> Prices:
    if not rows:
        raise BadPrices("no prices in it")
    step_s = (rows[1].start if len(rows) > 1 else rows[0].end or 0) - rows[0].start
    if step_s not in STEPS_S:
        where = rows[min(1, len(rows) - 1)].where
        raise BadPrices(f"{where}: prices 900, 1800 or 3600 s apart wanted, not {step_s} s")
    for before, row in pairwise(rows):
        if row.start <= before.start:
            raise BadPrices(f"{row.where}: not later than {before.where}")
        if row.start < before.start + step_s:
            raise BadPrices(f"{row.where}: overlaps with {before.where}")
        if row.start > before.start + step_s:
            raise BadPrices(f"{row.where}: a gap after {before.where}")
    for row in rows:
        if row.end not in (None, row.start + step_s):
            raise BadPrices(f"{row.where}: does not end {step_s} s after its start")
    whole = [round(row.price * UNIT / per_kwh) for row in rows]
    return _checked({"start": rows[0].start, "step_s": step_s, "prices": whole})


def _checked(data: Any) -> Prices:
    """As a box would check them."""
    try:
        check_prices(data)
    except ValueError as error:
        raise BadPrices(str(error)) from error
    return Prices(**data)
