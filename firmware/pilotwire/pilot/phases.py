"""One phase or three: the contactor of L2 and L3 moves only without pilot and without current."""

from . import duty as _duty
from . import reasons


class Phases:
    """`now`, 1 or 3, is what is connected; `why_not` holds back the offer while it changes."""

    def __init__(self, settings):
        self._switches = settings.switches_phases
        self._pause_ms = settings.phase_pause_ms
        self.now = 1 if self._switches else settings.phases
        self.why_not = 0

    def step(self, wanted, duty, closed, open_ms):
        """`wanted` is 1, 3 or 0 (as it is); the contactor has been open for `open_ms`."""
        if not self._switches or wanted not in (1, 3) or wanted == self.now:
            self.why_not = 0
            return
        self.why_not = reasons.PHASES
        if not closed and duty == _duty.X1 and open_ms >= self._pause_ms:
            self.now = wanted
