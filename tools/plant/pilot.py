"""The wallbox's end of the control pilot: the generator and R1, IEC 61851-1 table A.2."""

from collections.abc import Iterator
from itertools import product

STEADY_HIGH = 10_000  # duty of steady +12 V
STEADY_LOW = 0  # duty of steady -12 V


class Pilot:
    """A generator of two levels (`high_mv`, `low_mv`) behind `r1_ohm`; `duty` in 1/100 %.

    `duty` is what the wallbox commands, `pin_duty` what the generator makes of it. Faults are
    attributes, beside the levels and `r1_ohm` themselves: `stuck_duty` (None, or the duty at
    whatever command), `duty_error` (added to a duty that oscillates, in 1/100 %), `period_us`
    (980..1020 is allowed), `dead` (no supply: 0 V), and of the divider that the wallbox reads it
    by `gain_pm` and `offset_mv` (1000 and 0: it is what the firmware takes it for).
    """

    __slots__ = (
        "dead",
        "duty",
        "duty_error",
        "gain_pm",
        "high_mv",
        "low_mv",
        "offset_mv",
        "period_us",
        "r1_ohm",
        "stuck_duty",
    )

    def __init__(self, *, high_mv: int = 12_000, low_mv: int = -12_000, r1_ohm: int = 1_000):
        self.high_mv = high_mv
        self.low_mv = low_mv
        self.r1_ohm = r1_ohm
        self.duty = STEADY_HIGH
        self.stuck_duty: int | None = None
        self.duty_error = 0
        self.period_us = 1_000
        self.dead = False
        self.gain_pm = 1_000
        self.offset_mv = 0

    @property
    def pin_duty(self) -> int:
        """The duty on the wire, 0..10_000; 0 from a dead generator too."""
        if self.dead:
            return STEADY_LOW
        duty = self.duty if self.stuck_duty is None else self.stuck_duty
        if self.duty_error and STEADY_LOW < duty < STEADY_HIGH:
            return min(max(duty + self.duty_error, STEADY_LOW), STEADY_HIGH)
        return duty

    @property
    def pin_period_us(self) -> int:
        """The period on the wire, 0 while it is steady."""
        return self.period_us if STEADY_LOW < self.pin_duty < STEADY_HIGH else 0

    def read_mv(self, mv: int) -> int:
        """What the wallbox takes a plateau of `mv` for."""
        return round(mv * self.gain_pm / 1_000) + self.offset_mv

    def levels_mv(self) -> tuple[int, int]:
        """The generator's upper and lower plateau; the same level twice when it is steady."""
        if self.dead:
            return 0, 0
        duty = self.pin_duty
        if duty == STEADY_HIGH:
            return self.high_mv, self.high_mv
        if duty == STEADY_LOW:
            return self.low_mv, self.low_mv
        return self.high_mv, self.low_mv

    @staticmethod
    def corners() -> Iterator[dict[str, int]]:
        """Keywords of every corner of the generator's tolerances."""
        for high, low, r1 in product((11_400, 12_600), (-12_600, -11_400), (970, 1_030)):
            yield {"high_mv": high, "low_mv": low, "r1_ohm": r1}
