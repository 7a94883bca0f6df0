"""The scalars of a local energy manager: topics set/limit_ma, set/enable, set/phases, set/grid_w.

What it sets lives for `ttl_s` after its last message, then the box is on its own again: a manager
that has died holds no car back, and pushes none.
"""

from micropython import const

from ..pilot.handover import NO_LIMIT_MA
from ..ticks import since
from .commands import Refused

_MOST_MA = const(80_000)
_MOST_W = const(100_000)
_SWITCH = {b"true": True, b"1": True, b"false": False, b"0": False}
_PHASES = {b"1": 1, b"3": 3}


class Local:
    """Grants `leases` the source "local". `ttl_s` 1..86400; `fallback_ma` holds after it."""

    def __init__(self, leases, ticks_ms, ttl_s, fallback_ma):
        self._leases = leases
        self._ticks_ms = ticks_ms
        self._ttl_ms = ttl_s * 1000
        self._fallback_ma = fallback_ma
        self._limit_ma = None
        self._enable = True
        self._set_ms = None  # when it was heard last
        self._grid_w = None  # measured, and not yet told

    def take(self, name, text):
        """The message `text` (bytes) of topic set/`name`; the phases it wants, or None.

        Raises Refused: "unknown" for another name, "range" for another text.
        """
        phases = None
        self._expire()
        if name == b"grid_w":  # a measured value is no word on what the box may do
            digits = text[1:] if text[:1] == b"-" else text
            if not _is_number(digits, 6) or int(digits) > _MOST_W:
                raise Refused(None, "range", "set/grid_w: -%d to %d wanted" % (_MOST_W, _MOST_W))
            self._grid_w = int(text)
            return None
        if name == b"limit_ma":
            if not _is_number(text, 5) or int(text) > _MOST_MA:
                raise Refused(None, "range", "set/limit_ma: 0 to %d wanted" % _MOST_MA)
            self._limit_ma = int(text)
        elif name == b"enable":
            if text not in _SWITCH:
                raise Refused(None, "range", "set/enable: true, false, 1 or 0 wanted")
            self._enable = _SWITCH[text]
        elif name == b"phases":
            if text not in _PHASES:
                raise Refused(None, "range", "set/phases: 1 or 3 wanted")
            phases = _PHASES[text]
        else:
            raise Refused(None, "unknown", "set/%.20s" % repr(name)[2:-1])
        self._set_ms = self._ticks_ms()
        ma = NO_LIMIT_MA if self._limit_ma is None else self._limit_ma
        if not self._enable:
            ma = 0
        self._leases.grant("local", ma, self._ttl_ms, self._fallback_ma)
        return phases

    def heard(self):
        """W at the grid connection, positive when drawn, since the last call; or None."""
        grid_w, self._grid_w = self._grid_w, None
        return grid_w

    @property
    def enabled(self):
        self._expire()
        return self._enable

    def state(self):
        """For the state: what is set, and for how many seconds still (None: nothing is)."""
        self._expire()
        left_s = None
        if self._set_ms is not None:
            left_s = (self._ttl_ms - since(self._ticks_ms(), self._set_ms) + 999) // 1000
        return {"limit_ma": self._limit_ma, "enable": self._enable, "left_s": left_s}

    def _expire(self):
        if self._set_ms is not None and since(self._ticks_ms(), self._set_ms) >= self._ttl_ms:
            self._set_ms = self._limit_ma = None
            self._enable = True


def _is_number(text, most):
    return 0 < len(text) <= most and all(0x30 <= byte <= 0x39 for byte in text)
