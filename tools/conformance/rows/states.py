"""States D, E and F (IEC 61851-1 A.5; GB/T 18487.1-2023 A.3) and the vehicle without S2."""

from pilotwire.pilot import handover
from plant import SimpleCar

from ..bench import Bench, hands_down, oscillates, sets
from ..row import BOTH, GBT, IEC, Row, at_least, at_most, never

X1 = 10_000
F = 0
_D_R2_OHM = 270


def _no_ventilation(bench: Bench) -> int:
    outlet = bench.outlet(bench.car(r2_ohm=_D_R2_OHM))
    outlet.run(20_000)
    assert not oscillates(outlet), "current offered"
    return outlet.up(handover.UP_CLOSINGS)


def _becomes_d(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world.car, r2_ohm=_D_R2_OHM))


def _d_is_none(bench: Bench) -> int:
    outlet = bench.outlet(bench.car(r2_ohm=_D_R2_OHM))
    outlet.run(20_000)
    assert "cp-short" in outlet.fault_codes, outlet.fault_codes
    return outlet.up(handover.UP_CLOSINGS)


def _in_f(bench: Bench) -> float:
    """The cover is opened for a moment, and an operator clears that at once."""
    outlet = bench.ready()
    world = outlet.world
    bench.does(outlet, sets(world, cover_open=True))
    outlet.until(lambda: outlet.guard.duty == F, 1_000)
    from_us = world.now_us
    world.cover_open = False
    for _ in range(100):
        if outlet.guard.duty != F:
            break
        hands_down(outlet, clear=outlet.ring1.clear + 1)()
        outlet.tick()
    assert outlet.guard.duty == X1, outlet
    return (world.now_us - from_us) / 1_000


def _after_f(bench: Bench) -> int:
    """Charges that did not come about after an F that has been cleared: X1 first, then A/B/C."""
    outlet = bench.ready()
    bench.does(outlet, sets(outlet.world, cover_open=True))
    outlet.until(lambda: outlet.guard.duty == F, 1_000)
    outlet.world.cover_open = False
    outlet.run(1_000)
    hands_down(outlet, clear=1)()
    outlet.until(lambda: outlet.guard.duty == X1, 1_000)
    outlet.world.car.want()
    outlet.charge()
    return int(not outlet.closed)


def _not_f(bench: Bench) -> int:
    """Ticks in F while PE is missing, which heals itself."""
    outlet = bench.charging()
    bench.does(outlet, sets(outlet.world, pe_ok=False))
    seen = []
    outlet.watchers.append(lambda: seen.append(outlet.guard.duty == F))
    outlet.run(3_000)
    return sum(seen)


def _before_closing(spoil):
    """The ms from a fault in B2 to steady +12 V; and it must not close."""

    def measure(bench: Bench) -> float:
        outlet = bench.ready()
        took = bench.takes(outlet, lambda: spoil(outlet.world), lambda: outlet.guard.duty == X1)
        outlet.world.car.want()
        outlet.run(5_000)
        assert not outlet.up(handover.UP_CLOSINGS), outlet
        return took

    return measure


def _pe(world) -> None:
    world.pe_ok = False


def _short(world) -> None:
    world.cable.cp_pe_ohm = 0


def _pp(world) -> None:
    world.cable.pp_cut = True


def _simplified(bench: Bench) -> float:
    outlet = bench.plugged(bench.car(SimpleCar, max_ma=6_000), limit_ma=32_000)
    outlet.charge()
    most = [outlet.guard.duty]
    outlet.watchers.append(lambda: most.append(outlet.guard.duty))
    outlet.run(10_000)
    return max(most) * 6


def _not_simplified(bench: Bench) -> float:
    """A vehicle with S2 is no simplified one, though it goes to C at once after a pause in B."""
    outlet = bench.charging(bench.car(max_ma=32_000), limit_ma=32_000)
    return outlet.guard.duty * 6


ROWS = (
    Row(
        "state-d-without-ventilation",
        "table A.4, state D; ventilation",
        "State D where nothing ventilates: neither offered current nor energised",
        never("closings"),
        _no_ventilation,
        IEC,
    ),
    Row(
        "state-d-while-charging",
        "table A.4, state D; ventilation",
        "C becomes D while charging, nothing ventilates: open",
        at_most(100, "ms"),
        _becomes_d,
        IEC,
    ),
    Row(
        "state-0-by-1-to-4-v",
        "GB/T 18487.1-2023 A.3",
        "1 to 4 V is state 0, not D: a fault, not energised",
        never("closings"),
        _d_is_none,
        GBT,
    ),
    Row(
        "state-0-while-charging",
        "GB/T 18487.1-2023 A.3, A.3.10.5-7",
        "To 1 to 4 V while charging: open",
        at_most(100, "ms"),
        _becomes_d,
        GBT,
    ),
    Row(
        "state-f-300-ms", "A.5.2; GB/T case C", "Least time in state F", at_least(300, "ms"), _in_f
    ),
    Row(
        "state-f-then-x1",
        "A.5.2; GB/T case C",
        "After F comes X1, the vehicle is seen, and a charge begins",
        never("missing"),
        _after_f,
    ),
    Row(
        "state-f-only-for-a-person",
        "A.5.2",
        "A fault that heals itself is X1 and not F (PE lost)",
        never("ticks in F"),
        _not_f,
    ),
    Row(
        "before-closing-pe",
        "GB/T A.3.10.12",
        "PE lost in B2: steady +12 V, and not energised",
        at_most(100, "ms"),
        _before_closing(_pe),
    ),
    Row(
        "before-closing-short",
        "GB/T A.3.10.12",
        "Pilot shorted in B2: steady +12 V, and not energised",
        at_most(100, "ms"),
        _before_closing(_short),
    ),
    Row(
        "before-closing-proximity",
        "Annex B; GB/T A.3.10.12",
        "Proximity lost in B2: steady +12 V, and not energised",
        at_most(100, "ms"),
        _before_closing(_pp),
        IEC,
    ),
    Row(
        "simplified-10-a",
        "A.2.3",
        "Offered to a vehicle without S2 (limit 32 A)",
        at_most(10_000, "mA"),
        _simplified,
        IEC,
    ),
    Row(
        "simplified-8-a",
        "GB/T 18487.1-2023 A.3.1",
        "Offered to a vehicle without S2 (limit 32 A)",
        at_most(8_000, "mA"),
        _simplified,
        GBT,
    ),
    Row(
        "not-simplified",
        "A.2.3",
        "A vehicle with S2 gets what is allowed (limit 32 A)",
        at_least(31_990, "mA", ours=True),
        _not_simplified,
        BOTH,
    ),
)
