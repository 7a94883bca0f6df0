"""The best possible: what somebody who knew every second of the day in advance would gain.

What is made most of is the gain: the car's energy from the sun less that from the grid. Between
its least and its most current the car follows each second exactly and at once; a start takes
START_S and a change of phases SWITCH_S without current; on and off times and the pause between
two changes of phases are those of our rules. How often it stops and switches is not limited, and a
start may be on either number of phases: so nothing that obeys the car can gain more.

Found by dynamic programming from the evening to the morning, exact to the second.
"""

from collections import deque
from itertools import accumulate
from typing import NamedTuple

from .control import LEAST_MA, OFF_S, ON_S, PAUSE_S, Mode

START_S = 1  # of the plant's car at the least
SWITCH_S = 11
_PHASE_W = 230 * 0.995  # per ampere


class Best(NamedTuple):
    """`power_w` of the car in each second, and how often it stopped and switched."""

    power_w: list[float]
    interruptions: int
    switches: int


def draws(surplus_w: int, phases: int, most_ma: int) -> float:
    """W that a car on `phases` should draw: the surplus, as far as its current reaches."""
    per_ma = phases * _PHASE_W / 1_000
    return min(max(surplus_w, LEAST_MA * per_ma), most_ma * per_ma)


def gain(power_w: float, surplus_w: int) -> float:
    """W from the sun less W from the grid."""
    return power_w - 2 * max(power_w - max(surplus_w, 0), 0)


def best(surplus_w: list[int], mode: Mode) -> Best:
    """`surplus_w`: what the house leaves of the sun, in each second that the car is there."""
    return _Search(surplus_w, mode).path()


class _Search:
    def __init__(self, surplus_w: list[int], mode: Mode):
        self._end = len(surplus_w)
        self._minimum = mode.minimum
        numbers = (1, 3) if mode.switches else (mode.phases,)
        self._power = {n: [draws(w, n, mode.most_ma) for w in surplus_w] for n in numbers}
        self._sums = {
            n: list(accumulate(map(gain, watts, surplus_w), initial=0.0))
            for n, watts in self._power.items()
        }
        self._off = [0.0] * (self._end + 1)  # best gain from here on, off and free to start
        self._on = {n: [0.0] * (self._end + 1) for n in numbers}  # on and free
        self._start = [0] * (self._end + 1)  # phases to start with here, 0: stay off
        self._next = {n: [("stay", 0, 0)] * (self._end + 1) for n in numbers}
        self._solve()

    def _sum(self, n: int, begin: int, end: int) -> float:
        sums = self._sums[n]
        return sums[min(end, self._end)] - sums[min(begin, self._end)]

    def _later(self, values: list[float], at: int) -> float:
        return values[min(at, self._end)]

    def _solve(self) -> None:
        # Within the pause after a switch a car may stop: (value, second), the best first.
        stops: dict[int, deque[tuple[float, int]]] = {n: deque() for n in self._power}
        for t in range(self._end - 1, -1, -1):
            if not self._minimum:
                self._choose_off(t)
                for n, window in stops.items():
                    self._slide(n, t, window)
            for n in self._power:
                self._choose_on(n, t, stops)

    def _choose_off(self, t: int) -> None:
        """Off at `t` and free to start."""
        self._off[t] = self._off[t + 1]
        for n in self._power:
            started = self._sum(n, t + START_S, t + ON_S) + self._later(self._on[n], t + ON_S)
            if started > self._off[t]:
                self._off[t], self._start[t] = started, n

    def _slide(self, n: int, t: int, window: deque[tuple[float, int]]) -> None:
        """Keep the seconds in which a car that switches at `t` may stop within the pause."""
        stop = t + SWITCH_S
        if stop < self._end:
            value = self._sums[n][stop] + self._later(self._off, stop + OFF_S)
            while window and window[-1][0] <= value:
                window.pop()
            window.append((value, stop))
        while window and window[0][1] > t + PAUSE_S:
            window.popleft()

    def _choose_on(self, n: int, t: int, stops: dict[int, deque[tuple[float, int]]]) -> None:
        """On at `t` on `n` phases and free to do anything."""
        value = self._sum(n, t, t + 1) + self._on[n][t + 1]
        step = ("stay", 0, 0)
        stopped = self._later(self._off, t + OFF_S)
        if not self._minimum and stopped > value:
            value, step = stopped, ("stop", 0, t)
        for other in self._power:
            if other == n:
                continue
            kept = self._sum(other, t + SWITCH_S, t + PAUSE_S)
            kept += self._later(self._on[other], t + PAUSE_S)
            if kept > value:
                value, step = kept, ("switch", other, t + PAUSE_S)
            if stops[other]:
                best_stop, second = stops[other][0]
                stopped = best_stop - self._sums[other][t + SWITCH_S]
                if stopped > value:
                    value, step = stopped, ("switch and stop", other, second)
        self._on[n][t] = value
        self._next[n][t] = step

    def path(self) -> Best:
        """What the best one does, from the morning on."""
        power = [0.0] * self._end
        interruptions = switches = 0
        t = 0
        n = max(self._power, key=lambda n: self._on[n][0]) if self._minimum else 0
        while t < self._end:
            if not n:
                n = self._start[t]
                if n:
                    self._draw(power, n, t + START_S, t + ON_S)
                t += ON_S if n else 1
                continue
            what, other, until = self._next[n][t]
            if what == "stay":
                power[t] = self._power[n][t]
                t += 1
                continue
            if what.startswith("switch"):
                switches += 1
                n = other
                self._draw(power, n, t + SWITCH_S, until)
                t = until
            if what.endswith("stop"):
                interruptions += 1
                n = 0
                t += OFF_S
        return Best(power, interruptions, switches)

    def _draw(self, power: list[float], n: int, begin: int, end: int) -> None:
        for second in range(begin, min(end, self._end)):
            power[second] = self._power[n][second]
