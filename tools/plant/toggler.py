"""A car that wakes the wallbox by B-C-B toggles: IEC 61851-1 sequence 11."""

from typing import Any

from .car import PILOT_HIGH_MV, Car
from .events import NEVER_US, US_PER_MS
from .mains import Volts


class Toggler(Car):
    """It closes and opens S2 `count` times, `half_ms` each, beginning `wait_ms` after the pilot.

    `half_ms` is 200..3000 by the standard (others are taken, to provoke). Until it is through it
    draws nothing, then it is an ordinary car. `toggle()` does it again, from S2 open.
    """

    __slots__ = ("_flip_due_us", "_flips_left", "_starts", "count", "half_ms", "wait_ms")

    def __init__(self, *, count: int = 2, half_ms: int = 300, wait_ms: int = 2_000, **car: Any):
        self.count = count
        self.half_ms = half_ms
        self.wait_ms = wait_ms
        super().__init__(**car)

    def reset(self, now_us: int) -> None:
        super().reset(now_us)
        self._flip_due_us = NEVER_US
        self._flips_left = 0
        self.toggle()

    def toggle(self) -> None:
        """Toggle `wait_ms` after the next look at a pilot. ValueError while S2 is closed."""
        if self.s2:
            raise ValueError("S2 is closed: toggles begin in state B")
        self._starts = True
        self._flips_left = 2 * self.count

    @property
    def due_us(self) -> int:
        """When the car next does something by itself."""
        return min(super().due_us, self._flip_due_us)

    def sense(self, now_us: int, duty: int, high_mv: int, low_mv: int, mains_mv: Volts) -> None:
        if self._starts and high_mv > PILOT_HIGH_MV:
            self._starts = False
            self._flip_due_us = now_us + self.wait_ms * US_PER_MS
        super().sense(now_us, duty, high_mv, low_mv, mains_mv)

    def fire(self, now_us: int) -> None:
        if self._flip_due_us <= now_us:
            self._flips_left -= 1
            more = self._flips_left > 0
            self._flip_due_us = now_us + self.half_ms * US_PER_MS if more else NEVER_US
            self.s2 = not self.s2
        super().fire(now_us)

    def _decide(self, now_us: int) -> None:
        if not self._flips_left:
            super()._decide(now_us)
