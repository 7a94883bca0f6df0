"""What the contactor has been through in its life: a small file, written after each charge.

A power cut loses the count of the charge that it interrupts, no more.
"""

import json
import os

from micropython import const

from ..pilot import handover

_FIRST = const(16)  # closings of a new contactor: what later ones are compared with
_KEYS = ("cycles", "under_load", "make_ms", "break_ms", "first_make_ms", "first_break_ms")


class Wear:
    """Counts and means of `path`, brought up to date by `look`.

    `cycles`; `under_load`: openings with more than 1 A. `make_ms`, `break_ms`: means of the last
    16 or so, from the command to the auxiliary contact; `first_*` of the first 16; 0: not seen.
    A new contactor begins with a removed file.
    """

    def __init__(self, path):
        self._path = path
        self._seen = [0, 0]  # closings and openings under load of ring 0, since its start
        self._closed = 0
        self._changed = False
        self._means = _read(path)

    def look(self, up):
        """Take in what ring 0 told (N_UP)."""
        means = self._means
        closings = up[handover.UP_CLOSINGS]
        if closings != self._seen[0]:
            self._mean("break_ms", up[handover.UP_BREAK_MS])  # of the opening before
            means["cycles"] += closings - self._seen[0]
            self._seen[0] = closings
            self._changed = True
        under_load = up[handover.UP_UNDER_LOAD]
        if under_load != self._seen[1]:
            means["under_load"] += under_load - self._seen[1]
            self._seen[1] = under_load
            self._changed = True
        closed = up[handover.UP_CLOSED]
        if self._closed and not closed:
            self._mean("make_ms", up[handover.UP_MAKE_MS])
        self._closed = closed

    def report(self):
        """For the state: whole milliseconds."""
        means = self._means
        return {key: means[key] if key[-3:] != "_ms" else (means[key] + 8) // 16 for key in _KEYS}

    def save(self):
        """Write what has changed. Call it while flash may be written; raises OSError."""
        if not self._changed:
            return
        new = self._path + ".new"
        with open(new, "wb") as file:
            file.write(json.dumps(self._means).encode())
        os.rename(new, self._path)
        self._changed = False

    def _mean(self, key, ms):
        """Fold `ms` into the mean, which is kept in 1/16 ms."""
        if not ms:
            return
        means = self._means
        now = means[key]
        means[key] = now + ms - now // 16 if now else ms * 16
        if means["cycles"] <= _FIRST:
            means["first_" + key] = means[key]


def _read(path):
    means = dict.fromkeys(_KEYS, 0)
    try:
        with open(path, "rb") as file:
            stored = json.loads(file.read())
    except (OSError, ValueError):  # a new contactor, or damaged flash
        return means
    if type(stored) is dict:
        for key in _KEYS:
            value = stored.get(key)
            if type(value) is int and value >= 0:
                means[key] = value
    return means
