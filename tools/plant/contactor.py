"""The main contactors: a coil, contacts that follow late, and a mirror contact (IEC 60947-4-1)."""

from .events import NEVER_US

L1 = 1  # a set of poles is the sum of these bits
L2 = 2
L3 = 4
N = 8
PHASES = (L1, L2, L3)
ALL_POLES = L1 | L2 | L3 | N

LOAD_MA = 1_000  # IEC 61851-1 sequence 9.1: a car that stops in order is below 1 A


class Contactor:
    """Contacts that make `make_us` and break `break_us` after their coil is switched.

    `poles` are those that it switches. Each closing adds `make_drift_us` to `make_us`, each
    opening `break_drift_us` to `break_us` (0 unless a test ages it); neither falls below 0.
    Faults are attributes: `welded` (all contacts stay closed, whatever the coil does) and
    `stuck_open` (none ever closes), the same for single poles as sets `welded_poles` and
    `stuck_poles`, and `feedback_stuck` (None, or what the mirror contact reports for ever), and
    `feedback_swapped` (wired to the contact that is closed while the others are open).
    `operations` counts the armature's closings and `opened_under_load` the times that it parted
    contacts above 1 A.
    """

    __slots__ = (
        "_armature",
        "_pulled",
        "break_drift_us",
        "break_us",
        "coil",
        "due_us",
        "feedback_stuck",
        "feedback_swapped",
        "held_off",
        "make_drift_us",
        "make_us",
        "opened_under_load",
        "operations",
        "poles",
        "stuck_open",
        "stuck_poles",
        "welded",
        "welded_poles",
    )

    def __init__(
        self, *, make_us: int = 20_000, break_us: int = 15_000, poles: int = ALL_POLES
    ):  # 15..20 ms: typical of a 40 A contactor
        self.make_us = make_us
        self.break_us = break_us
        self.make_drift_us = 0
        self.break_drift_us = 0
        self.poles = poles
        self.coil = False
        self.held_off = False  # by the RCD, in hardware: the coil gets nothing
        self.welded = False
        self.stuck_open = False
        self.welded_poles = 0
        self.stuck_poles = 0
        self.feedback_stuck: bool | None = None
        self.feedback_swapped = False
        self.operations = 0
        self.opened_under_load = 0
        self.due_us = NEVER_US
        self._pulled = False  # whether current flows in the coil
        self._armature = False

    @staticmethod
    def pair(**times: int) -> "tuple[Contactor, Contactor]":
        """Contactors for one- and three-phase operation: L1 and N, and L2 and L3.

        `World(contactor=a, contactor2=b)`; `times` as in the constructor.
        """
        return Contactor(poles=L1 | N, **times), Contactor(poles=L2 | L3, **times)

    @property
    def conducting(self) -> int:
        """The poles that conduct."""
        poles = self.poles
        closed = poles if self.welded else poles & self.welded_poles
        if self._armature and not self.stuck_open:
            closed |= poles & ~self.stuck_poles
        return closed

    @property
    def closed(self) -> bool:
        """Whether any main contact conducts."""
        return self.conducting != 0

    @property
    def feedback(self) -> bool:
        """What the mirror contact reports: a sound one whether any main contact is closed."""
        if self.feedback_stuck is not None:
            return self.feedback_stuck
        return self.closed != self.feedback_swapped

    @property
    def parting(self) -> int:
        """The poles that part if the armature falls now."""
        if not self._armature or self.welded or self.stuck_open:
            return 0
        return self.poles & ~self.stuck_poles & ~self.welded_poles

    def command(self, now_us: int, coil: bool) -> None:
        """Switch the coil; reversed in time, the armature never leaves its place."""
        self.coil = coil
        self._pull(now_us)

    def hold_off(self, now_us: int, held_off: bool) -> None:
        """Cut the coil's supply, or give it back, whatever the command says."""
        self.held_off = held_off
        self._pull(now_us)

    def _pull(self, now_us: int) -> None:
        pulled = self.coil and not self.held_off
        if pulled == self._pulled:
            return
        self._pulled = pulled
        if pulled == self._armature:
            self.due_us = NEVER_US
        else:
            self.due_us = now_us + (self.make_us if pulled else self.break_us)

    def fire(self, load_ma: float) -> None:
        """Move the armature, with `load_ma` in the worst phase that it breaks at that instant."""
        was = self.conducting
        self._armature = self._pulled
        self.due_us = NEVER_US
        if self._armature:
            self.operations += 1
            self.make_us = max(0, self.make_us + self.make_drift_us)
            return
        self.break_us = max(0, self.break_us + self.break_drift_us)
        if was & ~self.conducting and load_ma > LOAD_MA:
            self.opened_under_load += 1
