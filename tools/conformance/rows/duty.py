"""Amps to duty cycle and back: IEC 61851-1 tables A.7, A.8; GB/T 18487.1-2023 A.2, A.3."""

from collections.abc import Iterator
from typing import Any

from pilotwire.pilot.duty import current_for
from pilotwire.pilot.settings import WAKE_NOT

from ..bench import ONCE, ONLY_NOMINAL, Bench, limit
from ..row import BOTH, GBT, IEC, Row, at_most, between, never

# Offered current in A, duty in %, worked out by hand from table A.7's two equations.
TABLE = (
    (80, 96.0),
    (70, 92.0),
    (63, 89.2),
    (60, 88.0),
    (55, 86.0),
    (51, 85.0),
    (48, 80.0),
    (40, 66.667),
    (32, 53.333),
    (25, 41.667),
    (20, 33.333),
    (16, 26.667),
    (13, 21.667),
    (10, 16.667),
    (8, 13.333),
    (6, 10.0),
)
_WIDE: dict[str, Any] = {"cable_ma": 80_000, "wake": WAKE_NOT}


def _reading_ma(duty: float, most_ma: int) -> float:
    """Table A.8: what a vehicle may draw at `duty` in %."""
    if 8 <= duty < 10:
        return 6_000
    if 10 <= duty <= 85:
        return duty * 600
    if 85 < duty <= 96:
        return min((duty - 64) * 2_500, most_ma)
    if 96 < duty <= 97:
        return most_ma
    return 0


def _driven(bench: Bench, limits_ma) -> Iterator[tuple[int, int]]:
    """Each limit, falling, with the duty that it leads to; the vehicle waits in B2."""
    outlet = bench.ready(limit_ma=1_000_000, **_WIDE)
    for ma in limits_ma:
        limit(outlet, ma)()
        outlet.run(100)
        yield ma, outlet.guard.duty


def _most_ma(bench: Bench) -> int:
    return 80_000 if bench.profile == "iec61851" else 63_000


def _table(bench: Bench) -> Iterator[float]:
    table = {amps * 1_000: duty for amps, duty in TABLE if amps * 1_000 <= _most_ma(bench)}
    for ma, duty in _driven(bench, table):
        yield abs(duty / 100 - table[ma])


def _beyond(bench: Bench) -> Iterator[float]:
    """What is offered beyond a limit, in steps of 100 mA."""
    most_ma = _most_ma(bench)
    for ma, duty in _driven(bench, range(100_000, 5_990, -100)):
        yield max(0, round(_reading_ma(duty / 100, most_ma) - min(ma, most_ma)))


def _gap(bench: Bench) -> Iterator[float]:
    for _, duty in _driven(bench, (52_499, 52_000, 51_500, 51_001)):
        yield duty / 100


def _most(bench: Bench) -> float:
    return max(duty / 100 for _, duty in _driven(bench, (1_000_000, 100_000, 80_000)))


def _below(bench: Bench) -> int:
    return sum(duty != 10_000 for _, duty in _driven(bench, (5_999, 5_000, 1, 0)))


def _digital(bench: Bench) -> int:
    """Duties that no AC box may use: 0 to 8 % and above the largest."""
    top = 9_600 if bench.profile == "iec61851" else 9_000
    driven = [duty for _, duty in _driven(bench, range(100_000, -100, -100))]
    return sum(duty != 10_000 and not 1_000 <= duty <= top for duty in driven)


def _read(bench: Bench) -> float:
    """Our own reading of a duty (for the overcurrent rule) against table A.8, every 0.01 %."""
    most_ma = _most_ma(bench)
    wrong = 0.0
    for duty in range(10_001):
        wrong = max(wrong, abs(current_for(duty, most_ma) - _reading_ma(duty / 100, most_ma)))
    return round(wrong, 3)


_HERE: dict[str, Any] = {"corners": ONLY_NOMINAL, "phases_us": ONCE}

ROWS = (
    Row(
        "duty-table",
        "table A.7; GB/T table A.2",
        "Duty commanded against the table at 6 to 80 A (63 A), in percentage points",
        at_most(0.5, "pp"),
        _table,
        BOTH,
        **_HERE,
    ),
    Row(
        "duty-never-above-the-limit",
        "table A.7; GB/T table A.2",
        "Offered beyond the limit, of 6 to 100 A in steps of 100 mA",
        never("mA"),
        _beyond,
        BOTH,
        **_HERE,
    ),
    Row(
        "duty-gap",
        "table A.7",
        "51 to 52.5 A has no duty: offered as 51 A",
        between(85, 85, "%"),
        _gap,
        BOTH,
        **_HERE,
    ),
    Row("duty-most-80-a", "table A.7", "Largest duty", at_most(96, "%"), _most, IEC, **_HERE),
    Row(
        "duty-most-63-a",
        "GB/T tables A.2, A.3",
        "Largest duty, 63 A: above 90 % is reserved",
        at_most(89.2, "%"),
        _most,
        GBT,
        **_HERE,
    ),
    Row(
        "duty-below-6-a",
        "table A.7",
        "Less than 6 A is not offered: X1",
        never("offers"),
        _below,
        BOTH,
        **_HERE,
    ),
    Row(
        "duty-no-digital",
        "tables A.7, A.8",
        "Nothing between F and 10 %, no 5 % of digital communication, no reserved duty",
        never("such duties"),
        _digital,
        BOTH,
        **_HERE,
    ),
    Row(
        "duty-read",
        "table A.8; GB/T table A.3",
        "Our reading of a duty against the table, every 0.01 %",
        at_most(1, "mA"),
        _read,
        BOTH,
        **_HERE,
    ),
)
