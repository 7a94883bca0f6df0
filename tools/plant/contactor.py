"""The main contactor: a coil, contacts that follow late, and a mirror contact (IEC 60947-4-1)."""

from .events import NEVER_US

_LOAD_MA = 1_000  # IEC 61851-1 sequence 9.1: a car that stops in order is below 1 A


class Contactor:
    """Contacts that make `make_us` and break `break_us` after their coil is switched.

    Faults are attributes: `welded` (the contacts stay closed, whatever the coil does) and
    `stuck_open` (they never close). `operations` counts the armature's closings and
    `opened_under_load` the contacts that parted above 1 A.
    """

    __slots__ = (
        "_armature",
        "break_us",
        "coil",
        "due_us",
        "make_us",
        "opened_under_load",
        "operations",
        "stuck_open",
        "welded",
    )

    def __init__(self, *, make_us: int = 20_000, break_us: int = 15_000):
        self.make_us = make_us
        self.break_us = break_us
        self.coil = False
        self.welded = False
        self.stuck_open = False
        self.operations = 0
        self.opened_under_load = 0
        self.due_us = NEVER_US
        self._armature = False

    @property
    def closed(self) -> bool:
        """Whether the main contacts conduct; the mirror contact reports exactly this."""
        return self.welded or (self._armature and not self.stuck_open)

    def command(self, now_us: int, coil: bool) -> None:
        """Switch the coil; reversed in time, the armature never leaves its place."""
        if coil == self.coil:
            return
        self.coil = coil
        if coil == self._armature:
            self.due_us = NEVER_US
        else:
            self.due_us = now_us + (self.make_us if coil else self.break_us)

    def fire(self, load_ma: float) -> None:
        """Move the armature, with `load_ma` in the worst phase at that instant."""
        was_closed = self.closed
        self._armature = self.coil
        self.due_us = NEVER_US
        if self._armature:
            self.operations += 1
        elif was_closed and not self.closed and load_ma > _LOAD_MA:
            self.opened_under_load += 1
