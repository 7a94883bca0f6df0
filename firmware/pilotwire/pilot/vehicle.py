"""What hangs on the pilot: the vehicle's state, and what the plateaus tell of diode and generator.

IEC 61851-1 table A.4 (windows), A.2.2 (diode).
"""

from micropython import const

from . import duty as _duty
from . import faults, levels, signals
from .levels import state_for

_LOW_MV = const(-10_000)  # table A.2: the diode leaves -12 V +- 5 % on the low plateau


class Vehicle:
    """`state` (levels.A..INVALID) changes with the second of two equal samples: a glitch under
    10 ms is seen once. `has_d`: the profile knows state D.
    """

    def __init__(self, has_d=True):
        self.state = levels.A
        self._candidate = levels.A
        self._has_d = has_d

    def look(self, inputs, duty, settled):
        """Bits of the faults that this sample shows, taken while the pilot drives `duty`.

        `settled`: the pilot has had its present form for long enough that no sample is mixed.
        """
        if duty == _duty.F:
            self.state = self._candidate = levels.F  # our own -12 V hides the vehicle
            return 0
        state = state_for(inputs[signals.CP_HIGH_MV], self.state, self._has_d)
        if state != self.state and state == self._candidate:
            self.state = state
        self._candidate = state
        seen = 0
        if state > levels.D:
            if state == levels.E:
                seen = faults.CP_SHORT
            elif state == levels.INVALID or settled:
                seen = faults.CP_INVALID
        # A.2.2: with the oscillator on, the diode keeps the low plateau at -12 V.
        if settled and duty != _duty.X1 and inputs[signals.CP_LOW_MV] > _LOW_MV:
            seen |= faults.DIODE if levels.B <= state <= levels.D else faults.CP_INVALID
        return seen
