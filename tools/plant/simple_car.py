"""A car with the simplified pilot, IEC 61851-1 A.2.3: no S2, so it goes from A straight to C."""

from typing import Any

from .car import Car

SIMPLE_MA = 10_000  # IEC; 8_000 by GB/T 18487.1-2023


class SimpleCar(Car):
    """It loads one phase with at most `max_ma` as soon as there is voltage, whatever the duty.

    It has nothing to stop with: done, it draws nothing and stays in state C.
    """

    __slots__ = ()

    def __init__(self, *, max_ma: int = SIMPLE_MA, **car: Any):
        super().__init__(max_ma=max_ma, phases=1, **car)

    def reset(self, now_us: int) -> None:
        super().reset(now_us)
        self.s2 = True  # the resistor of S2 is wired in

    def _decide(self, now_us: int) -> None:
        self._ramp_to(now_us, self.max_ma if self.wants and self._ready else 0)
