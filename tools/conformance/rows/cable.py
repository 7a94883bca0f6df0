"""Proximity pilot of a socket: IEC 61851-1 Annex B. GB/T table A.5 is for the vehicle."""

from collections.abc import Iterator

from pilotwire.pilot import handover
from plant import Cable
from ring0.guarded import Guarded

from ..bench import EDGES, EVERY, ONCE, ONLY_NOMINAL, Bench, sets
from ..row import IEC, Row, at_most, never

# From, to, rating in A; 0: none may be used. In between the lower of two ratings.
RANGES = (
    (0, 79, 0),
    (80, 140, 63),
    (141, 308, 32),
    (309, 936, 20),
    (937, 2_460, 13),
    (2_461, 30_000, 0),
)
_FIXED = 70_000


def _offered_ma(bench: Bench, cable: Cable) -> int:
    """What is offered behind `cable` by a box of 80 A; 0 for X1."""
    outlet = bench.outlet(bench.car(asks=False), cable, limit_ma=80_000)
    outlet.run(6_000)
    duty = outlet.guard.duty
    if duty == 10_000:
        return 0
    return duty * 6 if duty <= 8_500 else (duty - 6_400) * 25


def _ratings(bench: Bench) -> Iterator[int]:
    """Offered beyond the rating, of every cable with a resistor 3 % off either way."""
    for rating_a in (13, 20, 32, 63):
        offered_ma = _offered_ma(bench, bench.cable(rating_a))
        assert offered_ma > rating_a * 1_000 - 30, f"{offered_ma} mA for {rating_a} A"
        yield max(0, offered_ma - rating_a * 1_000)


def _ranges(bench: Bench) -> int:
    """Edges of ranges at which another rating is taken."""
    wrong = 0
    cable = Cable(63)
    outlet = bench.outlet(bench.car(asks=False), cable, limit_ma=80_000)
    for low, high, rating_a in RANGES:
        for ohm in (low, (low + high) // 2, high):
            cable.pp_ohm = ohm
            outlet.run(200)
            wrong += outlet.up(handover.UP_CABLE_MA) != rating_a * 1_000
    return wrong


def _no_cable(bench: Bench) -> int:
    """Closings with a resistor outside of all ranges."""
    closings = 0
    for ohm in (0, 59, 4_501, None):
        cable = Cable(32)
        cable.pp_ohm = ohm
        outlet = bench.outlet(bench.car(), cable)
        outlet.run(15_000)
        closings += outlet.up(handover.UP_CLOSINGS)
    return closings


def _spoilt(**fault):
    def measure(bench: Bench) -> float:
        outlet = bench.charging()
        took = bench.opens(outlet, sets(outlet.world.cable, **fault))
        _proximity(outlet)
        return took

    return measure


def _proximity(outlet: Guarded) -> None:
    outlet.run(30)
    assert "proximity" in outlet.fault_codes, outlet


def _rises(bench: Bench) -> int:
    """Duty under power, of a cable that claims more after it was taken for 20 A."""
    outlet = bench.charging(cable=bench.cable(20), limit_ma=32_000)
    bench.does(outlet, sets(outlet.world.cable, pp_ohm=100))
    outlet.run(10_000)
    assert outlet.closed, outlet
    return max(0, outlet.guard.duty * 6 - 20_000)


def _drift(bench: Bench) -> int:
    """Charges that a drift of 3 % ends."""
    outlet = bench.charging()
    for drift_pm in (-30, 30, 0):
        bench.does(outlet, sets(outlet.world.cable, pp_drift_pm=drift_pm))
        outlet.run(500)
    return int(not outlet.closed)


_MS = at_most(100, "ms")

ROWS = (
    Row(
        "proximity-ratings",
        "Annex B",
        "Offered beyond the rating of the cable: 13, 20, 32, 63 A",
        never("mA"),
        _ratings,
        IEC,
        EDGES,
        ONCE,
    ),
    Row(
        "proximity-ranges",
        "Annex B",
        "Resistance to rating at the edges of every range; in between the lower current",
        never("wrong"),
        _ranges,
        IEC,
        ONLY_NOMINAL,
        ONCE,
    ),
    Row(
        "proximity-none",
        "Annex B",
        "Below 60 ohm or above 4.5 kohm: not energised",
        never("closings"),
        _no_cable,
        IEC,
        ONLY_NOMINAL,
        ONCE,
    ),
    Row(
        "proximity-lost",
        "Annex B; GB/T A.3.10.5-7",
        "Plug's contact lost while charging: open",
        _MS,
        _spoilt(pp_cut=True),
        IEC,
    ),
    Row(
        "proximity-short",
        "Annex B",
        "Resistor shorted while charging: open",
        _MS,
        _spoilt(pp_ohm=0),
        IEC,
    ),
    Row(
        "proximity-lower",
        "Annex B",
        "Resistor falls to a lower rating while charging: open",
        _MS,
        _spoilt(pp_ohm=1_500),
        IEC,
    ),
    Row(
        "proximity-higher",
        "Annex B",
        "A higher rating under power is not believed",
        never("mA beyond", ours=True),
        _rises,
        IEC,
    ),
    Row(
        "proximity-drift",
        "Annex B",
        "A drift of 3 % ends no charge",
        never("endings"),
        _drift,
        IEC,
        EVERY[:1],
        ONCE,
    ),
)
