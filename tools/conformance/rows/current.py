"""A vehicle that draws more than it is offered: GB/T 18487.1-2023 A.3.10.9, 13.2, for both."""

from plant import Car

from ..bench import EDGES, ONCE, ONLY_NOMINAL, ROUND, Bench, limit
from ..row import Row, at_most, between, never

_CASES = EDGES[:1]


def _trips(limit_ma: int, over_ma: int):
    """From the onset of the overcurrent to the opening."""

    def measure(bench: Bench) -> float:
        car = bench.car(max_ma=80_000, up_ma_s=1_000_000)
        outlet = bench.charging(car, limit_ma=limit_ma)
        took = bench.opens(outlet, lambda: _draw_more(car, over_ma), 60_000)
        outlet.run(30)
        assert "overcurrent" in outlet.fault_codes, outlet
        assert outlet.guard.duty == 10_000, "S1 to +12 V"
        return took

    return measure


def _draw_more(car, over_ma: int) -> None:
    car.over_ma = over_ma


def _bears(limit_ma: int, over_ma: int):
    """Charges that end though the current is within the rule, in a minute."""

    def measure(bench: Bench) -> int:
        car = bench.car(max_ma=80_000)
        outlet = bench.charging(car, limit_ma=limit_ma)
        bench.does(outlet, lambda: _draw_more(car, over_ma))
        outlet.run(60_000)
        return int(not outlet.closed)

    return measure


def _following(bench: Bench, follow_ms: int) -> Car:
    car = bench.car()
    car.follow_ms = follow_ms
    return car


def _slow(bench: Bench) -> int:
    """Charges that end though the vehicle follows a reduction within its 5 s."""
    outlet = bench.charging(_following(bench, 4_500))
    bench.does(outlet, limit(outlet, 6_000))
    outlet.run(20_000)
    return int(not outlet.closed)


def _never_follows(bench: Bench) -> float:
    outlet = bench.charging(_following(bench, 1 << 30))
    return bench.opens(outlet, limit(outlet, 6_000), 60_000)


def _cable(bench: Bench) -> float:
    """1.3 times the rating of the cable, and a little."""
    car = bench.car(max_ma=80_000, up_ma_s=1_000_000)
    outlet = bench.charging(car, limit_ma=32_000)
    return bench.opens(outlet, lambda: _draw_more(car, 10_000), 90_000) / 1_000


def _stale(bench: Bench) -> float:
    """From the last reading of a meter that the settings require to steady +12 V."""
    outlet = bench.charging(metered=True)
    ring1 = outlet.ring1
    last = ring1.slot(outlet.world)
    outlet.urgent = True

    def silent() -> None:
        ring1.slot = lambda world: last

    return bench.takes(outlet, silent, lambda: outlet.guard.duty == 10_000, 60_000)


_RULE = "GB/T A.3.10.9"

ROWS = (
    Row(
        "overcurrent-16-a",
        _RULE,
        "16 A offered, 2.1 A more drawn: open after 5 s and within the next 5",
        between(5_000, 10_000, "ms"),
        _trips(16_000, 2_100),
        phases_us=ROUND,
        corners=_CASES,
    ),
    Row(
        "overcurrent-6-a",
        _RULE,
        "6 A offered, 2.1 A more drawn: open after 5 s and within the next 5",
        between(5_000, 10_000, "ms"),
        _trips(6_000, 2_100),
    ),
    Row(
        "overcurrent-32-a",
        _RULE,
        "32 A offered, 3.3 A (10.3 %) more drawn: open after 5 s and within the next 5",
        between(5_000, 10_000, "ms"),
        _trips(32_000, 3_300),
    ),
    Row(
        "overcurrent-borne-16-a",
        _RULE,
        "16 A offered, 1.9 A more drawn: borne",
        never("endings"),
        _bears(16_000, 1_900),
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "overcurrent-borne-32-a",
        _RULE,
        "32 A offered, 3.1 A (9.7 %) more drawn: borne",
        never("endings"),
        _bears(32_000, 3_100),
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "overcurrent-follows",
        "seq. 6; GB/T A.3.10.9",
        "A vehicle that takes 4.5 s to follow is borne",
        never("endings"),
        _slow,
    ),
    Row(
        "overcurrent-never-follows",
        "seq. 6; GB/T A.3.10.9",
        "A vehicle that does not follow from 16 to 6 A: open after its 5 s, 5 more, and within "
        "the next 5",
        between(10_000, 15_000, "ms"),
        _never_follows,
        phases_us=ROUND,
        corners=_CASES,
    ),
    Row(
        "overcurrent-cable",
        "GB/T 13.2",
        "1.3 times the cable's rating drawn: open",
        at_most(60, "s"),
        _cable,
        corners=ONLY_NOMINAL,
    ),
    Row(
        "meter-silent",
        "-",
        "A required meter is silent: X1",
        at_most(12_000, "ms", ours=True),
        _stale,
        phases_us=ROUND,
        corners=_CASES,
    ),
)
