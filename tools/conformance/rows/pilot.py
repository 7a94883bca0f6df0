"""Diode check and closed loop of the generator: IEC 61851-1 A.2.2, table A.2; GB/T A.3."""

from pilotwire.pilot import handover
from ring0.guarded import Guarded

from ..bench import FAST, NOMINAL, ONCE, ONLY_NOMINAL, Bench, oscillates, sets
from ..row import Row, at_most, never

X1 = 10_000


def _no_diode(bench: Bench) -> int:
    car = bench.car()
    car.diode_shorted = True
    outlet = bench.outlet(car)
    outlet.run(20_000)
    assert "diode" in outlet.fault_codes, outlet.fault_codes
    return outlet.up(handover.UP_CLOSINGS)


def _withdraws(bench: Bench) -> float:
    """From the first oscillation to X1."""
    car = bench.car()
    car.diode_shorted = True
    outlet = bench.plugged(car)
    outlet.until(lambda: oscillates(outlet), 1_000)
    at_us = outlet.world.now_us
    outlet.until(lambda: not oscillates(outlet), 1_000)
    return (outlet.world.now_us - at_us) / 1_000


def _breaks(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world.car, diode_shorted=True))


def _latched(bench: Bench) -> int:
    """Closings after a diode that comes back, with the vehicle still there."""
    outlet = bench.charging()
    bench.opens(outlet, sets(outlet.world.car, diode_shorted=True))
    outlet.world.car.diode_shorted = False
    outlet.run(30_000)
    return outlet.up(handover.UP_CLOSINGS) - 1


def _low_plateau(from_mv: int, to_mv: int, good: bool):
    """Low plateaus of a range that are judged wrongly, in steps of 500 mV and at the last."""

    def measure(bench: Bench) -> int:
        wrong = 0
        for mv in (*range(from_mv, to_mv, 500), to_mv):
            outlet = bench.ready()
            bench.does(outlet, sets(outlet.world.pilot, low_mv=mv))
            outlet.run(200)
            wrong += bool(outlet.fault_codes) == good
        return wrong

    return measure


def _opens_on(**fault):
    def measure(bench: Bench) -> float:
        outlet = bench.charging()
        return bench.opens(outlet, sets(outlet.world.pilot, **fault))

    return measure


def _generator(outlet: Guarded) -> None:
    assert "generator" in outlet.fault_codes, outlet


def _off(bench: Bench) -> float:
    """A duty 1.1 percentage points too high: a vehicle would read too much."""
    outlet = bench.charging()
    took = bench.opens(outlet, sets(outlet.world.pilot, duty_error=110))
    outlet.run(30)
    _generator(outlet)
    return took


def _tolerated(bench: Bench) -> int:
    """Charges that end though the duty is within what a vehicle must accept."""
    wrong = 0
    for error in (-50, 50):
        outlet = bench.charging()
        bench.does(outlet, sets(outlet.world.pilot, duty_error=error))
        outlet.run(2_000)
        wrong += not outlet.closed
    return wrong


def _unasked(bench: Bench) -> float:
    """It oscillates though X1 is commanded."""
    outlet = bench.outlet(bench.car(asks=False))
    outlet.ring1.flags = 0
    outlet.run(1_000)
    act = sets(outlet.world.pilot, stuck_duty=2_666)
    took = bench.takes(outlet, act, lambda: "generator" in outlet.fault_codes, 1_000)
    outlet.world.car.want()
    outlet.run(3_000)
    assert not outlet.up(handover.UP_CLOSINGS), outlet
    return took


_OURS = at_most(100, "ms", ours=True)

ROWS = (
    Row(
        "diode-before-closing",
        "A.2.2; GB/T A.3",
        "Low plateau not at -12 V behind the vehicle (no diode): not energised",
        never("closings"),
        _no_diode,
    ),
    Row(
        "diode-then-x1",
        "A.2.2; GB/T A.3.10.12",
        "No diode, seen in B2: steady +12 V after the oscillator's start",
        at_most(100, "ms"),
        _withdraws,
    ),
    Row("diode-while-charging", "A.2.2", "The diode fails while charging: open", _OURS, _breaks),
    Row(
        "diode-latched",
        "A.2.2",
        "Energised again before the vehicle has left",
        never("closings", ours=True),
        _latched,
    ),
    Row(
        "low-plateau-good",
        "A.2.2; table A.4",
        "Low plateau from -13 to -11 V is good",
        never("faults"),
        _low_plateau(-13_000, -11_000, True),
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "low-plateau-high",
        "A.2.2; table A.4",
        "Low plateau above -10 V is a fault",
        never("unseen"),
        _low_plateau(-9_900, -4_000, False),
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "low-plateau-low",
        "table A.4",
        "Low plateau below -13 V is a fault",
        never("unseen"),
        _low_plateau(-14_500, -13_100, False),
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "generator-too-high",
        "table A.4",
        "High plateau above +13 V (vehicle in C sees 8 V): open",
        _OURS,
        _opens_on(high_mv=17_000),
        corners=(NOMINAL,),
    ),
    Row(
        "generator-off",
        "tables A.7, A.8; GB/T table A.2",
        "Duty at the pin 1.1 pp beyond the command: open, a fault of its own",
        _OURS,
        _off,
    ),
    Row(
        "generator-tolerated",
        "GB/T table A.2",
        "Duty at the pin 0.5 pp off is no fault",
        never("endings"),
        _tolerated,
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "generator-steady",
        "table A.4",
        "The oscillator stops by itself: open",
        _OURS,
        _opens_on(stuck_duty=X1),
        phases_us=FAST,
    ),
    Row(
        "generator-unasked",
        "table A.4",
        "It oscillates unasked: a fault, not energised",
        _OURS,
        _unasked,
    ),
)
