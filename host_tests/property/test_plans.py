"""Plans: against every other choice that there is, and followed to the end by a simulated car."""

import json
from itertools import combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pilotwire.pilot.handover import NO_LIMIT_MA
from pilotwire.power.plan import allowed, cheapest, check, check_prices
from pilotwire.power.planned import Planned
from pilotwire.power.schedule import check as check_schedule
from pilotwire.zone import parse

UTC = parse("")
MIDNIGHT = 1_800_230_400
W = 3_600  # a Wh each second
DAY_S = 86_400


def blocks_of(seconds):
    """[[from, until], ...] of single seconds."""
    found = []
    for second in sorted(seconds):
        if found and found[-1][1] == second:
            found[-1][1] += 1
        else:
            found.append([second, second + 1])
    return found


def starts_of(blocks, charging):
    return len(blocks) - (charging and bool(blocks) and blocks[0][0] == 0)


@st.composite
def small(draw):
    """(starts and end, costs, watts) of a dozen seconds at most."""
    lengths = draw(st.lists(st.integers(1, 3), min_size=1, max_size=7))
    assume(sum(lengths) <= 12)
    starts = [sum(lengths[:i]) for i in range(len(lengths) + 1)]
    costs = [draw(st.integers(-2, 2)) for _ in lengths]
    watts = [draw(st.sampled_from((0, 7, 7, 7))) for _ in lengths]
    return starts, costs, watts


@given(small(), st.integers(1, 12), st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_other_choice_is_cheaper_and_none_as_cheap_has_fewer_starts(times, seconds, charging):
    starts, costs, watts = times
    cost_of = {}  # of each second in which there is power
    for i, cost in enumerate(costs):
        for second in range(starts[i], starts[i + 1]):
            if watts[i]:
                cost_of[second] = cost
    found, enough = cheapest(times, seconds * 7, charging)
    assert enough == (seconds <= len(cost_of))
    taken = [second for first, last in found for second in range(first, last)]
    assert found == blocks_of(taken)
    if not enough:
        assert taken == sorted(cost_of)
        return
    best = min(
        (sum(cost_of[second] for second in choice), starts_of(blocks_of(choice), charging))
        for choice in combinations(sorted(cost_of), seconds)
    )
    assert len(taken) == seconds
    assert (sum(cost_of[second] for second in taken), starts_of(found, charging)) == best


@st.composite
def larger(draw):
    lengths = draw(st.lists(st.integers(1, 3_600), min_size=1, max_size=40))
    starts = [sum(lengths[:i]) for i in range(len(lengths) + 1)]
    costs = [draw(st.integers(-99_999, 999_999) | st.integers(0, 3)) for _ in lengths]
    watts = [draw(st.sampled_from((0, 1_380, 4_140, 11_040, 22_080))) for _ in lengths]
    return starts, costs, watts


def cost_of(times, blocks, need):
    """Of so many Ws in these blocks, the dearest left out where they give more; and what they
    give."""
    parts = []
    for i, cost in enumerate(times[1]):
        begin, end = times[0][i], times[0][i + 1]
        for first, last in blocks:
            seconds = min(last, end) - max(first, begin)
            if seconds > 0:
                parts.append((cost, seconds * times[2][i]))
    given_ws = sum(energy for _, energy in parts)
    total = 0
    for cost, energy in sorted(parts):
        total += cost * min(energy, need)
        need -= min(energy, need)
    return total, given_ws


@given(larger(), st.integers(1, 10**9), st.booleans())
def test_a_plan_is_enough_and_never_dearer_than_charging_at_once(times, need, charging):
    found, enough = cheapest(times, need, charging)
    starts, costs, watts = times
    most = sum(w * (starts[i + 1] - starts[i]) for i, w in enumerate(watts))
    assert enough == (need <= most)
    cost, given_ws = cost_of(times, found, need)
    if not enough:
        assert given_ws == most
        return
    assert need <= given_ws < need + max(watts)  # the last second may not be needed whole
    left, at_once = need, 0
    for i, w in enumerate(watts):
        energy = min(left, w * (starts[i + 1] - starts[i]))
        at_once += costs[i] * energy
        left -= energy
    assert cost <= at_once


@st.composite
def nights(draw):
    """(wish, prices, when the car comes)."""
    step_s = draw(st.sampled_from((900, 1_800, 3_600)))
    count = draw(st.integers(4, 48))
    prices = draw(
        st.lists(
            st.integers(-500, 3_000) | st.sampled_from((100, 200)),
            min_size=count,
            max_size=count,
        )
    )
    start = MIDNIGHT - draw(st.integers(0, 8)) * step_s
    comes = MIDNIGHT + draw(st.integers(0, 20_000))
    by = comes + draw(st.integers(600, DAY_S))
    wish = {"by": by, "wh": draw(st.integers(1, 60_000)), "w": W}
    return wish, {"start": start, "step_s": step_s, "prices": prices}, comes


@given(nights())
@settings(max_examples=60, deadline=None)
def test_a_car_that_follows_it_gets_its_energy_in_time_at_the_cost_that_was_planned(night):
    wish, prices, comes = night
    check(wish)
    check_prices(prices)

    def price_at(unix):
        place = (unix - prices["start"]) // prices["step_s"]
        return prices["prices"][place] if 0 <= place < len(prices["prices"]) else 1_000_000

    unix, got, paid, charging, starts = comes, 0, 0, False, 0
    late = wish["wh"] > wish["by"] - comes
    while got < wish["wh"]:
        charge = (unix - comes, got, 32_000, 690, 0, charging)
        ma, until, why, ready = allowed(wish, prices, None, None, UTC, unix, charge)
        assert unix < until
        assert (why == "late") == late, unix
        if not late:
            assert unix < ready <= wish["by"]
        starts += bool(ma) and not charging
        charging = ma == NO_LIMIT_MA
        if not charging:
            assert ma == 0
        else:
            taken = min(until - unix, wish["wh"] - got)
            paid += sum(price_at(second) for second in range(unix, unix + taken))
            got += taken
            until = unix + taken
        unix = until
    at_once = [price_at(second) for second in range(comes, comes + wish["wh"])]
    if late:
        assert unix == comes + wish["wh"]
        return
    assert unix <= wish["by"]
    best = sorted(price_at(second) for second in range(comes, wish["by"]))[: wish["wh"]]
    assert paid == sum(best) <= sum(at_once)
    seconds = range(comes, wish["by"])
    planned, _ = cheapest(
        ([*seconds, wish["by"]], [price_at(second) for second in seconds], [W] * len(seconds)),
        wish["wh"] * 3_600,
        False,
    )
    assert starts == len(planned)


slots = st.lists(st.integers(0, 3 * DAY_S), min_size=2, max_size=12, unique=True).map(sorted)
jumps = st.none() | st.integers(-DAY_S, 4 * DAY_S).map(lambda second: MIDNIGHT + second)


@given(
    nights(), slots, st.booleans(), st.lists(jumps, min_size=1, max_size=8), st.integers(0, DAY_S)
)
@settings(max_examples=60, deadline=None)
def test_what_holds_after_any_jumps_of_the_clock_is_what_the_new_time_says(
    night, times, by_slots, moments, age_s
):
    wish, prices, _ = night
    rows = [
        [MIDNIGHT + first, MIDNIGHT + last, 7_000 + i]
        for i, (first, last) in enumerate(zip(times[::2], times[1::2], strict=False))
    ]
    files = {
        "plan.json": {"slots": rows, "otherwise_ma": 6_000} if by_slots else {**wish, "by": 420},
        "prices.json": prices,
    }

    def read(name):
        return json.dumps(files[name]).encode() if name in files else b""

    charge = (age_s, 0, 32_000, 690, 0, False)
    planned = Planned(read, UTC)
    for unix in moments:
        held = planned.look(unix, None, charge), planned.why
        alone = Planned(read, UTC)
        assert held == (alone.look(unix, None, charge), alone.why), unix


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner),
)
numbers = st.integers(-2, 1_500) | st.integers(MIDNIGHT - 99, MIDNIGHT + 99) | json_values
rows = st.lists(st.lists(numbers, min_size=3, max_size=5) | numbers, max_size=4)
keys = ("slots", "otherwise_ma", "by", "wh", "w", "start", "step_s", "prices", "windows", "dates")
objects = st.dictionaries(st.sampled_from(keys), numbers | rows, max_size=4)
whole = st.one_of(
    st.fixed_dictionaries(dict.fromkeys(some, numbers | rows))
    for some in (keys[:2], keys[2:5], keys[5:8], ("windows", "otherwise_ma", "dates"))
)


def complaint(check, *data):
    """What it says against `data`, "" for nothing."""
    try:
        check(*data)
    except ValueError as error:
        return str(error)
    return ""


@given(json_values | objects | whole, st.none() | st.just(MIDNIGHT))
@settings(max_examples=300)
def test_whatever_comes_is_taken_or_refused_in_words(data, unix):
    assert len(complaint(check, data, unix)) < 120
    assert len(complaint(check_prices, data, unix)) < 120
    assert len(complaint(check_schedule, data, UTC, unix)) < 120


@given(
    nights(),
    st.lists(st.tuples(st.integers(0, 1_439), st.integers(0, 80_000)), max_size=3),
    st.integers(-DAY_S, 4 * DAY_S),
    st.integers(0, 80_000),
    st.integers(0, 1_800),
    st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_at_any_time_it_says_what_holds_and_until_when(
    night, windows, second, limit_ma, delay_s, charging
):
    wish, prices, comes = night
    begins = sorted({first for first, _ in windows})
    rows = [
        [127, first, last, ma]
        for first, last, (_, ma) in zip(begins, [*begins[1:], 1_440], windows, strict=False)
    ]
    data = {"windows": rows, "otherwise_ma": 16_000}
    check_schedule(data)
    unix = comes + second
    charge = (max(second, 0), 0, limit_ma, 690, delay_s, charging)
    for by in (wish["by"], 420):
        for schedule in (None, data):
            found = allowed({**wish, "by": by}, prices, schedule, None, UTC, unix, charge)
            ma, until, why, ready = found
            assert unix < until <= unix + DAY_S
            assert ma == (0 if why in ("waits", "done") else NO_LIMIT_MA)
            assert (ready is None) == (why in ("late", "over", "done"))
