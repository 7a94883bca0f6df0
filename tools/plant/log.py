"""Ground truth with its instants, for judges: since when is what so?

A judge on the plant's side asks what really was, not what the wallbox's inputs say.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

NAMES = (
    "cp",  # state on the wallbox's pilot contact, a letter of `state`
    "cp_load",  # what hangs on the CP conductor: the load, the diode's drop, what leaks to PE
    "pp",  # ohm on the PP contact
    "pe",  # PE of the installation is there
    "rcd",  # the trip output
    "s2",  # the car's switch is closed; False without a car
    "contacts",  # the set of poles that conduct
    "lock",  # the lock's contact reports a held plug
    "stop",  # emergency stop pressed
    "cover",  # cover open
    "mains",  # open voltages, mV
)
_KEEP = 4_096  # changes: hours of charging


class Change(NamedTuple):
    """`name` became `value` at `us`."""

    us: int
    name: str
    value: Any


class Log:
    """`changed_us[name]` is since when `values[name]` holds; `history` the last 4096 changes.

    Each of `observers` is called with every Change at its instant. It must not touch the world.
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.changed_us: dict[str, int] = dict.fromkeys(NAMES, 0)
        self.observers: list[Callable[[Change], object]] = []
        self.history: deque[Change] = deque(maxlen=_KEEP)

    def take(self, now_us: int, values: tuple) -> None:
        """Note what differs from the last call, `values` in the order of NAMES."""
        for name, value in zip(NAMES, values, strict=True):
            if name not in self.values or value != self.values[name]:
                change = Change(now_us, name, value)
                self.values[name] = value
                self.changed_us[name] = now_us
                self.history.append(change)
                for observer in self.observers:
                    observer(change)

    def since_us(self, name: str, holds: Callable[[Any], bool]) -> int | None:
        """Since when `holds(value)` without a break, None if it does not hold now.

        E.g. `since_us("cp", lambda state: state not in "CD")`: since when power has no reason,
        through whatever the pilot has been since. What is older than `history` counts as broken.
        """
        since_us = None
        for change in reversed(self.history):
            if change.name != name:
                continue
            if not holds(change.value):
                break
            since_us = change.us
        return since_us


def state(high_mv: int) -> str:
    """The letter of a high plateau: IEC 61851-1 table A.4, the middle of each band in between."""
    for letter, above_mv in (("A", 10_500), ("B", 7_500), ("C", 4_500), ("D", 1_500)):
        if high_mv > above_mv:
            return letter
    return "E" if high_mv > -1_500 else "F"
