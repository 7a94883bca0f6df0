"""Virtual time: what is due next, and nothing between."""

import heapq
from collections.abc import Callable


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0

    def at(self, at_s: float, act: Callable[[], object]) -> None:
        """At that moment, or now where it is past; those of one moment in the order they came."""
        self._count += 1
        heapq.heappush(self._heap, (max(at_s, self.now_s), self._count, act))

    def run(self, end_s: float) -> None:
        heap = self._heap
        while heap and heap[0][0] <= end_s:
            self.now_s, _, act = heapq.heappop(heap)
            act()
        self.now_s = end_s
