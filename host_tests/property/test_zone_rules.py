"""Any rule whose changes lie two months apart, in any year to 2100, against a calendar."""

import calendar
from datetime import UTC, datetime, timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st
from pilotwire.zone import local, offset, parse

DAY_S = 86_400
WIDEST = (2, 1, 0, -10_020), (11, 5, 6, 10_020)  # the ends of what is taken

offsets = st.integers(-840, 840)
minutes = st.integers(0, 1_440) | st.integers(-10_020, 10_020)
changes = st.tuples(st.integers(2, 11), st.integers(1, 5), st.integers(0, 6), minutes)
years = st.integers(2024, 2100)


def moment(year, change, before):
    """The unix time of a change in `year`, where the clock is `before` minutes east of UTC."""
    month, week, weekday, minute = change
    days = [
        day
        for row in calendar.Calendar(firstweekday=6).monthdatescalendar(year, month)
        for column, day in enumerate(row)
        if day.month == month and column == weekday
    ]
    day = days[min(week, len(days)) - 1]
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute - before)
    return int(at.timestamp())


@given(offsets, offsets, changes, changes, years, st.integers(0, 365 * DAY_S - 1))
@example(0, 60, *WIDEST, 2099, 0)
@example(0, 60, *reversed(WIDEST), 2100, 0)
@example(0, 60, (3, 1, 1, 0), (10, 1, 1, 0), 2100, 0)  # Monday, 1 March, after no 29 February
@example(-840, 840, (2, 5, 0, 0), (4, 1, 0, 0), 2100, 0)
def test_changes_when_the_calendar_says_so(standard, daylight, start, end, year, second):
    assume(abs(start[0] - end[0]) > 1)
    text = "{} {} {}.{}.{}.{} {}.{}.{}.{}".format(standard, daylight, *start, *end)
    rule = parse(text)
    begins, ends = moment(year, start, standard), moment(year, end, daylight)
    new_year = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    within = {*(new_year + day * DAY_S for day in range(365)), new_year + second}
    within |= {begins - 1, begins, ends - 1, ends}
    for unix in within:
        northern = begins <= unix < ends
        is_daylight = northern if begins < ends else not ends <= unix < begins
        minutes_east, until = offset(rule, unix)
        assert minutes_east == (daylight if is_daylight else standard), unix
        ahead = [at for at in (begins, ends) if at > unix]
        assert until == min([*ahead, unix + DAY_S]), unix


@given(offsets, st.integers(1_704_067_200, 4_133_980_800))
def test_weekday_and_minute_are_the_calendars(east, unix):
    wall = datetime.fromtimestamp(unix, UTC) + timedelta(minutes=east)
    assert local(parse(str(east)), unix) == (wall.weekday(), wall.hour * 60 + wall.minute)
