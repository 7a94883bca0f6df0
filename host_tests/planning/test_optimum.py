"""The host's optimum against every choice, and its plans against the box's own."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilotwire.power.plan import cheapest
from planning.optimum import best, blocks
from planning.plan import Wish, at_once, cost, slots
from planning.prices import Prices

START = 1_800_230_400


def total(costs, taken, start_cost):
    starts = sum(one and not before for before, one in pairwise([False, *taken]))
    return sum(cost for cost, one in zip(costs, taken, strict=True) if one) + starts * start_cost


@given(
    st.lists(st.integers(-4, 9), min_size=1, max_size=11),
    st.integers(0, 11),
    st.sampled_from((0, 0.5, 3, 20)),
)
@settings(max_examples=200, deadline=None)
def test_is_as_cheap_as_the_best_of_all_choices(costs, wanted, start_cost):
    wanted = min(wanted, len(costs))
    taken = best(costs, wanted, start_cost)
    assert sum(taken) == wanted
    least = min(
        total(costs, [i in choice for i in range(len(costs))], start_cost)
        for choice in combinations(range(len(costs)), wanted)
    )
    assert total(costs, taken, start_cost) == least


def test_takes_the_earlier_of_what_costs_the_same():
    assert best([1, 1, 1], 2, 0.5) == [True, True, False]
    assert best([2, 1, 2], 2, 0.5) == [True, True, False]


def test_refuses_more_pieces_than_there_are():
    with pytest.raises(ValueError, match="0 to 2 pieces wanted, not 3"):
        best([1, 2], 3, 0)


def test_blocks_are_runs_of_pieces():
    assert blocks(100, [True, True, False, True]) == [[100, 700], [1_000, 1_300]]


@given(
    st.lists(st.integers(-2_000, 50_000), min_size=8, max_size=60),
    st.integers(0, 3),
    st.integers(1, 20),
    st.floats(0, 0.5),
)
@settings(max_examples=60, deadline=None)
def test_a_plan_without_a_price_of_starts_costs_what_the_boxs_own_does(
    table, skipped, pieces, start_cost
):
    prices = Prices(START, 900, table)
    begin = START + skipped * 300
    wish = Wish(begin, prices.end, pieces * 300 * 3, 10_800)
    if wish.seconds > prices.end - begin:
        return
    edges = [begin, *range(START + 900 * (1 + skipped * 300 // 900), prices.end + 1, 900)]
    costs = [prices.at(edge) for edge in edges[:-1]]
    own, _ = cheapest((edges, costs, [wish.w] * len(costs)), wish.seconds * wish.w, False)
    own_cost = sum(cost(prices, wish, first, last - first) for first, last in own)
    assert sum(slot.cost for slot in slots(prices, wish, 0)) == pytest.approx(own_cost)
    weighed = slots(prices, wish, start_cost)
    assert sum(slot.wh for slot in weighed) == pytest.approx(wish.wh)
    in_all = sum(slot.cost for slot in weighed) + len(weighed) * start_cost
    assert in_all <= own_cost + len(own) * start_cost + 1e-9
    assert in_all <= at_once(prices, wish).cost + start_cost + 1e-9


def test_of_the_last_piece_takes_only_what_is_wanted():
    prices = Prices(START, 900, [30, 10, 20, 40])
    wish = Wish(START, prices.end, 1_000 * 3, 10_800)
    (slot,) = slots(prices, wish, 0)
    assert (slot.first, slot.last, slot.wh) == (START + 900, START + 1_900, 3_000)


def test_is_at_once_where_it_cannot_be_ready():
    prices = Prices(START, 900, [30, 10])
    wish = Wish(START + 7, START + 1_000, 9_000, 10_800)
    (slot,) = slots(prices, wish, 0)
    assert (slot.first, slot.last) == (START + 7, START + 1_000)
    assert slot.wh < wish.wh
