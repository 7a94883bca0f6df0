"""The lock actuator of a socket box: a bolt with a contact that reports it."""

from .events import NEVER_US


class Locked(ValueError):
    """The bolt is out and keeps a plug from going in."""


class Lock:
    """A bistable bolt that arrives `travel_us` after a command (300 ms: typical of an actuator).

    A command is an edge; without one the bolt stays. Until the first command it plays no part:
    then `World.lock_ok` alone says whether a plug is held. Faults are attributes: `jammed` (the
    bolt does not move; a new edge tries again) and `feedback_stuck` (None, or what the contact
    reports for ever).
    """

    __slots__ = (
        "_drive",
        "_goal",
        "commanded",
        "due_us",
        "feedback_stuck",
        "jammed",
        "locked",
        "travel_us",
    )

    def __init__(self, *, travel_us: int = 300_000):
        self.travel_us = travel_us
        self.commanded = False
        self.locked = False  # where the bolt really is
        self.jammed = False
        self.feedback_stuck: bool | None = None
        self.due_us = NEVER_US
        self._drive: bool | None = None
        self._goal = False

    @property
    def feedback(self) -> bool:
        """What the contact reports: a sound one exactly that the bolt is out."""
        return self.locked if self.feedback_stuck is None else self.feedback_stuck

    def command(self, now_us: int, lock: bool | None) -> None:
        """Drive the bolt out (True) or in (False), or not at all (None: a travel goes on)."""
        if lock == self._drive:
            return
        self._drive = lock
        if lock is None:
            return
        self.commanded = True
        self._goal = lock
        self.due_us = NEVER_US if lock == self.locked else now_us + self.travel_us

    def fire(self) -> None:
        """Arrive."""
        self.due_us = NEVER_US
        if not self.jammed:
            self.locked = self._goal
