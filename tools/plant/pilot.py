"""The wallbox's end of the control pilot: the generator and R1, IEC 61851-1 table A.2."""

from collections.abc import Iterator
from itertools import product

STEADY_HIGH = 10_000  # duty of steady +12 V
STEADY_LOW = 0  # duty of steady -12 V


class Pilot:
    """A generator of two levels (`high_mv`, `low_mv`) behind `r1_ohm`; `duty` in 1/100 %."""

    __slots__ = ("duty", "high_mv", "low_mv", "r1_ohm")

    def __init__(self, *, high_mv: int = 12_000, low_mv: int = -12_000, r1_ohm: int = 1_000):
        self.high_mv = high_mv
        self.low_mv = low_mv
        self.r1_ohm = r1_ohm
        self.duty = STEADY_HIGH

    def levels_mv(self) -> tuple[int, int]:
        """The generator's upper and lower plateau; the same level twice when it is steady."""
        if self.duty == STEADY_HIGH:
            return self.high_mv, self.high_mv
        if self.duty == STEADY_LOW:
            return self.low_mv, self.low_mv
        return self.high_mv, self.low_mv

    @staticmethod
    def corners() -> Iterator[dict[str, int]]:
        """Keywords of every corner of the generator's tolerances."""
        for high, low, r1 in product((11_400, 12_600), (-12_600, -11_400), (970, 1_030)):
            yield {"high_mv": high, "low_mv": low, "r1_ohm": r1}
