"""Who may charge at a shared box, and when (guests.json, docs/access.md). Loads on demand.

    {"tokens": [[hash, until_unix, window], ...], "windows": [[days, first, last], ...]}

Up to 32 tokens: 16 hex digits of a hash (`pilotwire token`), the unix time until which it is good
or 0 for ever, and the place of its window or -1 for always. Up to 16 windows (windows.py), which
may overlap. The file is read when somebody comes, and not kept in RAM.
"""

from micropython import const

from ..windows import check as check_windows
from ..windows import holding

_MOST = const(32)
_LAST_UNIX = const(4_294_967_295)
_DIGITS = b"0123456789abcdef"


def check(data):
    """Raises ValueError, with the place and what is wanted there, unless `data` is right."""
    if type(data) is not dict or set(data) != {"tokens", "windows"}:
        raise ValueError("guests: an object of tokens and windows wanted")
    check_windows(data["windows"], 3)
    tokens = data["tokens"]
    if type(tokens) is not list or len(tokens) > _MOST:
        raise ValueError("tokens: a list of at most %d wanted" % _MOST)
    last = len(data["windows"]) - 1
    known = []
    for place, row in enumerate(tokens):
        wrong = "[hash, until, window] wanted"
        if type(row) is list and len(row) == 3:
            wrong = _wrong(row, last)
            if row[0] in known:
                wrong = "the same as %d" % known.index(row[0])
        if wrong:
            raise ValueError("tokens: %d: %s" % (place, wrong))
        known.append(row[0])


def permits(data, rule, token, unix):
    """ "" where `token` (its hash) may charge now, by checked data, or why it may not.

    That is "unknown-token", "expired", "outside-window", or "no-clock": `unix` is None, and the
    token is not good at all times. `rule` is zone.py's.
    """
    for hash_, until_unix, window in data["tokens"]:
        if hash_ != token:
            continue
        if unix is None and (until_unix or window >= 0):
            return "no-clock"
        if until_unix and unix >= until_unix:
            return "expired"
        if window >= 0 and window not in holding(data["windows"], rule, unix)[0]:
            return "outside-window"
        return ""
    return "unknown-token"


def open_now(data, rule, unix):
    """(whether any window holds, unix time until which that cannot change: a day at most).

    For boxes that need no token inside their windows. (False, None) where `unix` is None.
    """
    if unix is None:
        return False, None
    found, until = holding(data["windows"], rule, unix)
    return bool(found), until


def _wrong(row, last):
    """What is wrong with the three parts of a token, "" where nothing is."""
    hash_, until_unix, window = row
    if type(hash_) is not str or len(hash_) != 16 or any(c not in _DIGITS for c in hash_.encode()):
        return "hash of 16 digits 0 to f wanted"
    if type(until_unix) is not int or not 0 <= until_unix <= _LAST_UNIX:
        return "until 0 to %d wanted" % _LAST_UNIX
    if type(window) is not int or not -1 <= window <= last:
        return "window -1 to %d wanted" % last
    return ""
