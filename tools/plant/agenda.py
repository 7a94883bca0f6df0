"""What a test has arranged to happen later, at exact instants between the wallbox's ticks."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from .events import NEVER_US


class Agenda:
    """Actions with their instants. Two for the same instant run in the order they were given."""

    __slots__ = ("_entries", "_number", "due_us")

    def __init__(self) -> None:
        self.due_us = NEVER_US
        self._entries: list[tuple[int, int, Callable[[], object]]] = []
        self._number = count()

    def at(self, us: int, action: Callable[[], object]) -> None:
        """Call `action` when the world comes to `us`; at its next step if that is past."""
        heappush(self._entries, (us, next(self._number), action))
        self.due_us = self._entries[0][0]

    def fire(self) -> None:
        """Do the first entry."""
        _, _, action = heappop(self._entries)
        self.due_us = self._entries[0][0] if self._entries else NEVER_US
        action()


def flicker(
    agenda: Agenda,
    put: Callable[[bool], object],
    *,
    from_us: int,
    broken_us: int,
    sound_us: int,
    times: int,
) -> None:
    """An intermittent contact: from `from_us` on `times` times `put(True)` for `broken_us`.

    `put(False)` follows each, and lasts `sound_us`. E.g. with
    `put=lambda broken: setattr(cable, "pp_cut", broken)`.
    """
    us = from_us
    for _ in range(times):
        agenda.at(us, lambda: put(True))
        agenda.at(us + broken_us, lambda: put(False))
        us += broken_us + sound_us
