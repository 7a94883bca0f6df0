"""Who may charge: the policy for plugging in, a reservation, and the guests of a private box.

Tokens are hashes of what a card or an app says (docs/access.md); the box never sees that itself.
"""

import json

from micropython import const

from ..loading import unload
from ..ticks import since

_LONGEST_S = const(432_000)  # five days: the monotonic clock tells no longer spans apart
_NOBODY = b'{"tokens": [], "windows": []}'


class Access:
    """`policy`: "free", "remote" or "windows" (config.py); `read()` is the bytes of guests.json.

    `free` says how plugging in alone permits a charge now: "free", "window", or "" where it does
    not. `reserved` is the unix time until which the box is kept for somebody, or None.
    """

    def __init__(self, policy, read, zone, ticks_ms):
        self._policy = policy
        self._read = read
        self._zone = zone
        self._ticks_ms = ticks_ms
        self.free = "free" if policy == "free" else ""
        self.reserved = None
        self._token = ""
        self._since_ms = self._span_ms = 0
        self._open = ""
        self._from = self._until = 0  # what was found of the windows holds between these

    def look(self, unix):
        """The time is `unix` (None: unknown): what does it change?"""
        if self.reserved and since(self._ticks_ms(), self._since_ms) >= self._span_ms:
            self.reserved = None
        if self._policy == "free":
            self._open = "free"
        elif self._policy == "windows":
            self._look_at_windows(unix)
        self.free = "" if self.reserved else self._open

    def changed(self):
        """There are other guests."""
        self._until = 0

    def reserve(self, token, until, unix):
        """Keep the box for the holder of `token` until then; why not, or "".

        `until` 0 ends that.
        """
        if not until:
            self.reserved = None
            self._token = ""
            return ""
        if unix is None:
            return "no-clock"
        if not 0 < until - unix <= _LONGEST_S:
            return "range"
        self.reserved = until
        self._token = token
        self._since_ms = self._ticks_ms()
        self._span_ms = (until - unix) * 1000
        return ""

    def permits(self, token, unix):
        """Whether the holder of `token` may charge now; why not, or ""."""
        if self.reserved:
            if token != self._token:
                return "reserved"
            self.reserved = None
            return ""
        return self._ask("permits", token, unix)

    def _look_at_windows(self, unix):
        if unix is None:
            self._open = ""
            self._until = 0
        elif not self._from <= unix < self._until:
            self._from = unix
            is_open, self._until = self._ask("open_now", unix)
            self._open = "window" if is_open else ""

    def _ask(self, question, *about):
        """What guests.py, which loads on demand, says of the guests that there are."""
        from . import guests

        try:
            data = json.loads(self._read() or _NOBODY)
            guests.check(data)
        except (OSError, ValueError):  # flash is broken, or what somebody has put there by hand
            data = json.loads(_NOBODY)
        found = getattr(guests, question)(data, self._zone, *about)
        unload("energy.guests", "windows", "zone")
        return found
