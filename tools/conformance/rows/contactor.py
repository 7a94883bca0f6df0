"""Weld, stuck contacts, restart delay, wear, and one phase or three: GB/T 18487.1-2023 7.9."""

from pilotwire.pilot import handover, signals
from plant import Contactor
from ring0.guarded import Guarded

from ..bench import (
    EDGES,
    ONCE,
    ONLY_NOMINAL,
    Bench,
    Puppet,
    drops_s2,
    hands_down,
    oscillates,
    sets,
)
from ..row import Row, at_least, at_most, between, never

X1 = 10_000


def _welds(bench: Bench) -> float:
    """The contacts weld while closed: from the command to open to state F."""
    outlet = bench.charging()
    outlet.world.contactor.welded = True
    bench.opens(outlet, drops_s2(outlet))
    from_us = outlet.world.now_us
    outlet.until(lambda: outlet.guard.duty == 0, 2_000)
    took_us = outlet.world.now_us - from_us
    outlet.run(30)
    assert "weld" in outlet.fault_codes, outlet
    return took_us / 1_000


def _welded(bench: Bench, **fault) -> int:
    """Ticks with an oscillating pilot while the contacts are welded at the start."""
    contactor = Contactor()
    sets(contactor, **fault)()
    outlet = bench.outlet(bench.car(), world={"contactor": contactor})
    seen = []
    outlet.watchers.append(lambda: seen.append(oscillates(outlet)))
    outlet.run(20_000)
    assert "weld" in outlet.fault_codes, outlet
    assert outlet.guard.duty == 0, "state F was expected"
    return sum(seen)


def _stuck(bench: Bench) -> float:
    contactor = Contactor()
    contactor.stuck_open = True
    outlet = bench.outlet(bench.car(), world={"contactor": contactor})
    outlet.until(lambda: outlet.closed, 20_000)
    from_us = outlet.world.now_us
    outlet.until(lambda: not outlet.closed, 2_000)
    outlet.run(30)
    assert "stuck-open" in outlet.fault_codes, outlet
    return (outlet.world.now_us - from_us) / 1_000


def _falls_off(bench: Bench) -> float:
    """The contactor opens by itself while charging."""
    outlet = bench.charging()
    took = bench.opens(outlet, sets(outlet.world.contactor, stuck_open=True))
    outlet.run(30)
    assert "stuck-open" in outlet.fault_codes, outlet
    return took


def _restarts(restart_ms: int):
    """From an opening to the next closing, of a vehicle that wants to go on at once."""

    def measure(bench: Bench) -> float:
        outlet = bench.charging(restart_ms=restart_ms)
        bench.opens(outlet, drops_s2(outlet))
        from_us = outlet.world.now_us
        outlet.world.car.want()
        outlet.world.car.s2 = True
        outlet.until(lambda: outlet.closed, 60_000)
        return (outlet.world.now_us - from_us) / 1_000

    return measure


def _storm(bench: Bench) -> int:
    """Most closings in any minute of three, of a vehicle that opens S2 with each closing."""
    outlet = bench.ready(bench.car(Puppet))
    car = outlet.world.car
    closings: list[int] = []
    was = [False]

    def watch() -> None:
        if outlet.closed and not was[0]:
            closings.append(outlet.world.now_us)
        was[0] = outlet.closed
        if outlet.closed == car.s2:
            car.s2 = not outlet.closed

    outlet.watchers.append(watch)
    outlet.run(180_000)
    return max(sum(at <= b < at + 60_000_000 for b in closings) for at in closings)


def _permissions(bench: Bench) -> int:
    """Closings without one of ring 1's three permissions, or with less than 6 A."""
    closings = 0
    whole = handover.FLAG_AUTHORISED | handover.FLAG_RUN | handover.FLAG_RECORDED
    for missing in (handover.FLAG_AUTHORISED, handover.FLAG_RUN, handover.FLAG_RECORDED):
        outlet = bench.outlet(bench.car())
        outlet.ring1.flags = whole & ~missing
        outlet.run(10_000)
        closings += outlet.up(handover.UP_CLOSINGS)
    outlet = bench.outlet(bench.car(), limit_ma=5_999)
    outlet.run(10_000)
    return closings + outlet.up(handover.UP_CLOSINGS)


def _switching(bench: Bench, judge) -> list[float]:
    """What `judge(outlet, ms since the contacts parted)` says of 1 to 3 phases and back."""
    first, second = Contactor.pair()
    outlet = bench.outlet(
        bench.car(), world={"contactor": first, "contactor2": second}, switches_phases=True
    )
    three = [bool(outlet.guard.outputs >> signals.OUT_THREE_PHASES & 1)]
    found: list[float] = []

    def watch() -> None:
        now = bool(outlet.guard.outputs >> signals.OUT_THREE_PHASES & 1)
        if now != three[0]:
            three[0] = now
            since_us = outlet.world.now_us - outlet.world.changed_us["contacts"]
            found.append(judge(outlet, since_us / 1_000))

    outlet.ring1.phases = 1
    outlet.charge()
    outlet.watchers.append(watch)
    for phases in (3, 1):
        bench.does(outlet, hands_down(outlet, phases=phases))
        outlet.until(lambda p=phases: outlet.up(handover.UP_PHASES) == p, 60_000)
        outlet.charge()
    assert len(found) == 2, found
    return found


def _pause(bench: Bench) -> list[float]:
    return _switching(bench, lambda outlet, ms: ms)


def _bare(bench: Bench) -> float:
    """Switched with a pilot, with poles closed or with current."""

    def judge(outlet: Guarded, ms: float) -> float:
        world = outlet.world
        return outlet.guard.duty != X1 or world.poles != 0 or max(world.current_ma()) > 0

    return sum(_switching(bench, judge))


ROWS = (
    Row(
        "weld-at-start",
        "GB/T 7.9",
        "Welded before the start: state F, no oscillator",
        never("ticks with PWM"),
        lambda bench: _welded(bench, welded=True),
        phases_us=ONCE,
    ),
    Row(
        "weld-of-one-pole",
        "GB/T 7.9",
        "One pole welded before the start: state F, no oscillator",
        never("ticks with PWM"),
        lambda bench: _welded(bench, welded_poles=1),
        phases_us=ONCE,
    ),
    Row(
        "weld-seen",
        "GB/T 7.9",
        "Welded while closed: from the opening command to state F",
        at_most(500, "ms", ours=True),
        _welds,
    ),
    Row(
        "stuck-open",
        "-",
        "The contactor does not close: command withdrawn",
        at_most(500, "ms", ours=True),
        _stuck,
    ),
    Row(
        "falls-off",
        "-",
        "The contactor opens by itself while charging: command withdrawn",
        at_most(100, "ms", ours=True),
        _falls_off,
    ),
    Row(
        "restart-1-s",
        "-",
        "Restart delay, setting 1 s",
        between(1_000, 1_500, "ms", ours=True),
        _restarts(1_000),
    ),
    Row(
        "restart-30-s",
        "-",
        "Restart delay, setting 30 s",
        between(30_000, 30_500, "ms", ours=True),
        _restarts(30_000),
        corners=ONLY_NOMINAL,
    ),
    Row(
        "closings-in-a-minute",
        "-",
        "Closings in any minute, whatever the vehicle does",
        at_most(12, "", ours=True),
        _storm,
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "permissions",
        "-",
        "Energised without authorisation, while paused, before the opening record is stored, "
        "or with less than 6 A to give",
        never("closings", ours=True),
        _permissions,
        phases_us=ONCE,
    ),
    Row(
        "phases-pause",
        "-",
        "One phase to three and back: pause with all contacts open",
        at_least(9_950, "ms", ours=True),
        _pause,
        corners=EDGES[:1],
    ),
    Row(
        "phases-bare",
        "-",
        "One phase to three and back: with pilot, contacts or current",
        never("switchings", ours=True),
        _bare,
        corners=EDGES,
    ),
)
