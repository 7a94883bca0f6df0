"""One phase or three: how often they may change, and how unlike each other they may be."""

from micropython import const

from ..ticks import since

_ALL = const(3)


def balanced_ma(current_ma, imbalance_ma):
    """mA per phase so that no phase draws more than `imbalance_ma` above the least.

    `current_ma` is what the box's meter reads on L1, L2, L3; what is None or not there counts as
    0. A vehicle on one phase or two keeps to `imbalance_ma` (20 A in Germany, 16 A in Austria and
    Switzerland); one on three lifts its own limit as it draws.
    """
    return min([abs(ma or 0) for ma in current_ma] or [0]) + imbalance_ma


class Switches:
    """Counts changes between 1 and 3 phases: `pause_s` 60..3600 between two, `most` a charge.

    The vehicle notices each as an interruption.
    """

    def __init__(self, pause_s, most):
        self._pause_ms = pause_s * 1000
        self._most = most
        self._left_ms = 0
        self._now_ms = None
        self._phases = 0
        self.count = 0

    def begin(self):
        """Another charge."""
        self.count = 0

    def look(self, now_ms, phases):
        """`phases` (1, 3) are connected. Call it about once a second."""
        if self._now_ms is not None:
            self._left_ms -= min(since(now_ms, self._now_ms), self._left_ms)
        self._now_ms = now_ms
        if phases != self._phases:
            if self._phases:
                self.count += 1
                self._left_ms = self._pause_ms
            self._phases = phases

    def may(self, wanted):
        """Whether they may change to `wanted` now: the last change of a charge leads to one."""
        left = self._most - self.count - (wanted == _ALL)
        return wanted != self._phases and not self._left_ms and left > 0
