"""The random delay of starts and of steps up, so that not all boxes of a town come at once.

UK SI 2021/1467, regulation 11: 0 to 600 s, to the second, as far as 1800 s.
"""

from ..ticks import since

_BITS = 18  # of chance for each draw: the product below fits a small integer


class Delay:
    """At most `most_s` seconds (0 to 1800), which may be changed at any time.

    One step up, however it comes, is one event: what rises while it waits waits with it. Going
    down waits for nothing. After a reset what starts is a start like any other.
    """

    def __init__(self, most_s, random_bits):
        self.most_s = most_s
        self._random_bits = random_bits
        self._ma = 0
        self._drawn_s = None
        self._since_ms = 0

    def look(self, now_ms, ma, skip=False):
        """mA that it allows where schedule and plan allow `ma`, 0 while no charge may run.

        `skip`: not for this event, since its owner does not want it, or another delay has been
        served for it.
        """
        if ma <= self._ma or skip:
            self._ma = ma
            self._drawn_s = None
        elif self._drawn_s is None:
            self._drawn_s = self._random_bits(_BITS) * (self.most_s + 1) >> _BITS
            self._since_ms = now_ms
        if self._drawn_s is not None and not self.left_s(now_ms):
            self._ma = ma
            self._drawn_s = None
        return self._ma

    def left_s(self, now_ms):
        """Seconds that the present delay goes on, rounded up; 0 where there is none."""
        if self._drawn_s is None:
            return 0
        return max(self._drawn_s - since(now_ms, self._since_ms) // 1_000, 0)
