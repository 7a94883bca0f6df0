"""What a way to share has achieved: energy, cost, fairness, interruptions, and the worst heat."""

from collections.abc import Sequence
from dataclasses import dataclass

# ct/kWh by the hour: an invented day with a dear morning and evening.
_NIGHT, _DAY = (24, 22, 21, 20, 20, 22), (27, 33, 35, 32, 29, 27, 25, 24, 25, 28, 32)
PRICES = (*_NIGHT, *_DAY, 38, 42, 41, 36, 31, 28, 26)
HOUR_S = 3_600


@dataclass
class Score:
    """`had_wh` and `wanted_wh` of each visit; `ct`: what it all cost; `used` of a trip time."""

    had_wh: Sequence[float]
    wanted_wh: Sequence[float]
    ct: float
    interruptions: int
    used: float | None
    trips: int = 0

    @property
    def kwh(self) -> float:
        return sum(self.had_wh) / 1_000

    @property
    def part(self) -> float:
        """Of all that was wanted."""
        return sum(self.had_wh) / sum(self.wanted_wh)

    @property
    def ct_kwh(self) -> float:
        return self.ct / self.kwh

    @property
    def jain(self) -> float:
        """Jain's index of the parts that cars had of what they wanted: 1 where all are alike."""
        parts = [had / wanted for had, wanted in zip(self.had_wh, self.wanted_wh, strict=True)]
        squares = sum(part * part for part in parts)
        return sum(parts) ** 2 / (len(parts) * squares) if squares else 1.0

    @property
    def interruptions_a_car(self) -> float:
        return self.interruptions / len(self.had_wh)


def cost_ct(watts: float, from_s: float, to_s: float) -> float:
    """What a constant power costs."""
    ct = 0.0
    while from_s < to_s:
        hour = int(from_s // HOUR_S)
        end_s = min(to_s, (hour + 1) * HOUR_S)
        ct += watts * (end_s - from_s) / 3_600_000 * PRICES[hour % 24]
        from_s = end_s
    return ct
