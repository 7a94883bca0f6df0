"""Chance: the same numbers everywhere, one stream for each purpose."""

from simulation.rng import Rng


def test_gives_these_numbers_on_every_machine():
    rng = Rng(1)
    assert [rng.below(1_000) for _ in range(8)] == [938, 830, 812, 457, 330, 334, 613, 260]


def test_streams_do_not_disturb_each_other():
    one, other = Rng(7), Rng(7)
    other.below(10)
    other.stream("b").below(10)
    assert one.stream("a").below(1 << 60) == other.stream("a").below(1 << 60)
    assert one.stream("a").below(1 << 60) != one.stream("b").below(1 << 60)


def test_stays_in_its_range_and_reaches_both_ends():
    rng = Rng(2)
    assert {rng.between(-1, 2) for _ in range(200)} == {-1, 0, 1, 2}
    assert {rng.skewed(3, 9) for _ in range(500)} == set(range(3, 10))
    assert {rng.pick("ab") for _ in range(50)} == {"a", "b"}
    assert not any(rng.chance(0) for _ in range(50))
    assert all(rng.chance(100) for _ in range(50))
