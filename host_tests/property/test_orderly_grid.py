"""Derating and the grid's care: down at once, up slowly, never above a curve."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pilotwire.pilot.handover import NO_LIMIT_MA, OPEN, SHORTED, UNKNOWN
from pilotwire.power import sites
from pilotwire.power.derating import Derating
from pilotwire.power.gridcare import Dimming, GridCare
from pilotwire.power.slopes import Ramp, along

STEP_MA = 250
LEAST_MA = 6_000
TRIP_DC = 850
NAMES = {"climate": ("standard", "tropical", "coastal"), "grid": ("eu", "gb", "cn")}
ROWS = {kind: [sites.load(kind, name, "") for name in NAMES[kind]] for kind in NAMES}

rated = st.sampled_from((6_000, 10_000, 16_000, 32_000, 63_000, 80_000))
pauses = st.integers(1, 90_000)
degrees = st.integers(-500, 1_200) | st.sampled_from((UNKNOWN, OPEN, SHORTED))
humidity = st.integers(0, 1_000) | st.sampled_from((UNKNOWN, OPEN, SHORTED))
volts = st.lists(st.none() | st.integers(0, 300_000) | st.integers(190_000, 260_000), max_size=3)
hertz = st.none() | st.integers(49_000, 50_500) | st.integers(0, 70_000)


@st.composite
def curves(draw):
    """Points by rising x, whose y all fall or all rise."""
    xs = sorted(draw(st.sets(st.integers(-1_000, 60_000), min_size=2, max_size=8)))
    ys = sorted(draw(st.lists(st.integers(0, 1_000), min_size=len(xs), max_size=len(xs))))
    if draw(st.booleans()):
        ys.reverse()
    return [list(point) for point in zip(xs, ys, strict=True)]


@given(curves(), st.integers(-2_000, 61_000), st.integers(0, 500))
def test_a_curve_is_monotone_and_within_its_points(points, x, more):
    here, further = along(points, x), along(points, x + more)
    assert min(y for _, y in points) <= here <= max(y for _, y in points)
    assert (further >= here) if points[-1][1] >= points[0][1] else (further <= here)
    for at, y in points:
        assert along(points, at) == y


def bounded(before_ma, ma, passed_ms, rise_ma, most_ma):
    """Whether `ma` is no more than `rise_ma` a minute above what was."""
    if before_ma == NO_LIMIT_MA:
        return True
    highest_ma = max(before_ma + rise_ma * passed_ms // 60_000 + STEP_MA, LEAST_MA)
    return ma <= highest_ma or (ma == NO_LIMIT_MA and highest_ma >= most_ma)


@given(
    rated,
    st.integers(10, 80_000),
    st.lists(st.tuples(pauses, st.integers(0, 90_000) | st.just(NO_LIMIT_MA)), max_size=30),
)
def test_a_ramp_is_never_above_what_is_wanted_and_never_jumps_up(most_ma, rise_ma, steps):
    now_ms = 0
    ramp = Ramp(rise_ma, most_ma, now_ms)
    for passed_ms, wanted_ma in steps:
        before_ma = ramp.ma
        now_ms += passed_ms
        ma = ramp.follow(wanted_ma, now_ms)
        assert ma <= wanted_ma or (ma == NO_LIMIT_MA and wanted_ma >= most_ma)
        assert bounded(before_ma, ma, passed_ms, rise_ma, most_ma)
        if wanted_ma <= before_ma:
            assert ma > wanted_ma - STEP_MA


@given(
    st.sampled_from(ROWS["climate"]),
    rated,
    st.lists(st.tuples(pauses, degrees, humidity, st.booleans(), st.booleans()), max_size=40),
)
@settings(deadline=None)
def test_derating_obeys_its_curves_at_once_and_stops_nothing(site, most_ma, steps):
    now_ms = 0
    derating = Derating(site, most_ma, TRIP_DC, now_ms)
    ma = NO_LIMIT_MA
    for passed_ms, dc, pm, closed, lost in steps:
        before_ma = ma
        now_ms += passed_ms
        ma = derating.look(now_ms, dc, pm, closed, lost)
        assert min(LEAST_MA, most_ma) <= ma
        assert bounded(before_ma, ma, passed_ms, site["rise_ma"], most_ma)
        assert (derating.reason == "") == (ma == NO_LIMIT_MA)
        share = 1_000
        if lost or min(dc, pm) < UNKNOWN:
            share = 0
        if dc > UNKNOWN:
            share = min(share, along(site["heat"], dc - TRIP_DC))
        if pm > UNKNOWN:
            share = min(share, along(site["damp"], pm))
        if share < 1_000 and most_ma > LEAST_MA:
            assert ma <= LEAST_MA + (most_ma - LEAST_MA) * share // 1_000


@given(
    st.sampled_from(ROWS["grid"]),
    st.sampled_from((1, 3)),
    rated,
    st.integers(0, 1_800),
    st.integers(0, 0xFFFF),
    st.booleans(),
    st.lists(st.tuples(pauses, volts, hertz, st.booleans()), max_size=40),
)
@settings(deadline=None)
def test_care_obeys_its_curves_at_once_and_returns_slowly(
    code, phases, most_ma, delay_s, random, started, steps
):
    now_ms = 0
    care = GridCare(code, phases, most_ma, delay_s, lambda _bits: random, now_ms, started)
    ma = NO_LIMIT_MA
    for passed_ms, voltage_mv, mhz, outage in steps:
        before_ma = ma
        now_ms += passed_ms
        ma = care.look(now_ms, voltage_mv, mhz, outage)
        assert bounded(before_ma, ma, passed_ms, code["rise_ma"], most_ma)
        assert (care.reason == "") == (ma == NO_LIMIT_MA)
        share = 0 if outage else 1_000
        for mv in voltage_mv[:phases]:
            if mv is not None:
                share = min(share, along(code["volts"], mv * 1_000 // code["mv"]))
        if mhz:
            share = min(share, along(code["hz"], mhz))
        if share < 1_000:
            assert ma <= most_ma * share // 1_000


@given(
    st.sampled_from(ROWS["grid"]),
    st.integers(0, 1_800),
    st.integers(0, 0xFFFF),
    st.integers(100, 1_500),
)
@settings(deadline=None)
def test_the_return_comes_after_the_wait_and_a_delay_in_range(code, delay_s, random, pause_ms):
    now_ms = 0
    care = GridCare(code, 3, 32_000, delay_s, lambda _bits: random, now_ms)
    care.look(now_ms, [code["mv"]] * 3, 45_000)
    while care.look(now_ms, [code["mv"]] * 3, 50_000) == 0:
        left_s = care.left_s()
        now_ms += pause_ms
        if left_s > 2:
            assert care.look(now_ms, [code["mv"]] * 3, 50_000) == 0
    least_s = code["back"][4]
    assert least_s * 1_000 <= now_ms <= (least_s + delay_s) * 1_000 + pause_ms


@given(
    st.integers(1_000, 50_000),
    st.sampled_from((0, 6_000, 8_000)),
    st.lists(
        st.tuples(
            pauses,
            st.booleans(),
            st.none() | st.integers(0, 2),
            st.sampled_from((1, 3)),
            volts.filter(lambda row: all(mv is None or mv > 80_000 for mv in row)),
            st.none() | st.integers(0, 86_400),
        ),
        max_size=40,
    ),
)
@settings(deadline=None)
def test_dimming_acts_at_once_and_never_below_its_setting(w, least_ma, steps):
    now_ms = 0
    rise_ma, most_ma = 1_000, 32_000
    dimming = Dimming(w, least_ma, rise_ma, most_ma, now_ms)
    ma = NO_LIMIT_MA
    for passed_ms, contact, register, phases, voltage_mv, order_s in steps:
        before_ma = ma
        now_ms += passed_ms
        if order_s is not None:
            dimming.order(now_ms, order_s)
        ma = dimming.look(now_ms, contact, register, phases, voltage_mv)
        assert ma >= least_ma
        assert bounded(before_ma, ma, passed_ms, rise_ma, most_ma)
        assert dimming.reason or ma == NO_LIMIT_MA
        if contact or register or order_s:
            row = [mv or 230_000 for mv in (voltage_mv + [None] * 3)[:phases]]
            share_ma = max(w * 1_000_000 // sum(row), least_ma)
            assert ma <= share_ma or share_ma >= most_ma


def complaint(kind, row):
    """What `sites.check` says against it, "" for nothing."""
    try:
        sites.check(kind, row)
    except ValueError as error:
        return str(error)
    return ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 90_000) | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner),
)


@given(st.sampled_from(("climate", "grid")), st.data())
def test_whatever_row_comes_is_taken_or_refused_in_words(kind, data):
    row = dict(data.draw(st.sampled_from(ROWS[kind])))
    key = data.draw(st.sampled_from([key for key in row if key != kind]))
    value = row[key]
    if isinstance(value, list) and data.draw(st.booleans()):
        value = list(value)
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(json_values)
    else:
        value = data.draw(json_values)
    row[key] = value
    refusal = complaint(kind, row)
    assert not refusal or (refusal.startswith((key, "back")) and len(refusal) < 80)
    if kind == "grid" and not refusal:
        care = GridCare(row, 3, 32_000, 0, lambda _bits: 0, 0)
        assert care.look(0, [row["mv"]] * 3, row["back"][2]) == NO_LIMIT_MA
