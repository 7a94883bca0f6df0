"""How far a type 2 plug is in. Pulled out, CP parts first, then PP, the power contacts last."""

from .events import NEVER_US

OUT = 0
POWER = 1  # power contacts (and PE) only
PP = 2
CP = 3  # fully mated
_TRAVEL_US = (130_000, 20_000, 20_000)  # between seat n and n + 1, by a hand: typical


class Seat:
    """A plug at `at` on its way to `goal`; `due_us` is when it comes to the next seat."""

    __slots__ = ("at", "due_us", "goal")

    def __init__(self, at: int):
        self.at = self.goal = at
        self.due_us = NEVER_US

    def slide(self, now_us: int) -> None:
        """Move by one seat towards where the hand takes it."""
        step = 1 if self.goal > self.at else -1
        self.at += step
        if self.at == self.goal:
            self.due_us = NEVER_US
        else:
            self.due_us = now_us + _TRAVEL_US[min(self.at, self.at + step)]
