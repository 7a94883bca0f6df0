"""When a lamp is on: rhythms as they stand in patterns.jsonl, and which of them holds.

A beat is a row of marks, again and again: `.` a short flash, `-` a long one, `=` a second without
a gap after it, a space a pause, `_` a long pause.
"""

import json

COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 160, 0),
    "white": (255, 255, 255),
}
MARKS = {  # ms on, ms off
    ".": (150, 250),
    "-": (600, 250),
    "=": (1_000, 0),
    " ": (0, 400),
    "_": (0, 1_600),
}
_FILE = __file__.rsplit("/", 1)[0] + "/patterns.jsonl"


def find(keys):
    """The row of patterns.jsonl for the first of `keys` that has one. Raises OSError."""
    best = len(keys)
    found = {}
    with open(_FILE, "rb") as file:
        while line := file.readline():
            key = line.split(b'"', 4)[3].decode()
            if key in keys[:best]:
                best = keys.index(key)
                found = json.loads(line)
    return found


class Rhythm:
    """`beat`, from its first mark on; with `once` it ends after its last. Empty: off."""

    def __init__(self, beat, once=False):
        self._beat = beat
        self._once = once
        self._place = 0
        self._ms = 0  # in the mark at that place

    def step(self, ms):
        """Whether it is on, `ms` (0 or more) after the last call."""
        self._ms += ms
        while self._place < len(self._beat):
            on_ms, off_ms = MARKS[self._beat[self._place]]
            if self._ms < on_ms + off_ms:
                return self._ms < on_ms
            self._ms -= on_ms + off_ms
            self._place += 1
            if not self._once:
                self._place %= len(self._beat)
        return False
