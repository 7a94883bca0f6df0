"""Windows of the week in local time, for schedules and guests. Loads on demand.

A window is a row: [days, first, last, ...]. `days` has a bit for each day on which it starts,
Monday 1 to Sunday 64; `first` and `last` are minutes of the day, `last` no longer in it. If that
is not after `first`, the window goes on past midnight, still that of the day before.

The clock on the wall decides: a window that starts in the hour which spring leaves out starts at
the jump, one that lies in it altogether does not come that day; what lies in the hour which autumn
repeats holds both times.
"""

from micropython import const

from .zone import local, offset

_MOST = const(16)
_DAY = const(1_440)
_TIMES = (("first", 0, _DAY - 1), ("last", 1, _DAY))


def check(rows, width, what="windows", days=(("days", 1, 127),)):
    """Raises ValueError with the place (counted from 0) unless these are at most 16 windows.

    Each is to have `width` integers, of which only the days and the two times are looked at.
    `what` they are called, and what says their days, is for windows of dates (schedule.py).
    """
    if type(rows) is not list or len(rows) > _MOST:
        raise ValueError("%s: a list of at most %d wanted" % (what, _MOST))
    for place, row in enumerate(rows):
        if type(row) is not list or len(row) != width or any(type(n) is not int for n in row):
            raise ValueError("%s: %d: %d integers wanted" % (what, place, width))
        for value, (name, least, most) in zip(row, days + _TIMES):
            if not least <= value <= most:
                text = "%s: %d: %s %d to %d wanted"
                raise ValueError(text % (what, place, name, least, most))
        if row[len(days)] == row[len(days) + 1]:
            raise ValueError("%s: %d: first and last are the same" % (what, place))


def holding(rows, rule, unix):
    """(places of the windows that hold at `unix`, unix time until which that cannot change).

    `rule` is zone.py's. The time is at most a day ahead.
    """
    weekday, minute = local(rule, unix)
    until = offset(rule, unix)[1]
    found = []
    for place, (days, first, last) in enumerate([row[:3] for row in rows]):
        begun = (minute - first) % _DAY  # minutes ago, today or yesterday
        length = length_of(first, last)
        day = weekday if first <= minute else weekday + 6
        if begun < length and days >> day % 7 & 1:
            found.append(place)
        ahead = length if begun < length else _DAY
        until = min(until, unix - unix % 60 + (ahead - begun) * 60)
    return found, until


def length_of(first, last):
    """Minutes, 1 to 1440."""
    return (last - first) % _DAY or _DAY
