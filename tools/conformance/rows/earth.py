"""Protective earth, residual current and its test: GB/T 18487.1-2023 A.3.10.5-7, 11.3.1;
IEC 62955.
"""

from typing import Any

from pilotwire.pilot import handover
from plant import Rcd
from plant.link import named
from ring0.guarded import Guarded

from ..bench import (
    EDGES,
    ONCE,
    ONLY_NOMINAL,
    ROUND,
    Bench,
    drops_s2,
    hands_down,
    sets,
)
from ..row import Row, at_most, between, never

_TESTED: dict[str, Any] = {"rcd_test": True}
_HOUR_MS = 3_600_000


def _pressed(outlet: Guarded) -> bool:
    return named(outlet.guard.outputs)["rcd_test"]


def _pe_lost(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world, pe_ok=False))


def _pe_in_cable(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world.cable, pe_cut=True))


def _tripped(bench: Bench) -> float:
    """From the module's output to the command; the module opens in hardware besides."""
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world, rcd_tripped=True))


def _no_hardware(bench: Bench) -> float:
    """The module's way to the coil is broken: from its output to the parting of the contacts."""
    outlet = bench.charging(world={"rcd": Rcd(opens=False)})
    world = outlet.world
    bench.does(outlet, sets(world.rcd, dc_ua=200_000))
    outlet.until(lambda: not world.poles, 1_000)
    return (world.changed_us["contacts"] - world.changed_us["rcd"]) / 1_000


def _recloses(bench: Bench) -> int:
    """Closings after a trip that has been released, in 10 minutes."""
    outlet = bench.charging()
    bench.opens(outlet, sets(outlet.world, rcd_tripped=True))
    outlet.run(1_000)
    outlet.world.rcd_tripped = False
    outlet.run(120_000)
    return outlet.up(handover.UP_CLOSINGS) - 1


def _new_session(bench: Bench) -> int:
    """Charges that do not come about after unplugging, or after an operator's command."""
    outlet = bench.charging()
    bench.opens(outlet, sets(outlet.world, rcd_tripped=True))
    outlet.world.rcd_tripped = False
    outlet.run(1_000)
    hands_down(outlet, clear=1)()
    outlet.charge()
    return int(outlet.up(handover.UP_CLOSINGS) != 2)


def _each_session(bench: Bench) -> int:
    """Sessions of three whose first closing had no test of their own before it."""
    outlet = bench.outlet(**_TESTED)
    world = outlet.world
    cable = world.cable or bench.cable()
    presses: list[int] = []
    was = [False]

    def watch() -> None:
        now = _pressed(outlet)
        if now and not was[0]:
            presses.append(outlet.up(handover.UP_CLOSINGS))
        was[0] = now

    outlet.watchers.append(watch)
    outlet.run(6_000)
    for _ in range(3):
        bench.does(outlet, lambda: world.plug(cable, bench.car()))
        outlet.until(lambda: outlet.closed, 30_000)
        bench.does(outlet, drops_s2(outlet))
        outlet.until(lambda: not outlet.closed, 1_000)
        world.unplug()
        outlet.run(8_000)
    return len({0, 1, 2} - set(presses))


def _never_closed(bench: Bench) -> int:
    """Ticks of a test with the contactor closed."""
    outlet = bench.outlet(bench.car(), **_TESTED)
    seen = []
    outlet.watchers.append(lambda: seen.append(_pressed(outlet) and outlet.world.poles != 0))
    outlet.charge()
    return sum(seen)


def _dead(bench: Bench) -> int:
    """Closings with a module that does not trip when it is tested."""
    rcd = Rcd()
    rcd.dead = True
    outlet = bench.outlet(bench.car(), world={"rcd": rcd}, **_TESTED)
    outlet.run(30_000)
    assert "rcd-test" in outlet.fault_codes, outlet
    assert outlet.guard.duty == 0, "state F was expected"
    return outlet.up(handover.UP_CLOSINGS)


def _stays(bench: Bench) -> int:
    """Closings with a module that stays tripped after its test."""
    outlet = bench.outlet(bench.car(), world={"rcd": Rcd(test_off_us=1 << 60)}, **_TESTED)
    outlet.run(30_000)
    assert "rcd-test" in outlet.fault_codes, outlet
    return outlet.up(handover.UP_CLOSINGS)


def _pulse(bench: Bench) -> float:
    outlet = bench.outlet(bench.car(), **_TESTED)
    outlet.until(lambda: _pressed(outlet), 30_000)
    from_us = outlet.world.now_us
    outlet.until(lambda: not _pressed(outlet), 30_000)
    return (outlet.world.now_us - from_us) / 1_000


def _leap(outlet: Guarded, ms: int) -> None:
    """Let `ms` pass in ticks of 10 s each: hours, in which nothing happens."""
    world = outlet.world
    for _ in range(ms // 10_000):
        world.advance(world.now_us + 10_000_000)
        world.sample(outlet.inputs)
        outlet.guard.tick(10_000, outlet.inputs, outlet.ring1.slot(world))
        world.set_outputs(outlet.guard.duty, outlet.closed, **named(outlet.guard.outputs))
    outlet._next_us = world.now_us


def _idle_day(bench: Bench) -> float:
    """Hours from the test of a session to the next one, with nobody there."""
    outlet = bench.plugged(bench.car(asks=False), **_TESTED)
    outlet.until(lambda: _pressed(outlet), 30_000)
    at_us = outlet.world.now_us
    outlet.run(10_000)
    outlet.world.unplug()
    return _next_test(outlet, at_us)


def _day_of_charging(bench: Bench) -> float:
    """Hours from the test before a charge to the next one, while the charge goes on."""
    outlet = bench.outlet(bench.car(), **_TESTED)
    outlet.until(lambda: _pressed(outlet), 30_000)
    at_us = outlet.world.now_us
    outlet.charge()
    hours = _next_test(outlet, at_us)
    outlet.charge()
    return hours


def _next_test(outlet: Guarded, at_us: int) -> float:
    _leap(outlet, 23 * _HOUR_MS + 54 * 60_000)
    outlet.until(lambda: _pressed(outlet), _HOUR_MS)
    return round((outlet.world.now_us - at_us) / 3.6e9, 3)


ROWS = (
    Row(
        "pe-lost",
        "GB/T A.3.10.5-7",
        "PE of the installation is lost: open",
        at_most(100, "ms"),
        _pe_lost,
    ),
    Row(
        "pe-lost-in-cable",
        "GB/T A.3.10.5-7; seq. 2.2",
        "PE breaks in the cable, the pilot loses its way back: open",
        at_most(100, "ms"),
        _pe_in_cable,
    ),
    Row(
        "rcd-trip",
        "IEC 62955; GB/T 11.3.1",
        "The module trips: the firmware opens too, without a debounce",
        at_most(15, "ms", ours=True),
        _tripped,
    ),
    Row(
        "rcd-trip-without-hardware",
        "IEC 62955; GB/T 11.3.1",
        "The module's way to the coil is broken: contacts parted, 15 ms of the contactor in it",
        at_most(100, "ms", ours=True),
        _no_hardware,
    ),
    Row(
        "rcd-latched",
        "country rules: CH, DK, GB, FR",
        "Energised again by itself after a trip, in 2 minutes",
        never("closings"),
        _recloses,
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "rcd-operator",
        "IEC 62955; GB/T 11.3.1",
        "An operator's command ends a trip",
        never("missing"),
        _new_session,
        corners=ONLY_NOMINAL,
    ),
    Row(
        "rcd-test-each-session",
        "IEC 62955, test",
        "Tested before the first closing of each session",
        never("without"),
        _each_session,
        corners=EDGES,
    ),
    Row(
        "rcd-test-open",
        "IEC 62955, test",
        "The contactor is closed during the test",
        never("ticks"),
        _never_closed,
    ),
    Row(
        "rcd-test-pulse",
        "IEC 62955, test",
        "Length of the test pulse",
        between(30, 1_200, "ms"),
        _pulse,
        phases_us=ROUND,
        corners=ONLY_NOMINAL,
    ),
    Row(
        "rcd-test-dead",
        "IEC 62955, test",
        "The test does not trip: state F, not energised",
        never("closings"),
        _dead,
        phases_us=ONCE,
    ),
    Row(
        "rcd-test-stays",
        "IEC 62955, test",
        "The trip of the test does not end: not energised",
        never("closings"),
        _stays,
        phases_us=ONCE,
    ),
    Row(
        "rcd-test-24-h",
        "IEC 62955, test",
        "Between two tests of an idle box",
        at_most(24, "h"),
        _idle_day,
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "rcd-test-24-h-charging",
        "IEC 62955, test",
        "Between two tests in a session without an end (it pauses for the test)",
        at_most(24, "h"),
        _day_of_charging,
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
)
