"""The pilot as an oscilloscope shows it."""

import pytest
from demo.waveform import AXIS, PERIODS, row_of, waveform
from hypothesis import given
from hypothesis import strategies as st


def test_a_third_of_the_time_at_6_v_and_the_rest_at_minus_12_v():
    assert waveform(6_000, -12_000, 3_333, 24) == [
        "                        ",
        "                        ",
        "  ┌───┐       ┌───┐     ",
        "  │   │       │   │     ",
        "  │   │       │   │     ",
        "  │   │       │   │     ",
        "  │   │       │   │     ",
        "  │   │       │   │     ",
        "──┘   └───────┘   └─────",
    ]


@pytest.mark.parametrize(("duty", "mv"), [(10_000, 8_979), (0, -12_000)])
def test_a_steady_pilot_is_a_flat_line(duty: int, mv: int):
    rows = waveform(mv, mv, duty, 20)
    assert rows.pop(row_of(mv)) == "─" * 20
    assert all(not row.strip() for row in rows)


@pytest.mark.parametrize(
    ("letter", "mv"),
    [("A", 12_000), ("B", 8_979), ("C", 5_995), ("D", 3_100), ("E", 0), ("F", -12_000)],
)
def test_each_nominal_state_has_its_row(letter: str, mv: int):
    assert AXIS[row_of(mv)].endswith(letter)


@given(
    st.integers(-15_000, 15_000),
    st.integers(-15_000, 15_000),
    st.integers(0, 10_000),
    st.integers(20, 200),
)
def test_whatever_the_pilot_does_the_picture_keeps_its_size(
    high_mv: int, low_mv: int, duty: int, width: int
):
    rows = waveform(high_mv, low_mv, duty, width)
    assert len(rows) == len(AXIS)
    assert all(len(row) == width for row in rows)


@given(st.integers(1, 9_999), st.integers(20, 200))
def test_an_oscillating_pilot_shows_both_plateaus_in_each_period(duty: int, width: int):
    rows = waveform(9_000, -12_000, duty, width)
    assert rows[row_of(9_000)].count("┌") >= PERIODS
    assert rows[row_of(-12_000)].count("└") >= PERIODS - 1
