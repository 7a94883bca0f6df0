"""The rating of the cable in the socket, read at its proximity pilot: IEC 61851-1 Annex B."""

from . import faults
from .proximity import INVALID, rating_for


class Cable:
    """`ma` is the rating in mA, 0 where none may be used; `fixed_ma` that of a fixed cable."""

    def __init__(self, fixed_ma=0):
        self.fixed = fixed_ma > 0
        self.ma = fixed_ma
        self._candidate = fixed_ma

    def look(self, ohm, closed):
        """Bits of the faults that a resistor of `ohm` shows; for a socket."""
        ma = rating_for(ohm)
        if ma == INVALID:
            ma = 0
        if closed:
            # Annex B: a rating that falls under power is a fault; one that rises is not believed.
            return faults.PROXIMITY if ma < self.ma else 0
        if ma == self._candidate:
            self.ma = ma
        self._candidate = ma
        return 0
