"""A car that has fallen asleep and needs the wake-up of IEC 61851-1 A.5.3."""

from typing import Any

from .car import PILOT_HIGH_MV, PILOT_LOW_MV, Car
from .events import US_PER_MS
from .mains import Volts

LOST = "lost"  # state E or F
X1 = "X1"  # PWM, then steady +12 V, then PWM again
PWM = "PWM"


class Sleeper(Car):
    """From each plugging in on it sees no PWM until `wakes_on` (LOST or X1) lasted `hold_ms`.

    The wake-up takes effect when that ends. 3 s: typical, what the chargers that try it do
    lies at 3..4 s. `sleep()` puts it to sleep again.
    """

    __slots__ = ("_oscillated", "_saw", "_since_us", "awake", "hold_ms", "wakes_on")

    def __init__(self, *, wakes_on: str = LOST, hold_ms: int = 3_000, **car: Any):
        if wakes_on not in (LOST, X1):
            raise ValueError(f"wakes_on {wakes_on!r}: {LOST!r} or {X1!r}")
        self.wakes_on = wakes_on
        self.hold_ms = hold_ms
        super().__init__(**car)

    def reset(self, now_us: int) -> None:
        super().reset(now_us)
        self.sleep()

    def sleep(self) -> None:
        """Fall asleep: a charge under way ends as at a stop of the wallbox."""
        self.awake = False
        self._oscillated = False
        self._saw: str | None = None
        self._since_us = 0

    def sense(self, now_us: int, duty: int, high_mv: int, low_mv: int, mains_mv: Volts) -> None:
        if not self.awake:
            self._listen(now_us, high_mv, low_mv)
        if not self.awake:
            low_mv = high_mv  # no PWM for a sleeper
        super().sense(now_us, duty, high_mv, low_mv, mains_mv)

    def _listen(self, now_us: int, high_mv: int, low_mv: int) -> None:
        sees = PWM if low_mv < PILOT_LOW_MV else X1
        if high_mv <= PILOT_HIGH_MV:
            sees = LOST
        if sees == self._saw:
            return
        if self._saw == self.wakes_on and now_us - self._since_us >= self.hold_ms * US_PER_MS:
            self.awake = self.wakes_on == LOST or (sees == PWM and self._oscillated)
        self._oscillated = self._oscillated or sees == PWM
        self._saw = sees
        self._since_us = now_us
