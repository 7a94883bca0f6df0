"""Local time: what a rule of a few integers says of the minutes east of UTC.

The rule as text (key `zone` of the configuration, at most 40 characters; docs/clock.md):

    ""                                empty: UTC
    "330"                             always 330 minutes east of UTC
    "60 120 3.5.0.120 10.5.0.180"     60; 120 from the last Sunday (0) of March, 2:00 local time,
                                      to the last Sunday of October, 3:00 local time

A change is month.week.weekday.minute as in POSIX TZ: Sunday is 0, week 5 the last of the month;
the minute counts on the clock as it shows before the change, from midnight, and may lie on a day
before or after. Start and end lie two months apart at least. `pilotwire zone Europe/Berlin` prints
the text for a place.

Right from 2024 to 2100, on integers alone. The board's own time functions are not asked.
"""

from micropython import const

_LONGEST = const(40)
_DAY_S = const(86_400)
_EPOCH = const(719_559)  # days from 1 March of the year 0 to 1970, and those that `first_day` adds
_CHANGE = (("month", 2, 11), ("week", 1, 5), ("weekday", 0, 6), ("minute", -10_020, 10_020))
_RANGES = (("offset", -840, 840),) * 2 + _CHANGE * 2  # no month at the year's ends: see `offset`


def parse(text):
    """The rule, a tuple of 1 or 10 integers. Raises ValueError with what is wrong, and the range.

    It is for `offset` and `local`; `text` is a str.
    """
    if not text:
        return (0,)
    try:
        rule = tuple([int(part) for part in text.replace(".", " ").split()])
    except ValueError:
        rule = ()
    form = "%d" if len(rule) == 1 else "%d %d %d.%d.%d.%d %d.%d.%d.%d"
    if len(text) > _LONGEST or len(rule) not in (1, 10) or form % rule != text:
        raise ValueError("zone: 60 or 60 120 3.5.0.120 10.5.0.180 wanted")
    for value, (name, least, most) in zip(rule, _RANGES):
        if not least <= value <= most:
            raise ValueError("zone: %s %d is outside %d to %d" % (name, value, least, most))
    return rule


def offset(rule, unix):
    """(minutes east of UTC at `unix`, unix time until which they hold at least: a day at most)."""
    until = unix + _DAY_S
    if len(rule) == 1:
        return rule[0], until
    # Wrong by a day or two around New Year, where both neighbours say the same: no change is
    # near, since months are 2 to 11 and a minute reaches no further than a week.
    year = 1970 + unix // _DAY_S * 4 // 1461
    start = _change(year, rule[2:6]) - rule[0] * 60
    end = _change(year, rule[6:]) - rule[1] * 60
    # In the south the year begins with daylight time, and the end comes first.
    daylight = (end < start) + (start <= unix) - (end <= unix)
    return rule[daylight], min([at for at in (start, end, until) if at > unix])


def local(rule, unix):
    """(weekday, Monday is 0; minute of the day) at `unix`."""
    minute = unix // 60 + offset(rule, unix)[0]
    return (minute // 1440 + 3) % 7, minute % 1440


def first_day(year, month):
    """Days from 1970 to the first of a month, 1 to 13, in the Gregorian calendar."""
    if month < 3:  # years are counted from March, so that the day of a leap year is the last
        year -= 1
        month += 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 2) // 5 - _EPOCH


def _change(year, change):
    """When the clock of that place shows the moment of the change, as if it showed UTC."""
    month, week, weekday, minute = change
    day = first_day(year, month)
    day += (weekday - 4 - day) % 7 + 7 * (week - 1)  # 1 January 1970 was a Thursday, 4
    if day >= first_day(year, month + 1):
        day -= 7  # there is no fifth one
    return day * _DAY_S + minute * 60
