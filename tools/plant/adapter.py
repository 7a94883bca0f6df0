"""A test adapter for a charging point (IEC 61851-1 table A.8): resistors, a switch for S2, a load.

It follows no offer: what it draws is its load, as soon as there is voltage and S2 is closed.
"""

from typing import Any

from .car import Car


class Adapter(Car):
    """`turn(True)` puts 882 ohm in the place of 2.74 kohm. `load_ma` on the first `phases`.

    Faults are those of a Car: `diode_shorted` is one that was left out.
    """

    __slots__ = ("_turned", "load_ma")

    def __init__(self, *, load_ma: int = 4_000, **car: Any):
        self.load_ma = load_ma
        self._turned = False
        super().__init__(pf_pm=1_000, start_ms=0, up_ma_s=1_000_000, down_ma_s=1_000_000, **car)

    def turn(self, charging: bool) -> None:
        """The switch: states B and C."""
        self._turned = self.s2 = charging

    def reset(self, now_us: int) -> None:
        super().reset(now_us)
        self.s2 = self._turned

    def _decide(self, now_us: int) -> None:
        self._ramp_to(now_us, self.load_ma if self.s2 and self._ready else 0)
