"""Energy between two events, in closed form and without rounding.

Between two events each loaded phase has a constant open voltage V behind the source resistance Z,
and carries its share w of a current that is a straight line, i(t) = i0 + s t. Its power is
(V - Z w i) w i pf, so the energy is a cubic in t. With V in mV, w and pf in 1/1000, Z in mOhm, i0
in nA, s in mA/s (which is nA/us) and t in us that cubic has integer coefficients in units of
1e-36 J / 6: adding the parts of an interval gives exactly the whole, over weeks too.
"""

from typing import NamedTuple

_UNITS_PER_WS = 6 * 10**36
UNITS_PER_WH = 3_600 * _UNITS_PER_WS


class Flow(NamedTuple):
    """A load whose phases have the shares w: `volts` is the sum of V w, `squares` that of w w."""

    volts: int
    squares: int
    source_mohm: int
    start_na: int
    slope: int  # mA/s
    pf_pm: int

    def energy(self, us: int) -> int:
        """Energy of the first `us` microseconds, in 1e-36 J / 6."""
        volts, squares, source_mohm, i0, slope, pf_pm = self
        i_t = us * (6 * i0 + 3 * slope * us)
        ii_t = us * (6 * i0 * i0 + us * (6 * i0 * slope + 2 * slope * slope * us))
        return pf_pm * (10**12 * volts * i_t - squares * source_mohm * ii_t)

    def time_to(self, energy: int, within_us: int) -> int | None:
        """The first microsecond at which `energy` has flowed, None if not `within_us`."""
        if energy <= 0:
            return 0
        if self.slope == 0:
            per_us = self.energy(1)
            us = -(-energy // per_us) if per_us > 0 else within_us + 1
            return us if us <= within_us else None
        if self.energy(within_us) < energy:
            return None
        low, high = 0, within_us  # a charging ramp's power is positive: energy only grows
        while high - low > 1:
            middle = (low + high) // 2
            if self.energy(middle) < energy:
                low = middle
            else:
                high = middle
        return high


def wh(energy: int) -> float:
    """Watt hours of an energy in 1e-36 J / 6."""
    return energy / UNITS_PER_WH
