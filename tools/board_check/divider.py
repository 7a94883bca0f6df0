"""The pilot's divider: three resistors to the ADC's pin, from the pilot, from 3.3 V, from ground.

The pin is where their currents meet: V / G with G = 1/r_pilot + 1/r_supply + 1/r_ground.
"""

import re
from dataclasses import dataclass
from itertools import product

from .chips import PULL_SUPPLY_MV

_OHMS = re.compile(r"(\d+)(?:([rkM.])(\d*))?(k|M)?")
_FACTORS = {"r": 1, "k": 1_000, "M": 1_000_000}


class NoOhms(ValueError):
    """A text that is no resistance; the text says what would be."""


def ohms(text: str) -> int:
    """As in 28k2, 28.2k, 470, 470r, 1M; not 0. Raises NoOhms."""
    found = _OHMS.fullmatch(text)
    if not found or not text.strip("0.rkM"):
        raise NoOhms(f"{text}: no resistance, such as 470, 28k2 or 28.2k")
    whole, point, part, unit = found.groups()
    factor = _FACTORS[unit or (point if point != "." and point else "r")]
    return round(float(f"{whole}.{part or 0}") * factor)


@dataclass(frozen=True)
class Divider:
    """Ohms to the pilot, to 3.3 V and to ground."""

    pilot: float
    supply: float
    ground: float

    @property
    def zero_mv(self) -> int:
        """The pilot with the pin at 0 V."""
        return round(-PULL_SUPPLY_MV * self.pilot / self.supply)

    @property
    def full_mv(self) -> int:
        """The pilot with the pin at 3.3 V."""
        return round(PULL_SUPPLY_MV * (1 + self.pilot / self.ground))

    def pin_mv(self, pilot_mv: float) -> float:
        return (pilot_mv / self.pilot + PULL_SUPPLY_MV / self.supply) * self.source_ohm

    def pilot_mv(self, pin_mv: float) -> float:
        """What the firmware takes the pilot for, with zero_mv and full_mv of these resistors."""
        return self.zero_mv + pin_mv * (self.full_mv - self.zero_mv) / PULL_SUPPLY_MV

    @property
    def source_ohm(self) -> float:
        """What the ADC sees before it."""
        return 1 / (1 / self.pilot + 1 / self.supply + 1 / self.ground)

    def load_mv(self, pilot_mv: float, behind_ohm: float = 1_000) -> float:
        """By how much the divider itself lowers a pilot of `pilot_mv` behind `behind_ohm`."""
        return (pilot_mv - self.pin_mv(pilot_mv)) * behind_ohm / (self.pilot + behind_ohm)

    def error_mv(self, pilot_mv: float, tolerance: float) -> float:
        """The worst that resistors wrong by `tolerance` (0.01: 1 %) make of `pilot_mv`."""
        factors = (1 - tolerance, 1 + tolerance)
        return max(
            abs(self.pilot_mv(self._off(by).pin_mv(pilot_mv)) - pilot_mv)
            for by in product(factors, repeat=3)
        )

    def _off(self, by: tuple[float, ...]) -> "Divider":
        return Divider(self.pilot * by[0], self.supply * by[1], self.ground * by[2])
