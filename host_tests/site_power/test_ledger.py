"""The most a box may draw: by what was sent and answered, and never less than it really has."""

import pytest
from site_power.ledger import Ledger
from site_power.tree import FOLLOW_S, LATE_S
from small_sites import box, feeder, site

LEASE_S = 20
LIFE_S = LEASE_S + FOLLOW_S
SITE = site([feeder("main")], [box("a", share_a=6), box("b", max_a=16)], LEASE_S)


def covering(ledger: Ledger) -> Ledger:
    """Whose word has come back: each box may have all."""
    ledger.announce({"a": 32_000, "b": 16_000}, 0)
    ledger.came_back()
    return ledger


def test_a_box_has_its_share_until_something_is_sent():
    ledger = Ledger(SITE)
    assert [ledger.bound_ma(name, 0) for name in "ab"] == [6_000, 0]


def test_what_is_sent_counts_at_once_and_its_result_ends_it_with_the_lease():
    ledger = covering(Ledger(SITE))
    ledger.sent("a", "1", 16_000, 0)
    assert ledger.bound_ma("a", 0) == 16_000
    ledger.answered("a", "1", True, 3)
    assert ledger.bound_ma("a", 3 + LIFE_S - 0.1) == 16_000
    assert ledger.bound_ma("a", 3 + LIFE_S) == 6_000


def test_a_lower_one_counts_when_the_car_has_followed_its_result():
    ledger = covering(Ledger(SITE))
    ledger.sent("a", "1", 16_000, 0)
    ledger.answered("a", "1", True, 1)
    ledger.sent("a", "2", 8_000, 10)
    assert ledger.bound_ma("a", 12) == 16_000
    ledger.answered("a", "2", True, 12)
    assert ledger.bound_ma("a", 12 + FOLLOW_S - 0.1) == 16_000
    assert ledger.bound_ma("a", 12 + FOLLOW_S) == 8_000


def test_a_later_result_of_the_same_connection_tells_of_those_before_it():
    ledger = covering(Ledger(SITE))
    ledger.sent("a", "1", 16_000, 0)
    ledger.sent("a", "2", 8_000, 1)
    ledger.answered("a", "2", True, 2)
    assert ledger.bound_ma("a", 2 + FOLLOW_S) == 8_000


def test_a_later_result_of_another_connection_does_not():
    ledger = covering(Ledger(SITE))
    ledger.sent("a", "1", 16_000, 0)
    ledger.reconnected()
    covering(ledger).sent("a", "2", 8_000, 1)
    ledger.answered("a", "2", True, 2)
    end_s = LATE_S + LIFE_S
    assert ledger.bound_ma("a", end_s - 0.1) == 16_000
    assert ledger.bound_ma("a", end_s) == 6_000


def test_what_was_answered_before_another_was_sent_is_replaced_by_it_on_any_connection():
    ledger = covering(Ledger(SITE))
    ledger.sent("a", "1", 16_000, 0)
    ledger.answered("a", "1", True, 1)
    ledger.reconnected()
    covering(ledger).sent("a", "2", 8_000, 2)
    ledger.answered("a", "2", True, 3)
    assert ledger.bound_ma("a", 3 + FOLLOW_S) == 8_000


def test_a_refused_grant_gives_nothing_and_replaces_nothing():
    ledger = covering(Ledger(SITE))
    ledger.sent("a", "1", 16_000, 0)
    ledger.sent("a", "2", 20_000, 1)
    ledger.answered("a", "2", False, 2)
    assert ledger.bound_ma("a", 2) == 16_000
    assert ledger.bound_ma("a", 2 + LIFE_S - 0.1) == 16_000
    assert ledger.bound_ma("a", 2 + LIFE_S) == 6_000


def test_a_result_that_comes_again_or_of_nobody_changes_nothing():
    ledger = covering(Ledger(SITE))
    ledger.sent("a", "1", 16_000, 0)
    ledger.answered("a", "1", True, 1)
    ledger.answered("a", "1", True, 9)
    ledger.answered("a", "7", True, 9)
    assert ledger.bound_ma("a", 1 + LIFE_S) == 6_000


def test_another_instance_takes_over_with_the_most_that_each_may_have():
    ledger = covering(Ledger(SITE))
    ledger.sent("a", "1", 16_000, 0)
    ledger.sent("b", "1", 8_000, 0)
    ledger.answered("b", "1", True, 1)
    word = ledger.announce({}, 1)
    assert word == {"a": 16_000, "b": 8_000}
    taken = Ledger(SITE)
    taken.heard(word, 100)
    covering(taken)
    taken.sent("a", "2", 6_000, 100)
    taken.answered("a", "2", True, 101)
    # What the other has sent may still be on its way.
    end_s = 100 + LATE_S + LIFE_S
    assert [taken.bound_ma(name, end_s - 0.1) for name in "ab"] == [16_000, 8_000]
    assert [taken.bound_ma(name, end_s) for name in "ab"] == [6_000, 0]


def test_who_stands_by_counts_every_word_and_the_last_anew():
    ledger = Ledger(SITE)
    ledger.heard({"a": 16_000, "b": 0}, 0)
    ledger.heard({"a": 10_000, "b": 8_000}, 50)
    assert [ledger.bound_ma(name, 60) for name in "ab"] == [16_000, 8_000]
    assert ledger.bound_ma("a", LATE_S + LIFE_S) == 10_000
    ledger.heard({"a": 10_000, "b": 8_000}, 100)
    assert ledger.bound_ma("a", 99 + LATE_S + LIFE_S) == 10_000


def test_where_the_last_word_is_missing_or_senseless_a_box_may_have_all():
    for dump in (None, {}, {"a": None, "b": "8"}, {"a": True, "b": -1}, {"a": 32_001}, [16_000]):
        taken = Ledger(SITE)
        taken.heard(dump, 0)
        assert [taken.bound_ma(name, 1) for name in "ab"] == [32_000, 16_000], dump


def test_nothing_is_sent_above_the_word_that_came_back():
    ledger = Ledger(SITE)
    assert ledger.announce({"a": 16_000}, 0) == {"a": 16_000, "b": 0}
    with pytest.raises(ValueError, match="a: 16000 mA, but our word covers 6000"):
        ledger.sent("a", "1", 16_000, 0)
    ledger.came_back()
    ledger.sent("a", "1", 16_000, 0)
    # Until the next comes back, either may be read.
    ledger.answered("a", "1", True, 0)
    ledger.sent("a", "2", 8_000, 1)
    ledger.answered("a", "2", True, 1)
    assert ledger.announce({"b": 9_000}, 1 + FOLLOW_S) == {"a": 8_000, "b": 9_000}
    assert [ledger.covered_ma(name) for name in "ab"] == [8_000, 0]
    ledger.came_back()
    assert [ledger.covered_ma(name) for name in "ab"] == [8_000, 9_000]
    # Another connection may be to a broker that knows nothing.
    ledger.reconnected()
    assert [ledger.covered_ma(name) for name in "ab"] == [6_000, 0]
