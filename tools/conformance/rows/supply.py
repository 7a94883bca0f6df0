"""Undervoltage, overvoltage, a missing phase, and the return of the mains: all numbers ours."""

from pilotwire.pilot import handover

from ..bench import ONCE, ONLY_NOMINAL, ROUND, Bench, sets, since_ms
from ..row import Row, at_least, at_most, never

_MS = at_most(5_000, "ms", ours=True)


def _opens_on(code: str, **fault):
    def measure(bench: Bench) -> float:
        outlet = bench.charging()
        took = bench.opens(outlet, sets(outlet.world.mains, **fault))
        outlet.run(30)
        assert code in outlet.fault_codes, outlet
        return took

    return measure


def _sag(bench: Bench) -> int:
    """Charges that a sag to 70 % for 1 s ends."""
    outlet = bench.charging()
    bench.does(outlet, sets(outlet.world.mains, scale_pm=(700, 700, 700)))
    outlet.run(1_000)
    outlet.world.mains.scale_pm = (1_000, 1_000, 1_000)
    outlet.run(10_000)
    return int(outlet.up(handover.UP_CLOSINGS) != 1 or not outlet.closed)


def _returns(mains_ms: int):
    """From the return of the mains to the next closing."""

    def measure(bench: Bench) -> float:
        outlet = bench.outlet(bench.car(), mains_ms=mains_ms)
        outlet.charge(120_000)
        world = outlet.world
        bench.opens(outlet, sets(world.mains, outage=True))
        outlet.run(10_000)
        bench.does(outlet, sets(world.mains, outage=False))
        outlet.until(lambda: outlet.closed, 600_000)
        return since_ms(outlet, "mains")

    return measure


def _out_of_range(bench: Bench) -> int:
    """Closings at a voltage that is out of range from the start."""
    closings = 0
    for scale_pm in (790, 1_160):
        outlet = bench.outlet(bench.car())
        outlet.world.mains.scale_pm = (scale_pm, scale_pm, scale_pm)
        outlet.run(20_000)
        closings += outlet.up(handover.UP_CLOSINGS)
    return closings


ROWS = (
    Row(
        "undervoltage",
        "-",
        "All phases at 79 %: open",
        _MS,
        _opens_on("undervoltage", scale_pm=(790, 790, 790)),
        phases_us=ROUND,
        corners=ONLY_NOMINAL,
    ),
    Row(
        "overvoltage",
        "-",
        "One phase at 116 %: open",
        _MS,
        _opens_on("overvoltage", scale_pm=(1_000, 1_160, 1_000)),
        phases_us=ROUND,
        corners=ONLY_NOMINAL,
    ),
    Row(
        "phase-loss",
        "-",
        "One of three phases is missing: open",
        _MS,
        _opens_on("phase-loss", outages=(False, True, False)),
        phases_us=ROUND,
        corners=ONLY_NOMINAL,
    ),
    Row(
        "outage",
        "-",
        "All phases are missing: open",
        _MS,
        _opens_on("undervoltage", outage=True),
        corners=ONLY_NOMINAL,
    ),
    Row(
        "sag",
        "-",
        "A sag to 70 % for a second ends no charge",
        never("endings", ours=True),
        _sag,
        corners=ONLY_NOMINAL,
    ),
    Row(
        "out-of-range",
        "-",
        "Energised at 79 or at 116 % of the voltage",
        never("closings", ours=True),
        _out_of_range,
        corners=ONLY_NOMINAL,
    ),
    Row(
        "mains-return-5-s",
        "-",
        "From the return of the mains to closing, setting 5 s",
        at_least(5_000, "ms", ours=True),
        _returns(5_000),
        corners=ONLY_NOMINAL,
    ),
    Row(
        "mains-return-60-s",
        "-",
        "From the return of the mains to closing, setting 60 s",
        at_least(60_000, "ms", ours=True),
        _returns(60_000),
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
)
