"""Windows, schedules and guests against zoneinfo's clock on the wall, minute by minute."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilotwire.energy import guests
from pilotwire.power import schedule
from pilotwire.windows import check, holding
from pilotwire.zone import parse
from zones.changes import changes, minutes_of
from zones.compiler import rule_text, zone_info

DAY_S = 86_400
NAMES = (
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Jerusalem",
    "Africa/Cairo",
    "Asia/Kathmandu",
)


def unix(year, month=1, day=1):
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def _zone(name):
    """(the firmware's rule, zoneinfo's zone, times around which to look closely)."""
    zone = zone_info(name)
    found = changes(minutes_of(zone), unix(2027), unix(2030))
    return parse(rule_text(name, unix(2027))), zone, [at for at, _, _ in found] or [unix(2028)]


ZONES = {name: _zone(name) for name in NAMES}

# Minutes around the usual changes are drawn more often than others.
minutes = st.integers(0, 1_439) | st.integers(0, 240) | st.integers(1_320, 1_439)
rows = st.tuples(st.integers(1, 127), minutes, minutes.map(lambda minute: minute + 1)).map(list)
windows = rows.filter(lambda row: row[1] != row[2])
limits = st.integers(0, 80_000)


def complaint(module, data):
    """What its `check` says against `data`, "" for nothing."""
    try:
        module.check(data)
    except ValueError as error:
        return str(error)
    return ""


def holds(window, wall):
    """Whether it does, told day by day and with no arithmetic of the firmware's."""
    days, first, last = window[:3]
    minute = wall.hour * 60 + wall.minute
    today, yesterday = days >> wall.weekday() & 1, days >> (wall.weekday() - 1) % 7 & 1
    if first < last:
        return bool(today and first <= minute < last)
    return bool((today and minute >= first) or (yesterday and minute < last))


@st.composite
def moments(draw):
    """(zone's name, a time that is often near a change of its clock)."""
    name = draw(st.sampled_from(NAMES))
    near = draw(st.sampled_from(ZONES[name][2]))
    return name, near + draw(st.integers(-2 * DAY_S, 2 * DAY_S) | st.integers(-8_000, 8_000))


@given(moments(), st.lists(windows, max_size=6))
def test_windows_hold_as_the_clock_on_the_wall_says(moment, drawn):
    name, at = moment
    rule, zone, _ = ZONES[name]
    check(drawn, 3)
    wall = datetime.fromtimestamp(at, zone)
    expected = [place for place, window in enumerate(drawn) if holds(window, wall)]
    assert holding(drawn, rule, at)[0] == expected


@given(moments(), st.lists(windows, max_size=4))
@settings(max_examples=50)
def test_nothing_changes_before_the_time_that_is_said(moment, drawn):
    name, at = moment
    rule, zone, _ = ZONES[name]
    found, until = holding(drawn, rule, at)
    assert at < until <= at + DAY_S
    for second in [*range(at, until, 60), until - 1]:
        wall = datetime.fromtimestamp(second, zone)
        assert [place for place, row in enumerate(drawn) if holds(row, wall)] == found, second


@pytest.mark.parametrize("name", NAMES)
def test_a_schedule_asked_from_time_to_time_is_right_in_every_minute(name):
    """Around each change of the clock in three years: a day before, a day after."""
    rule, zone, near = ZONES[name]
    data = {
        "windows": [
            [127, 1_410, 30, 6_000],
            [127, 90, 150, 8_000],
            [64, 150, 165, 10_000],
            [96, 165, 240, 12_000],
            [31, 170, 200, 14_000],
            [127, 1_395, 1_410, 15_000],
        ],
        "otherwise_ma": 0,
    }
    schedule.check(data)
    for change in near:
        until = change - DAY_S
        ma = None
        for second in range(change - DAY_S, change + DAY_S, 60):
            if second >= until:
                ma, until = schedule.limit_at(data, rule, second)
            wall = datetime.fromtimestamp(second, zone)
            expected = [row[3] for row in data["windows"] if holds(row, wall)] or [0]
            assert [ma] == expected, (second, wall)


@given(st.lists(windows, max_size=5), st.lists(limits, min_size=5, max_size=5))
@settings(deadline=None)
def test_a_schedule_is_refused_exactly_where_two_windows_hold_in_one_minute(drawn, ma):
    data = {"windows": [[*row, ma[i]] for i, row in enumerate(drawn)], "otherwise_ma": 0}
    week = [0] * (7 * 1_440)
    for days, first, last in drawn:
        for day in range(7):
            if days >> day & 1:
                for minute in range(first, last if first < last else last + 1_440):
                    week[(day * 1_440 + minute) % len(week)] += 1
    assert ("overlaps with" in complaint(schedule, data)) == (max(week) > 1)


@given(moments(), st.lists(windows, min_size=1, max_size=4), st.data())
def test_a_guest_may_charge_in_its_own_window_and_everybody_in_any(moment, drawn, data):
    name, at = moment
    rule, zone, _ = ZONES[name]
    place = data.draw(st.integers(0, len(drawn) - 1))
    file = {"tokens": [["0" * 16, 0, place]], "windows": drawn}
    guests.check(file)
    wall = datetime.fromtimestamp(at, zone)
    inside = guests.permits(file, rule, "0" * 16, at) == ""
    assert inside == holds(drawn[place], wall)
    assert guests.open_now(file, rule, at)[0] == any(holds(window, wall) for window in drawn)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner),
)
numbers = st.integers(-2, 1_500) | json_values
anything = json_values | st.lists(st.lists(numbers, min_size=3, max_size=4), max_size=4)


@given(anything, anything)
@settings(max_examples=50, deadline=None)
def test_whatever_comes_is_taken_or_refused_in_words(one, other):
    for module, keys in (
        (schedule, ("windows", "otherwise_ma")),
        (guests, ("windows", "tokens")),
    ):
        for data in (one, dict(zip(keys, (one, other), strict=True))):
            assert len(complaint(module, data)) < 80
