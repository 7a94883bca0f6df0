"""Random scenarios, for Hypothesis: plants within their tolerances, and what happens to them."""

from hypothesis import strategies as st
from pilotwire.pilot import handover

from .guarded import PERMITTED
from .scenario import BREAKS, CARS, CORNERS, LIMITS_MA, PILOTS, Scenario

SETTINGS = st.fixed_dictionaries(
    {"profile": st.sampled_from(("iec61851", "gbt18487"))},
    optional={
        "lock": st.booleans(),
        "rcd_test": st.booleans(),
        "switches_phases": st.booleans(),
        "phase_pause_ms": st.sampled_from((1_000, 10_000)),
        "ventilated": st.booleans(),
        "metered": st.booleans(),
        "cable_ma": st.sampled_from((16_000, 32_000, 80_000)),
        "restart_ms": st.sampled_from((1_000, 5_000)),
        "wake": st.sampled_from((0, 1, 2)),
    },
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "make_us": st.integers(5_000, 60_000),
        "break_us": st.integers(5_000, 60_000),
        "travel_us": st.integers(50_000, 2_000_000),
        "pilot": st.integers(0, len(PILOTS) - 1),
    },
)
CABLE = st.tuples(st.sampled_from((13, 20, 32, 63)), st.integers(-30, 30))
CAR = st.tuples(st.sampled_from(tuple(CARS)), st.integers(0, len(CORNERS) - 1))
FLAGS = st.one_of(st.just(PERMITTED), st.integers(0, PERMITTED))
MA = st.sampled_from(LIMITS_MA)
LEASE = st.tuples(MA, st.sampled_from((handover.NEVER, 0, 300, 2_000, 5_000)), MA)
CONTACTS = ("cp cut", "cp short", "cp leak", "pp cut", "pp fall", "pe", "stop", "pe cable")
GLITCH = st.tuples(st.sampled_from(CONTACTS), st.integers(1, 50_000), st.integers(1, 8))
VALUES = {
    "plug": st.tuples(CAR, CABLE).map(lambda both: (*both[0], *both[1])),
    "unplug": st.none(),
    "car asks": st.booleans(),
    "break": st.sampled_from(tuple(BREAKS)),
    "mend": st.sampled_from(tuple(BREAKS)),
    "fail": st.tuples(st.sampled_from(tuple(BREAKS)), st.integers(10, 4_000)),
    "glitch": GLITCH,
    "flags": FLAGS,
    "limit": MA,
    "leases": st.lists(LEASE, min_size=1, max_size=4).map(tuple),
    "phases": st.sampled_from((0, 1, 3)),
    "clear": st.none(),
    "heat": st.sampled_from((250, 840, 850, handover.OPEN, handover.UNKNOWN)),
    "damp": st.sampled_from((500, 950, handover.SHORTED, handover.UNKNOWN)),
    "readings": st.booleans(),
    "silence": st.booleans(),
    "wait": st.none(),
}
# Short ones for what happens close together, long ones for every timer of ring 0.
PAUSES_MS = st.one_of(
    st.integers(1, 60),
    st.sampled_from((200, 500, 700, 1_000, 1_200)),
    st.sampled_from((10, 100, 300, 1_500, 2_500, 4_000, 5_200, 6_500, 10_000, 32_000)),
)


def _event(name: str) -> st.SearchStrategy[tuple]:
    us = st.one_of(st.just(0), st.integers(0, 30_000))
    return st.tuples(us, st.just(name), VALUES[name], PAUSES_MS)


# What lasts is rarer than what passes: an outlet with a fault shows little else.
NAMES = tuple(
    n for n in VALUES for _ in range(1 if n in ("break", "heat", "damp", "flags") else 3)
)
EVENTS = st.lists(st.sampled_from(NAMES).flatmap(_event), min_size=4, max_size=24).map(tuple)
SCENARIOS = st.builds(
    Scenario,
    settings=SETTINGS,
    parts=PARTS,
    car=st.one_of(st.just(("car", 0)), CAR),
    cable=CABLE,
    phase_us=st.integers(0, 9_999),
    events=EVENTS,
)
