"""When the clock of a zone changes, whoever says so: zoneinfo or the firmware."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY_S = 86_400


class Change(NamedTuple):
    """From `unix` on the zone is `after` minutes east of UTC, `before` until then."""

    unix: int
    before: int
    after: int


def minutes_of(zone: ZoneInfo) -> Callable[[int], int]:
    """What `zone` says of a unix time: minutes east of UTC, rounded down to whole ones."""

    def minutes(unix: int) -> int:
        offset = datetime.fromtimestamp(unix, zone).utcoffset()
        assert offset is not None  # a ZoneInfo always knows
        return int(offset.total_seconds()) // 60

    return minutes


def changes(minutes: Callable[[int], int], first: int, last: int) -> list[Change]:
    """Every change between two unix times, to the second. No two may lie within a day."""
    found = []
    for begin in range(first, last, DAY_S):
        low, high = begin, min(begin + DAY_S, last)
        before, after = minutes(low), minutes(high)
        if before == after:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if minutes(middle) == before:
                low = middle
            else:
                high = middle
        found.append(Change(high, before, after))
    return found
