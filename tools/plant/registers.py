"""The registers of real meters as published, from meters.csv: a row for each quantity.

The firmware's maps are written by another hand; each is tested against this table.
"""

import csv
import struct
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .meter import Reading

_TABLE = Path(__file__).with_name("meters.csv")
_FORMATS = {
    "u16": "H",
    "s16": "h",
    "u32": "I",
    "s32": "i",
    "u64": "Q",
    "s64": "q",
    "f32": "f",
    "f64": "d",
}
_KILO = 1_000.0


class Identity(NamedTuple):
    """What a meter says of itself; a `text` is stored as characters, a `hex` as digits."""

    serial: str = "19350042"
    firmware: str = "0204"
    ratios: tuple[int, int] = (1, 1)  # of voltage and current transformers, where it has them


class Row(NamedTuple):
    """One quantity: where it is, and what one count of it means in V, A, W, Wh, Hz or 1."""

    function: int
    quantity: str
    registers: tuple[int, ...]
    type: str
    order: str
    unit: float
    constant: str = ""  # what stands in a register that says always the same

    def words(self, value: float | str | None) -> tuple[int, ...]:
        """The registers' contents; of None what says that there is no value."""
        if value is None:
            return self._none()
        if self.type in ("text", "low", "hex"):
            return _text(self.type, str(value))
        raw = float(value) / self.unit  # of a number's text too
        number = raw if self.type[0] == "f" else round(raw)
        data = struct.pack(">" + _FORMATS[self.type], number)
        found = struct.unpack(f">{len(data) // 2}H", data)
        return found[::-1] if self.order == "little" else found

    def _none(self) -> tuple[int, ...]:
        count = struct.calcsize(_FORMATS[self.type]) // 2
        first = 0xFFFF if self.type[0] in "uf" else 0x7FFF
        words = (first, *[0xFFFF] * (count - 1))
        return words[::-1] if self.order == "little" else words


class Registers:
    """The registers of the meter called `name` in the table, or of `rows`. Raises KeyError.

    `without` are quantities that it has no value of, at the moment.
    """

    def __init__(
        self, name: str = "", identity: Identity | None = None, rows: tuple[Row, ...] = ()
    ):
        self.rows = rows or table()[name]
        self.identity = identity or Identity()
        self.without: frozenset[str] = frozenset()

    def words(self, reading: Reading, function: int, first: int, count: int) -> list[int]:
        """`count` registers from `first` on as `function` (3 or 4) reads them; 0 where none is."""
        words = [0] * count
        for row in self.rows:
            if row.function != function:
                continue
            for phase, register in enumerate(row.registers):
                if first - 32 < register < first + count:
                    for i, word in enumerate(row.words(self._value(row, reading, phase))):
                        if 0 <= register + i - first < count:
                            words[register + i - first] = word
        return words

    def _value(self, row: Row, reading: Reading, phase: int) -> float | str | None:
        if row.quantity in self.without:
            return None
        pt, ct = self.identity.ratios
        match row.quantity:
            case "voltage":
                return reading.voltage_v[phase] / pt
            case "current":
                return reading.current_a[phase] / ct
            case "phase_power":
                return reading.power_w[phase] / (pt * ct)
            case "power":
                return sum(reading.power_w) / (pt * ct)
            case "import":
                return reading.import_wh / (pt * ct)
            case "export":
                return reading.export_wh / (pt * ct)
            case "frequency":
                return reading.frequency_hz
            case "power_factor":
                return reading.power_factor
            case "pt" | "ct":
                return self.identity.ratios[row.quantity == "ct"]
            case "serial" | "firmware":
                return getattr(self.identity, row.quantity)
            case "model":
                return row.constant
        raise ValueError(row.quantity)


@cache
def table() -> dict[str, tuple[Row, ...]]:
    """{meter: rows} of the whole table."""
    found: dict[str, tuple[Row, ...]] = {}
    with _TABLE.open(newline="") as file:
        for line in csv.DictReader(row for row in file if not row.startswith("#")):
            constant = line["quantity"] == "model"
            row = Row(
                int(line["function"]),
                line["quantity"],
                tuple(int(register, 16) for register in line["registers"].split()),
                line["type"],
                line["order"],
                1.0 if constant else _unit(line["unit"]),
                line["unit"] if constant else "",
            )
            for meter in line["meters"].split():
                found[meter] = (*found.get(meter, ()), row)
    return found


def _unit(text: str) -> float:
    """ "0.01 kWh" -> 10.0, "1" -> 1.0."""
    step, _, unit = text.partition(" ")
    return float(step) * (_KILO if unit.startswith("k") else 1.0)


def _text(type_: str, value: str) -> tuple[int, ...]:
    if type_ == "hex":
        data = bytes.fromhex(value)
    else:
        raw = value.encode()
        data = b"".join(bytes((0, c)) for c in raw) if type_ == "low" else raw + b"\0\0"
    return struct.unpack(f">{len(data) // 2}H", data[: len(data) // 2 * 2])
