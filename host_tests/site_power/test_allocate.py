"""What each box gets: never above a room, as fair as can be, in order where not all can go on."""

from itertools import product
from typing import NamedTuple

import numpy as np
from bench.site import building
from hypothesis import given, settings
from hypothesis import strategies as st
from site_power.allocate import Filling, Layout, allocate, order
from site_power.tree import Site
from small_sites import box, feeder, site, sites

EVERY = 10**9  # a room without end


class Case(NamedTuple):
    layout: Layout
    wants_ma: np.ndarray
    uses: np.ndarray
    room_ma: np.ndarray
    worst_room_ma: np.ndarray
    order: np.ndarray

    def allocated(self, least_ma: int = 6_000) -> list[int]:
        return allocate(*self, least_ma).tolist()

    def fits(self, ma: list[int]) -> bool:
        """Whether both sums hold; a box without a car draws nothing, but may at once."""
        drawn = np.where(self.wants_ma > 0, ma, 0)
        may = np.maximum(ma, self.layout.share_ma)
        seen = self.layout.sums(drawn, self.uses) <= self.room_ma
        worst = self.layout.sums(may) <= self.worst_room_ma
        return bool(seen.all() and worst.all())


def case(
    a_site: Site,
    wants_a: list[float],
    room_a: float = EVERY,
    worst_a: float = EVERY,
    uses: list[list[bool]] | None = None,
    first: list[int] | None = None,
) -> Case:
    layout = Layout(a_site)
    boxes, columns = len(layout.boxes), len(layout.columns)
    return Case(
        layout,
        np.array([round(a * 1_000) for a in wants_a]),
        np.ones((boxes, 3), bool) if uses is None else np.array(uses),
        np.full(columns, int(room_a * 1_000)),
        np.full(columns, int(worst_a * 1_000)),
        np.array(first or range(boxes)),
    )


@st.composite
def cases(draw: st.DrawFn, unit_ma: int, most_boxes: int) -> Case:
    """`unit_ma` 1000: as on a real site. 100: so small that every allocation can be tried."""
    real = unit_ma == 1_000
    a_site = draw(sites(most_boxes, (0, 6) if real else (0,)))
    layout = Layout(a_site)
    boxes, columns = len(layout.boxes), len(layout.columns)
    if not real:
        shares = draw(st.lists(st.sampled_from((0, 0, 200, 300)), min_size=boxes, max_size=boxes))
        layout.share_ma = np.array(shares)
    wants = st.lists(st.integers(0, 6 if not real else 33), min_size=boxes, max_size=boxes)
    wants_ma = np.array(draw(wants)) * unit_ma
    flags = st.lists(st.booleans(), min_size=3 * boxes, max_size=3 * boxes)
    uses = np.array(draw(flags)).reshape(boxes, 3)
    # The shares fit: that much a site's configuration is worth.
    own = layout.sums(layout.share_ma)
    more = st.lists(st.integers(0, 150 if real else 14), min_size=columns, max_size=columns)
    part = 100  # 0.1 A
    return Case(
        layout,
        wants_ma,
        uses,
        own + np.array(draw(more)) * part * (7 if real else 1),
        own + np.array(draw(more)) * part * (10 if real else 1),
        np.array(draw(st.permutations(range(boxes)))),
    )


def test_one_feeder_is_shared_alike_and_what_one_does_not_want_the_others_have():
    three = site([feeder("main")], [box("a"), box("b"), box("c")])
    assert case(three, [32, 32, 32], 60).allocated() == [20_000, 20_000, 20_000]
    assert case(three, [32, 10, 32], 60).allocated() == [25_000, 10_000, 25_000]
    assert case(three, [32, 0, 32], 60).allocated() == [30_000, 0, 30_000]


def test_a_box_behind_a_small_feeder_leaves_the_rest_to_the_others():
    tree = site(
        [feeder("main"), feeder("yard", "main")], [box("a"), box("b", "yard"), box("c", "yard")]
    )
    some = case(tree, [32, 32, 32], 60)
    yard = [i for i, (name, _) in enumerate(some.layout.columns) if name == "yard"]
    some.room_ma[yard] = 16_000
    assert some.allocated() == [32_000, 8_000, 8_000]


def test_cars_of_one_phase_share_only_the_phase_that_they_are_on():
    """Three cars on the first terminal of boxes with rotated phases do not meet at all."""
    rotated = [box("a", rotation=(1, 2, 3)), box("b", rotation=(2, 3, 1)), box("c", rotation=(3,))]
    first = [[True, False, False]] * 3
    some = case(site([feeder("main")], rotated), [32, 32, 32], 32, uses=first)
    assert some.allocated() == [32_000, 32_000, 32_000]
    same = [box("a"), box("b"), box("c")]
    some = case(site([feeder("main")], same), [32, 32, 32], 32, uses=first)
    assert some.allocated() == [10_700, 10_700, 10_600]
    # The worst of them would be three-phase cars: what a fuse bears for a lease holds as well.
    some = case(site([feeder("main")], rotated), [32, 32, 32], 32, 50, uses=first)
    assert some.allocated() == [16_700, 16_700, 16_600]


def test_where_not_all_can_have_6_a_the_first_in_order_do():
    three = site([feeder("main")], [box("a"), box("b"), box("c")])
    assert case(three, [32, 32, 32], 17.9, first=[2, 0, 1]).allocated() == [8_900, 0, 9_000]
    assert case(three, [32, 32, 32], 11.9, first=[1, 0, 2]).allocated() == [0, 11_900, 0]
    assert case(three, [32, 32, 32], 5.9).allocated() == [0, 0, 0]
    assert case(three, [5.9, 32, 32], 13).allocated() == [0, 6_500, 6_500]


def test_one_of_a_phase_goes_on_where_one_of_three_cannot():
    two = site([feeder("main")], [box("a"), box("b", rotation=(3,)), box("c", rotation=(1,))])
    some = case(two, [32, 32, 32], 6)
    some.room_ma[1] = 5_000
    assert some.allocated() == [0, 6_000, 6_000]


def test_a_share_is_kept_whatever_the_order_and_the_room():
    two = site([feeder("main")], [box("a", share_a=8), box("b")])
    assert case(two, [32, 32], 13.9, first=[1, 0]).allocated() == [13_900, 0]
    assert case(two, [32, 32], 14, first=[1, 0]).allocated() == [8_000, 6_000]
    assert case(two, [32, 32], -5).allocated() == [8_000, 0]
    # Without a car it draws nothing, but one may come at any time: that counts with the worst.
    assert case(two, [0, 32], 13.9).allocated() == [0, 13_900]
    assert case(two, [0, 32], 13.9, 13.9).allocated() == [0, 0]


def test_the_order_is_class_turn_need_and_then_the_longest_wait():
    ranked = [
        box(name, priority=n) for name, n in zip("abcdefg", (1, 1, 1, 1, 1, 1, 9), strict=True)
    ]
    layout = Layout(site([feeder("main")], ranked))
    served = [0, 1, 1, 0, 0, 1, 0]
    since_s = [50, 899, 900, 100, 0, 0, 0]
    need = [0, 0, 0, 0, 5, 0, 0]
    assert "".join("abcdefg"[i] for i in order(layout, served, since_s, need, 900)) == "gfbedac"


@settings(deadline=None)
@given(cases(1_000, 12))
def test_never_above_a_room_never_below_a_share_and_6_a_to_what_is_wanted(some: Case):
    got = np.array(some.allocated())
    assert some.fits(some.allocated())
    assert (got % 100 == 0).all()
    assert ((got == 0) | (got >= 6_000)).all()
    share = some.layout.share_ma
    assert (got[some.wants_ma > 0] >= share[some.wants_ma > 0]).all()
    assert (got <= np.maximum(some.wants_ma, share)).all()
    assert (got[some.wants_ma == 0] == 0).all()


@given(cases(1_000, 8), st.data())
def test_who_is_at_a_column_that_shares_overload_has_his_share(some: Case, data: st.DataObject):
    layout = some.layout
    column = data.draw(st.integers(0, len(layout.columns) - 1))
    some.worst_room_ma[column] = layout.sums(layout.share_ma)[column] - 1_000
    got = np.array(some.allocated())
    there = (layout.loads == column).any(axis=(1, 2))
    kept = np.where(some.wants_ma > 0, layout.share_ma, 0)
    assert (got == kept)[there].all()


@settings(deadline=None)
@given(cases(100, 3))
def test_every_other_way_is_less_fair(some: Case):
    """All allocations are tried. Who is served: the first in order, by whatever set is possible.

    Then: who gets more in another way takes it from one who has at most a unit more than he.
    """
    least = 2
    got = np.array(some.allocated(least * 100)) // 100
    share = some.layout.share_ma // 100
    wants = np.where(some.wants_ma > 0, np.maximum(some.wants_ma // 100, share), 0)
    ranges = [
        sorted({int(s) if w else 0, *range(max(int(s), least), int(w) + 1)})
        for s, w in zip(share, wants, strict=True)
    ]
    ways = [np.array(way) for way in product(*ranges) if some.fits([u * 100 for u in way])]
    assert any((way == got).all() for way in ways)

    def served(way: np.ndarray) -> list[bool]:
        return [bool(way[b] >= least) for b in some.order]

    assert served(got) == max(served(way) for way in ways)
    for way in ways:
        if served(way) != served(got):
            continue
        for b in np.flatnonzero(way > got):
            losing = way < got
            assert (got[losing] <= got[b] + 1).any(), (got, way)


@settings(deadline=None)
@given(cases(1_000, 12), st.data())
def test_who_is_idle_takes_nothing_from_anybody(some: Case, data: st.DataObject):
    """The others get what they would if nobody else wanted more than his share."""
    boxes = len(some.layout.boxes)
    idle = np.array(data.draw(st.lists(st.booleans(), min_size=boxes, max_size=boxes)))
    got = np.array(allocate(*some, idle=idle))
    assert some.fits(got.tolist())
    share = some.layout.share_ma
    kept = np.where(idle & (some.wants_ma > 0), np.maximum(share, 1), some.wants_ma)
    alone = np.array(some._replace(wants_ma=kept).allocated())
    assert (got[~idle] == alone[~idle]).all()
    at_least = idle & (got > share)
    assert (got[at_least] == 6_000).all()


def test_who_is_idle_has_the_least_of_what_nobody_else_wants():
    three = site([feeder("main")], [box("a"), box("b"), box("c")])
    for room_a, expected in (
        (32, [0, 32_000, 0]),
        (38, [0, 32_000, 6_000]),
        (99, [6_000, 32_000, 6_000]),
    ):
        some = case(three, [32, 32, 32], room_a, first=[2, 0, 1])
        assert allocate(*some, idle=[True, False, True]).tolist() == expected


def test_ten_thousand_boxes_take_few_rounds():
    """Each round costs a pass over all that are still open."""
    layout = Layout(building(10_000))
    room = np.where([name == "main" for name, _ in layout.columns], 50_000_000, layout.fuse_ma)
    filling = Filling(layout, layout.max_ma, np.ones((10_000, 3), bool), room, room)
    filling.admit(np.arange(10_000), 60)
    filling.fill()
    assert filling.rounds <= 12
    # What that leaves over is less than a unit of 100 mA for each, nearly everywhere.
    filled = filling.units
    filling.top_up(np.arange(10_000))
    more = filling.units - filled
    assert (more > 1).sum() < 100
