"""What each box can make use of, and who is to be served first where not all can be.

A car that takes less than it is offered for a while is offered what it takes and a reserve, until
it takes all of that. One that takes nothing has the least of what nobody else wants, and is tried
again from time to time. One that waits for a better price wants nothing (outlook.py).
"""

import math

import numpy as np

from . import heard
from .allocate import Ints, Layout, order
from .outlook import Outlook
from .tree import LEAST_MA, Site

_LESS_S = 60.0  # taking less for so long is no hesitation
_LESS_MA = 1_500
_ALL_MA = 1_000  # so near to what it may have, a car takes all
_RESERVE_MA = 2_000
_IDLE_S = 300.0  # offered something for so long and has not begun: it is full, or asleep
_TRIED_S = 60.0  # the same when it is tried again
_IDLE_TURNS = 2  # before it is
_HURRY_S = 7_200.0  # who has more time left than this is in no hurry
_GUESS_WH = 10_000  # what a wish without a number wants
_VOLT = 230


class Wants:
    """`wants_ma` and `uses` as `allocate` wants them, `idle`: who makes no use of what it has,
    `waits`: for a better price; `could_ma`: what it would want without that.
    """

    def __init__(self, site: Site, boxes: list[heard.Box], outlook: Outlook):
        n = len(boxes)
        self._outlook = outlook
        self._boxes = boxes
        self._priority = [box.priority for box in site.boxes.values()]
        self._most = [box.max_ma for box in site.boxes.values()]
        self._turn_s = site.turn_s
        self.wants_ma = np.zeros(n, np.int64)
        self.uses = np.ones((n, 3), bool)
        self.could_ma = np.zeros(n, np.int64)
        self.idle = np.zeros(n, bool)
        self.waits = np.zeros(n, bool)
        self._need = np.full(n, -math.inf)
        self._let_s = [-math.inf] * n  # when the plan last let it go on
        self._served = np.zeros(n, bool)
        self._since_s = np.zeros(n)  # when that has changed
        self._less_s = [math.inf] * n  # since when it takes less
        self._cap_ma = [math.inf] * n
        self._idle_s = [-math.inf] * n  # until when it counts as idle
        self._tried_s = [_IDLE_S] * n  # for how long it is given the chance to begin

    def update(self, now_s: float, unix_s: float) -> bool:
        """Whether anything is another."""
        before = self.wants_ma.tobytes(), self.uses.tobytes(), self.idle.tobytes()
        for b, box in enumerate(self._boxes):
            ready = box.online and box.plugged and box.enabled
            if not ready:
                if not box.plugged:
                    self._cap_ma[b] = math.inf
                    self._idle_s[b] = -math.inf
                    self._tried_s[b] = _IDLE_S
                    self._let_s[b] = -math.inf
                self.wants_ma[b] = self.could_ma[b] = 0
                self.waits[b] = self.idle[b] = False
                self._less_s[b] = math.inf
                self.uses[b] = box.uses(now_s)
                continue
            self.could_ma[b] = self._wanted(b, box, now_s)
            self.waits[b] = self._waits(b, now_s, unix_s)
            self.wants_ma[b] = 0 if self.waits[b] else self.could_ma[b]
            self.idle[b] = now_s < self._idle_s[b]
            # What does not draw may begin to: then it is seen, and others are cut in time.
            self.uses[b] = False if self.idle[b] else box.uses(now_s)
            self._need[b] = self._needed(b, box, unix_s)
        return before != (self.wants_ma.tobytes(), self.uses.tobytes(), self.idle.tobytes())

    def order(self, layout: Layout, held_ma: Ints, now_s: float) -> Ints:
        """Who is served first; `held_ma`: what each has now."""
        served = (held_ma >= LEAST_MA) & (self.wants_ma > 0)
        wanting = self.wants_ma > 0
        changed = served != self._served
        self._since_s[changed | ~wanting] = now_s
        self._served = served
        since = np.where(self.idle, math.inf, now_s - self._since_s)
        need = np.where(self.idle, -math.inf, self._need)
        return order(layout, served | self.idle, since, need, self._turn_s)

    def turn_due_s(self, now_s: float) -> float:
        """When the next turn ends, while somebody waits."""
        if not ((self.wants_ma > 0) & ~self._served & ~self.idle).any():
            return math.inf
        ends = (self._since_s + self._turn_s)[self._served]
        ends = ends[ends > now_s]
        return float(ends.min()) if len(ends) else math.inf

    def _wanted(self, b: int, box: heard.Box, now_s: float) -> int:
        most = min(self._most[b], box.hardware_ma or self._most[b], box.cable_ma or self._most[b])
        if box.by not in ("site", "") and box.limit_ma < most:
            most = box.limit_ma  # somebody else allows no more
            if most < LEAST_MA:
                self._idle_s[b] = now_s + self._turn_s
        self._watch(b, box, now_s)
        return int(max(min(most, self._cap_ma[b]), LEAST_MA))

    def _waits(self, b: int, now_s: float, unix_s: float) -> bool:
        """For its price; who has been let go on has a turn, whatever the next plan says."""
        waits = self._outlook.waits(b, unix_s)
        if self.waits[b] and not waits:
            self._let_s[b] = now_s
        return waits and now_s >= self._let_s[b] + self._turn_s

    def _watch(self, b: int, box: heard.Box, now_s: float) -> None:
        """Does it take what it is offered?"""
        offers_s = now_s - box.offered_s if box.offered_ma >= LEAST_MA else 0.0
        if not box.charges:
            self._less_s[b] = math.inf
            if offers_s > self._tried_s[b]:
                self._idle_s[b] = now_s + _IDLE_TURNS * self._turn_s
                self._tried_s[b] = _TRIED_S
                self._cap_ma[b] = LEAST_MA
            return
        drawn = box.drawn(now_s)
        if drawn is None:
            return
        top = max(drawn)
        if top > _ALL_MA:
            self._idle_s[b] = -math.inf
            self._tried_s[b] = _IDLE_S
        if top >= box.offered_ma - _LESS_MA:
            self._less_s[b] = math.inf
            if top >= self._cap_ma[b] - _ALL_MA:
                self._cap_ma[b] = math.inf
        elif self._less_s[b] == math.inf:
            self._less_s[b] = now_s
        elif min(now_s - self._less_s[b], offers_s) >= _LESS_S:
            self._cap_ma[b] = -(-(top + _RESERVE_MA) // 100) * 100

    def _needed(self, b: int, box: heard.Box, unix_s: float) -> float:
        """In a hurry, the more the less slack there is; without a wish there is no hurry."""
        wish = box.wish
        if wish is None or wish.by_unix is None:
            return -math.inf
        wh = _GUESS_WH if wish.wh is None else max(wish.wh - (box.session_wh or 0), 0)
        watts = self.wants_ma[b] * int(self.uses[b].sum()) * _VOLT / 1_000
        slack_s = wish.by_unix - unix_s - wh * 3_600 / max(watts, 1)
        return -slack_s if slack_s < _HURRY_S else -math.inf
