"""How much current at which time (schedule.json, docs/clock.md). Loads on demand.

    {"windows": [[days, first, last, ma], ...], "otherwise_ma": 16000,
     "dates": [[day, last_day, first, last, ma], ...]}

Up to 16 windows of the week (windows.py), of which no two overlap, each with 0 to 80000 mA per
phase; outside of them `otherwise_ma`. That also holds while the time is unknown: whoever writes a
schedule decides there whether a box without a clock charges.

`dates`, which may be left out, are windows too, but of the days from `day` to `last_day`, such as
20261224. While one of them holds, those of the week do not count.
"""

from micropython import const

from ..windows import check as check_windows
from ..windows import holding, length_of
from ..zone import first_day, offset

_MOST_MA = const(80_000)
_DAY = const(1_440)
_KEYS = ("windows", "otherwise_ma", "dates")
_DAYS = (("day", 20_240_101, 21_001_231), ("last_day", 20_240_101, 21_001_231))


def check(data, rule=None, unix=None):
    """Raises ValueError, with the place and what is wanted there, unless `data` is a schedule.

    Where `unix` is known, no window of dates may be past; `rule` is zone.py's.
    """
    if type(data) is not dict or not all(key in _KEYS for key in data) or len(data) < 2:
        raise ValueError("schedule: an object of windows and otherwise_ma wanted")
    windows = data.get("windows")
    dates = data.get("dates", [])
    check_windows(windows, 4)
    check_windows(dates, 5, "dates", _DAYS)
    spans = []  # (day of the first start, of the last, minute, length), for each of the dates
    for place, row in enumerate(dates):
        day, last_day = number_of(row[0]), number_of(row[1])
        if not day or not last_day or day > last_day:
            raise ValueError("dates: %d: a day that there is, and one not before it" % place)
        spans.append((day, last_day, row[2], length_of(row[2], row[3])))
        if unix is not None:
            ends = last_day * _DAY + row[2] + spans[place][3]
            if ends <= unix // 60 + offset(rule, unix)[0]:
                raise ValueError("dates: %d: past" % place)
    _check_each("windows", windows, windows, _starts_in)
    _check_each("dates", dates, spans, _starts_in_span)
    otherwise_ma = data.get("otherwise_ma")
    if type(otherwise_ma) is not int or not 0 <= otherwise_ma <= _MOST_MA:
        raise ValueError("otherwise_ma: 0 to %d wanted" % _MOST_MA)


def limit_at(data, rule, unix) -> tuple:
    """(mA per phase, unix time until which they hold), of a checked schedule.

    The time is when they can change next, at most a day ahead; ask again then, and whenever the
    clock has jumped. Where `unix` is None it is None too.
    """
    if unix is None:
        return data["otherwise_ma"], None
    today = (unix // 60 + offset(rule, unix)[0]) // _DAY
    rows = []
    for day, last_day, first, last, ma in data.get("dates", ()):
        days = 0  # of this week: what started yesterday or starts today
        for number in (today - 1, today):
            if number_of(day) <= number <= number_of(last_day):
                days |= 1 << (number + 3) % 7
        rows.append([days, first, last, ma])
    rows += data["windows"]
    found, until = holding(rows, rule, unix)
    return rows[found[0]][3] if found else data["otherwise_ma"], until


def number_of(date):
    """Days from 1970 to `date` (20261224), 0 where there is no such day."""
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    if not 1 <= month <= 12:
        return 0
    number = first_day(year, month) + day - 1
    return number if day and number < first_day(year, month + 1) else 0


def _check_each(what, rows, shapes, starts_in):
    """Their currents, and that no two of them hold at once."""
    for place, row in enumerate(rows):
        if not 0 <= row[-1] <= _MOST_MA:
            raise ValueError("%s: %d: ma 0 to %d wanted" % (what, place, _MOST_MA))
        shape = shapes[place]
        for before in range(place):
            if starts_in(shape, shapes[before]) or starts_in(shapes[before], shape):
                raise ValueError("%s: %d: overlaps with %d" % (what, place, before))


def _starts_in(window, other):
    """Whether `window` starts, on any day, while `other` holds."""
    days, first, last, _ = other
    if window[1] < first:  # only on the day after
        days = days << 1 | days >> 6
    return (window[1] - first) % _DAY < length_of(first, last) and days & window[0] != 0


def _starts_in_span(span, other):
    """The same of two windows of dates, as `check` has them."""
    day, last_day, first, length = other
    after = span[2] < first
    begun = span[2] - first + after * _DAY
    return begun < length and span[0] <= last_day + after and day + after <= span[1]
