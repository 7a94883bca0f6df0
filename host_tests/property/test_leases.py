"""Whatever sources grant, withdraw and forget: ring 0 enforces the least of what still holds."""

from array import array
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from pilotwire.pilot import handover
from pilotwire.pilot.handover import NEVER, NO_LIMIT_MA
from pilotwire.pilot.limits import Limits
from pilotwire.power.leases import SOURCES, Leases

BOX_MA = 32_000
TICK_MS = 50
CONTROL_MS = 250
LATE_MS = 1_000  # the most by which an expiry may come late
RAMP_STEP_MS = 10_000
RAMP_LATE_MS = 3_000  # ring 1 held up: ring 0 jumps to its end then
DYING = ("grid", "site", "operator", "local", "solar")
OWNERS = SOURCES[SOURCES.index("schedule") :]


@dataclass
class Granted:
    ma: int
    at_ms: int
    ttl_ms: int
    fallback_ma: int
    ramp_ma_min: int

    def range_ma(self, now_ms: int) -> tuple[int, int]:
        """The least and the most that it may allow at that time."""
        if self.ttl_ms == NEVER or now_ms < self.at_ms + self.ttl_ms:
            return self.ma, self.ma
        late_ms = now_ms - self.at_ms - self.ttl_ms
        if not self.ramp_ma_min or self.ma <= self.fallback_ma:
            both = (self.ma, self.fallback_ma) if late_ms < LATE_MS else (self.fallback_ma,)
            return min(both), max(both)
        # A step each 10 s, the first at once; without ring 1 it may end at any time.
        steps = (late_ms - LATE_MS - RAMP_LATE_MS) // RAMP_STEP_MS + 1
        down_ma = max(steps, 0) * self.ramp_ma_min * RAMP_STEP_MS // 60_000
        return self.fallback_ma, max(self.ma - down_ma, self.fallback_ma)


amounts = st.sampled_from((0, 6_000, 8_000, 10_000, 16_000, 20_000, 32_000))
grants = st.tuples(
    st.sampled_from(DYING),
    amounts,
    st.integers(1, 40).map(lambda s: s * 1_000),
    amounts,
    st.sampled_from((0, 0, 1_000, 6_000)),
)
for_good = st.tuples(st.sampled_from(SOURCES[1:]), amounts)
orders = st.one_of(grants, for_good, st.sampled_from(SOURCES[1:]), st.booleans())
steps = st.lists(
    st.tuples(orders, st.integers(1, 60_000 // TICK_MS), st.booleans()), min_size=1, max_size=12
)


@settings(max_examples=150, deadline=None)
@given(steps=steps)
def test_the_limit_in_force_is_the_least_of_all_that_live_also_while_ring_1_stands_still(steps):
    now_ms = 0
    leases = Leases(BOX_MA, lambda: now_ms)
    down = array("i", [0] * handover.N_DOWN)
    limits = Limits(down)
    truth = {"box": Granted(BOX_MA, 0, NEVER, NO_LIMIT_MA, 0)}
    for order, ticks, blocked in steps:
        if isinstance(order, bool):
            leases.override = order
        elif isinstance(order, str):
            leases.withdraw(order)
            truth.pop(order, None)
        else:
            leases.grant(*order)
            source, ma, ttl_ms, fallback_ma, ramp_ma_min = (*order, NEVER, NO_LIMIT_MA, 0)[:5]
            truth[source] = Granted(ma, now_ms, ttl_ms, fallback_ma, ramp_ma_min)
        for tick in range(ticks):
            if not tick or (not blocked and tick * TICK_MS % CONTROL_MS == 0):
                leases.fill(down)
                limits.renew()
            counted = [
                granted.range_ma(now_ms)
                for source, granted in truth.items()
                if not (leases.override and source in OWNERS)
            ]
            least, most = (min(ends) for ends in zip(*counted, strict=True))
            assert least <= limits.limit_ma <= most, (now_ms, truth)
            now_ms += TICK_MS
            limits.step(TICK_MS)
