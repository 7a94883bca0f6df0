"""Every change of a schedule and every time to be ready by in two years, against zoneinfo."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from pilotwire.power import schedule
from pilotwire.power.plan import next_time
from pilotwire.zone import parse
from zones.changes import changes, minutes_of
from zones.compiler import rule_text, zone_info

ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/Santiago",  # at midnight, and in the south
    "Australia/Lord_Howe",  # half an hour
    "Asia/Jerusalem",  # on a Friday
    "Africa/Cairo",  # the last hour of a Thursday comes twice
    "Pacific/Auckland",
    "Asia/Kathmandu",  # 5:45, and no change
)
FIRST, LAST = date(2027, 1, 1), date(2029, 1, 1)
MINUTES = (0, 15, 30, 59, 60, 90, 119, 120, 150, 179, 180, 420, 1_380, 1_410, 1_439)
SCHEDULE = {
    "windows": [
        [127, 1_410, 30, 6_000],
        [127, 60, 150, 8_000],
        [112, 150, 165, 10_000],
        [96, 165, 240, 12_000],
        [31, 170, 200, 14_000],
        [31, 960, 1_320, 0],
        [127, 1_390, 1_410, 15_000],
    ],
    "otherwise_ma": 16_000,
    "dates": [
        [20270101, 20270101, 0, 1_440, 20_000],
        [20270214, 20270331, 100, 130, 21_000],
        [20270401, 20270701, 1_380, 90, 22_000],
        [20270915, 20271110, 130, 180, 23_000],
        [20280228, 20280301, 720, 719, 24_000],
        [20280310, 20280501, 1_400, 140, 25_000],
        [20280901, 20281105, 0, 150, 26_000],
        [20281231, 20281231, 1_200, 1_440, 27_000],
    ],
}


@cache
def zone(name):
    """(the firmware's rule, zoneinfo's zone, unix times at which its clock changes)."""
    since = int(datetime(2026, 11, 26, tzinfo=UTC).timestamp())
    info = zone_info(name)
    last = int(datetime(2029, 1, 2, tzinfo=UTC).timestamp())
    found = changes(minutes_of(info), since, last)
    return parse(rule_text(name, since)), info, [change.unix for change in found]


def moments(info, jumps, day, minute):
    """Unix times at which that day's clock begins to show `minute`: one, two, or the jump."""
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=info)
    both = {int(wall.replace(fold=fold).timestamp()) for fold in (0, 1)}
    shown = [unix for unix in both if datetime.fromtimestamp(unix, info) == wall]
    return sorted(shown) or [jump for jump in jumps if min(both) <= jump <= max(both)]


def days():
    return [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days)]


def number(day):
    return day.year * 10_000 + day.month * 100 + day.day


def expected_ma(wall):
    """Told from the wall, day by day, with no arithmetic of the firmware's."""
    today, minute = wall.date(), wall.hour * 60 + wall.minute
    yesterday = today - timedelta(days=1)

    def holds(starts, first, last):
        if first < last:
            return starts(today) and first <= minute < last
        return (starts(today) and minute >= first) or (starts(yesterday) and minute < last)

    for day, last_day, first, last, ma in SCHEDULE["dates"]:
        if holds(lambda on, a=day, b=last_day: a <= number(on) <= b, first, last):
            return ma
    for bits, first, last, ma in SCHEDULE["windows"]:
        if holds(lambda on, bits=bits: bits >> on.weekday() & 1, first, last):
            return ma
    return SCHEDULE["otherwise_ma"]


@pytest.mark.parametrize("name", ZONES)
def test_every_change_of_a_schedule_is_when_the_clock_on_the_wall_says(name):
    rule, info, jumps = zone(name)
    schedule.check(SCHEDULE)
    edges = {minute for row in SCHEDULE["windows"] for minute in (row[1], row[2] % 1_440)}
    edges |= {minute for row in SCHEDULE["dates"] for minute in (row[2], row[3] % 1_440)}
    times = {unix for day in days() for edge in edges for unix in moments(info, jumps, day, edge)}
    times = sorted(times | set(jumps))
    unix = times[0]
    until = ma = changed = 0
    for at in times:
        for second in (at - 1, at):
            if second < unix:
                continue
            while second >= until:  # asked when it says, and not in between
                unix = max(until, unix)
                before = ma
                ma, until = schedule.limit_at(SCHEDULE, rule, unix)
                changed += ma != before
                assert until > unix
            wall = datetime.fromtimestamp(second, info)
            assert ma == expected_ma(wall), (second, wall)
    assert changed > 4_000


@pytest.mark.parametrize("name", ZONES)
def test_every_time_to_be_ready_by_is_when_the_clock_on_the_wall_says(name):
    rule, info, jumps = zone(name)
    for minute in MINUTES:
        times = [unix for day in days() for unix in moments(info, jumps, day, minute)]
        unix = times[0] - 1
        for expected in times:
            unix = next_time(minute, rule, unix)
            wall = datetime.fromtimestamp(unix, info)
            assert unix == expected, (minute, wall)
