"""How much current at which time of the week (schedule.json, docs/clock.md). Loads on demand.

    {"windows": [[days, first, last, ma], ...], "otherwise_ma": 16000}

Up to 16 windows (windows.py), of which no two overlap, each with 0 to 80000 mA per phase; outside
of them `otherwise_ma`. That also holds while the time is unknown: whoever writes a schedule
decides there whether a box without a clock charges.
"""

from micropython import const

from ..windows import check as check_windows
from ..windows import holding, length_of

_MOST_MA = const(80_000)


def check(data):
    """Raises ValueError, with the place and what is wanted there, unless `data` is a schedule."""
    if type(data) is not dict or set(data) != {"windows", "otherwise_ma"}:
        raise ValueError("schedule: an object of windows and otherwise_ma wanted")
    windows = data["windows"]
    check_windows(windows, 4)
    for place, window in enumerate(windows):
        if not 0 <= window[3] <= _MOST_MA:
            raise ValueError("windows: %d: ma 0 to %d wanted" % (place, _MOST_MA))
        for before in range(place):
            if _starts_in(window, windows[before]) or _starts_in(windows[before], window):
                raise ValueError("windows: %d: overlaps with %d" % (place, before))
    otherwise_ma = data["otherwise_ma"]
    if type(otherwise_ma) is not int or not 0 <= otherwise_ma <= _MOST_MA:
        raise ValueError("otherwise_ma: 0 to %d wanted" % _MOST_MA)


def limit_at(data, rule, unix):
    """(mA per phase, unix time until which they hold), of a checked schedule.

    The time is when they can change next, at most a day ahead; ask again then, and whenever the
    clock has jumped. Where `unix` is None it is None too.
    """
    if unix is None:
        return data["otherwise_ma"], None
    windows = data["windows"]
    found, until = holding(windows, rule, unix)
    return windows[found[0]][3] if found else data["otherwise_ma"], until


def _starts_in(window, other):
    """Whether `window` starts, on any day, while `other` holds."""
    days, first, last, _ = other
    if window[1] < first:  # only on the day after
        days = days << 1 | days >> 6
    return (window[1] - first) % 1440 < length_of(first, last) and days & window[0] != 0
