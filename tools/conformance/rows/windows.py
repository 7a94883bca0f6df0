"""Detection windows of the pilot: IEC 61851-1 table A.4; GB/T 18487.1-2023 A.3."""

from collections.abc import Callable, Iterator

from pilotwire.pilot import handover, levels
from plant import Pilot
from plant.circuit import node_mv, parallel_ohm
from ring0.guarded import Guarded

from ..bench import EVERY, ONCE, ONLY_NOMINAL, Bench, sets
from ..row import BOTH, GBT, IEC, Row, never

A, B, C, D, E, F, INVALID = range(7)
_STEP_MV = 20
_MIDDLE_MV = {A: 12_000, B: 9_000, C: 6_000, D: 3_000, E: 0, F: -12_000, INVALID: 14_000}


def _shows(outlet: Guarded, mv: int) -> int:
    """The state that a steady `mv` on the pilot is taken for."""
    outlet.world.pilot.high_mv = mv
    outlet.run(40)
    return outlet.up(handover.UP_STATE)


def _empty(bench: Bench) -> Guarded:
    outlet = bench.outlet()
    outlet.ring1.flags = 0
    outlet.world.pilot.r1_ohm = 1_000
    outlet.run(100)
    return outlet


def _is(state: int, low_mv: int, high_mv: int) -> Callable[[Bench], int]:
    """Levels from `low_mv` to `high_mv` that are not taken for `state`, whatever was before."""

    def measure(bench: Bench) -> int:
        outlet = _empty(bench)
        wrong = 0
        for before in (A, C, E):
            _shows(outlet, _MIDDLE_MV[before])
            wrong += _shows(outlet, low_mv) != state
            _shows(outlet, _MIDDLE_MV[before])
            wrong += _shows(outlet, high_mv) != state
        for mv in range(low_mv, high_mv, _STEP_MV):
            wrong += _shows(outlet, mv) != state
        return wrong

    return measure


def _keeps(
    upper: int, lower: int, low_mv: int, high_mv: int, kept: int | None = None, other: int = -1
) -> Callable[[Bench], int]:
    """Levels of the band between two windows at which the state before does not hold.

    `kept`, where only that of the two holds; `other`: what is taken where neither was before.
    """

    def measure(bench: Bench) -> int:
        outlet = _empty(bench)
        wrong = 0
        for before in (upper, lower):
            for mv in range(low_mv, high_mv + 1, 10 * _STEP_MV - 1):
                _shows(outlet, _MIDDLE_MV[before])
                wrong += _shows(outlet, mv) != (before if kept is None else kept)
        if other >= 0:
            _shows(outlet, _MIDDLE_MV[INVALID])
            wrong += _shows(outlet, (low_mv + high_mv) // 2) != other
        return wrong

    return measure


def _corner(bench: Bench) -> int:
    """States of a vehicle at this corner that are taken for another."""
    outlet = bench.outlet(bench.car(asks=False), ventilated=True)
    car = outlet.world.car
    outlet.ring1.flags = 0
    wrong = 0
    outlet.run(100)
    wrong += outlet.up(handover.UP_STATE) != levels.B
    car.s2 = True
    outlet.run(50)
    wrong += outlet.up(handover.UP_STATE) != levels.C
    if bench.profile == "iec61851":
        car.r2_ohm = 270
        car.r3_ohm = 2_740
        outlet.run(50)
        wrong += outlet.up(handover.UP_STATE) != levels.D
    outlet.world.unplug()
    outlet.run(200)
    return wrong + (outlet.up(handover.UP_STATE) != levels.A)


def _test_box(bench: Bench) -> Iterator[int]:
    """The resistors that a conformance tester applies, behind 0.7 V, to an ideal generator."""
    outlet = _empty(bench)
    source = Pilot()
    for ohm in (1_870, 2_740, 4_610):
        mv = node_mv(source.high_mv, source.r1_ohm, ohm, 700)
        yield int(_shows(outlet, mv) != B)
    for ohm in (909, 1_300, 1_723):
        load_ohm = parallel_ohm(2_740, ohm)
        mv = node_mv(source.high_mv, source.r1_ohm, load_ohm, 700)
        yield int(_shows(outlet, mv) != C)


def _glitch(bench: Bench) -> int:
    """Charges that a glitch of 9 ms on the pilot ends, once in 100 ms."""
    outlet = bench.charging()
    cable = outlet.world.cable
    for _ in range(20):
        at_us = outlet.world.now_us + bench.phase_us
        outlet.world.agenda.at(at_us, sets(cable, cp_cut=True))
        outlet.world.agenda.at(at_us + 9_000, sets(cable, cp_cut=False))
        outlet.run(100)
    return outlet.up(handover.UP_CLOSINGS) - 1 + (not outlet.closed)


def _row(name: str, volts: str, meaning: str, measure, profiles=BOTH, unverified: str = "") -> Row:
    text = f"{volts} V: {meaning}"
    return Row(
        f"window-{name}",
        "table A.4; GB/T A.3",
        text,
        never("levels"),
        measure,
        profiles,
        ONLY_NOMINAL,
        ONCE,
        unverified,
    )


_BAND = "the 1 to 2 V band is not confirmed; E, which gives less, is taken unless D was before"

ROWS = (
    _row("above", "above +13", "fault", _is(INVALID, 13_001, 15_000)),
    _row("a", "+11 to +13", "state A", _is(A, 11_000, 13_000)),
    _row("a-b", "+10 to +11", "A or B, as before", _keeps(A, B, 10_001, 10_999, other=B)),
    _row("b", "+8 to +10", "state B", _is(B, 8_000, 10_000)),
    _row("b-c", "+7 to +8", "B or C, as before", _keeps(B, C, 7_001, 7_999, other=B)),
    _row("c", "+5 to +7", "state C", _is(C, 5_000, 7_000)),
    _row("c-d", "+4 to +5", "C or D, as before", _keeps(C, D, 4_001, 4_999, other=D), IEC),
    _row("c-0", "+4 to +5", "state C (3)", _is(C, 4_001, 4_999), GBT),
    _row("d", "+2 to +4", "state D", _is(D, 2_000, 4_000), IEC),
    _row("d-e", "+1 to +2", "D or E, as before", _keeps(D, E, 1_001, 1_999, other=E), IEC, _BAND),
    _row("0", "+1 to +4", "state 0", _is(E, 1_001, 4_000), GBT),
    _row("e", "-1 to +1", "state E (0)", _is(E, -1_000, 1_000)),
    _row("invalid", "-10 to -1", "fault", _is(INVALID, -9_999, -1_001)),
    _row(
        "f-invalid",
        "-11 to -10",
        "F or fault, as before",
        _keeps(F, INVALID, -10_999, -10_000, other=INVALID),
    ),
    _row("f", "-13 to -11", "state F (4)", _is(F, -13_000, -11_000)),
    _row("below", "below -13", "fault", _is(INVALID, -15_000, -13_001)),
    Row(
        "window-corners",
        "tables A.2 to A.4",
        "States A to D (GB/T: to 3) of vehicles and generators at all corners of their tolerances",
        never("mistaken"),
        _corner,
        BOTH,
        EVERY,
        ONCE,
    ),
    Row(
        "window-test-box",
        "A.4",
        "States B and C with the resistors of a conformance tester",
        never("mistaken"),
        _test_box,
        BOTH,
        ONLY_NOMINAL,
        ONCE,
        "that 2.74 kΩ stays beside the resistor of state C is our inference",
    ),
    Row(
        "window-glitch",
        "A.4",
        "A charge goes on through glitches of 9 ms on the pilot",
        never("endings", ours=True),
        _glitch,
    ),
)
