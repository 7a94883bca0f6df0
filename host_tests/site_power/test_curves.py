"""The earliest trip: what the standards promise, and nothing more between the points."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from site_power.curves import KINDS, Heat, bearable, may_trip_s, rated_a

ratings = st.sampled_from(KINDS).flatmap(
    lambda kind: st.tuples(
        st.just(kind), st.none() | st.integers(*(a * 1_000 for a in rated_a(kind)))
    )
)


def test_a_breaker_holds_113_percent_for_its_hour_and_for_two_above_63_a():
    assert may_trip_s("B", 1.13, 63_000) == 3_600
    assert may_trip_s("C", 1.13, 80_000) == 7_200
    assert may_trip_s("B", 1.0, 63_000) == math.inf


def test_a_loaded_breaker_has_a_fifth_of_its_second_left():
    """IEC 60898-1, test c: 2.55 of the rating for 1 s, cold."""
    left = 1 - 1 / 1.13**2
    assert may_trip_s("B", 2.55, 16_000) == pytest.approx(left)
    assert may_trip_s("B", 2.56, 16_000) < 0.1
    assert may_trip_s("B", 3.01, 16_000) == 0
    assert may_trip_s("C", 5.0, 16_000) == pytest.approx(0.1 * left)
    # The heat of a second at 2.55 times the rating takes four seconds at half of that.
    assert may_trip_s("B", 1.275, 16_000) == pytest.approx(4 * left)


def test_a_fuse_holds_125_percent_for_the_conventional_time_of_its_rating():
    for fuse_a, hours in ((16, 1), (63, 1), (80, 2), (160, 2), (200, 3), (400, 3), (630, 4)):
        assert may_trip_s("gG", 1.25, fuse_a * 1_000) == hours * 3_600


def test_a_fuse_is_judged_by_its_own_gates():
    """IEC 60269-1, table 3: 290 A for 10 s at 100 A, 33 A at 16 A."""
    left = 1 - 1 / 1.25**2
    assert may_trip_s("gG", 2.9, 100_000) == pytest.approx(10 * left)
    assert may_trip_s("gG", 33 / 16, 16_000) == pytest.approx(10 * left)
    assert may_trip_s("gG", 8.2, 100_000) == pytest.approx(0.1 * left)


def test_a_rating_between_two_of_the_table_is_the_worse_of_both():
    assert may_trip_s("gG", 2.0, 112_500) == may_trip_s("gG", 2.0, 125_000)
    assert may_trip_s("gG", 2.0, 125_000) < may_trip_s("gG", 2.0, 100_000)


def test_an_unknown_rating_is_the_one_that_trips_first():
    for multiple in (1.1, 1.5, 2.0, 3.0, 8.0):
        least = min(may_trip_s("gG", multiple, a * 1_000) for a in range(16, 1_251))
        assert may_trip_s("gG", multiple) <= least


@given(ratings, st.floats(1, 20), st.floats(1, 20))
def test_more_current_never_trips_later(rating: tuple[str, int | None], one: float, two: float):
    kind, fuse_ma = rating
    assert may_trip_s(kind, min(one, two), fuse_ma) >= may_trip_s(kind, max(one, two), fuse_ma)


@given(ratings, st.floats(0.01, 20_000))
def test_what_is_bearable_does_not_trip_and_a_little_more_may(
    rating: tuple[str, int | None], seconds: float
):
    kind, fuse_ma = rating
    multiple = bearable(kind, seconds, fuse_ma)
    assert multiple >= 1
    assert may_trip_s(kind, multiple * (1 - 1e-9), fuse_ma) >= seconds * (1 - 1e-6)
    assert may_trip_s(kind, multiple * (1 + 1e-6), fuse_ma) <= seconds * (1 + 1e-6)


def test_no_more_than_the_rating_is_bearable_for_longer_than_the_conventional_time():
    assert bearable("B", 3_599, 63_000) == 1.13
    assert bearable("B", 3_600, 63_000) == 1.0
    assert bearable("B", 5_000, 80_000) == 1.13


def test_heat_adds_up_to_one_at_the_trip_and_cools_in_the_conventional_time():
    heat = Heat("B", 16_000)
    for _ in range(30):
        heat.carry(18_000, 60)
    assert heat.used == pytest.approx(0.5)
    assert heat.carry(16_000, 900) == pytest.approx(0.25)
    assert heat.carry(0, 3_600) == 0
    # Half of the time at one overload and half at another.
    heat.carry(1.275 * 16_000, may_trip_s("B", 1.275, 16_000) / 2)
    assert heat.carry(2.55 * 16_000, may_trip_s("B", 2.55, 16_000) / 2) == pytest.approx(1)
    assert Heat("B", 16_000).carry(100_000, 1e-9) == math.inf
    assert Heat("B", 16_000).carry(100_000, 0) == 0
