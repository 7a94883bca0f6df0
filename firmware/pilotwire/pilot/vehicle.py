"""What hangs on the pilot: the vehicle's state, and what the plateaus tell of diode and generator.

IEC 61851-1 table A.4 (windows), A.2.2 (diode), A.2.3 (simplified pilot), sequence 11 (B-C-B).
"""

from micropython import const

from . import duty as _duty
from . import faults, levels, signals
from .levels import window_of

_LOW_MV = const(-10_000)  # table A.2: the diode leaves -12 V +- 5 % on the low plateau
_LEAST_MV = const(-13_000)  # table A.4: below is no -12 V
_DUTY_OFF = const(100)  # 1/100 %: what a vehicle accepts; GB/T says 1.5 points, IEC perhaps 1
_NONE = const(-1)  # no sample yet
_TOGGLE_MS = const(200)  # sequence 11: each half of a toggle takes 200 ms to 3 s
_TOGGLE_MAX_MS = const(3_000)
_LONG_MS = const(600_000)


def _powered(state):
    return levels.C <= state <= levels.D


class Vehicle:
    """`state` (levels.A..INVALID) changes with the second of two equal samples: a glitch under
    10 ms is seen once. `windows` are the profile's.

    `simplified`: it was not seen in B, so it may have no S2. `toggles` counts the B-C-B
    toggles of a vehicle that wakes a box which offers nothing.
    """

    def __init__(self, windows=levels.IEC):
        self.state = levels.INVALID  # nothing known: who is in C at our start may have been in B
        self.simplified = False
        self.toggles = 0
        self._windows = windows
        self._candidate = _NONE
        self._since_ms = 0  # in this state
        self._window(0)  # the first sample finds its own

    def look(self, inputs, dt_ms, duty, settled):
        """Bits of the faults that this sample shows, taken while the pilot drives `duty`.

        `settled`: the pilot has had its present form for long enough that no sample is mixed.
        """
        mv = inputs[signals.CP_HIGH_MV]
        if duty == _duty.F:
            self.simplified = True  # until one is seen in A or B: another may come while hidden
            self.state = self._candidate = levels.F  # our own -12 V hides the vehicle
            return faults.GENERATOR if settled and mv > _LOW_MV else 0
        if not self._from_mv <= mv < self._to_mv:
            self._window(mv)
        state = self._holds
        if state != self.state:
            state = self._else
        if self._since_ms < _LONG_MS:
            self._since_ms += dt_ms
        was = self._candidate
        self._candidate = state
        if state != self.state:
            if state == was:
                self._change(state, duty)
            elif _powered(self.state) and not (_powered(was) or _powered(state)):
                self._change(min(was, state), duty)  # two samples that asked for no energy
        seen = 0
        if state > levels.D:
            if state == levels.E:
                seen = faults.CP_SHORT
            elif state == levels.INVALID or settled:
                seen = faults.CP_INVALID
            if seen and was > levels.D and was != state:
                seen = faults.CP_SHORT | faults.CP_INVALID  # bad twice, each time in another way
        if settled:
            low_mv = inputs[signals.CP_LOW_MV]
            if duty == _duty.X1:
                if low_mv < _LOW_MV and mv > 0:
                    seen |= faults.GENERATOR  # it oscillates, and was not asked to
            else:
                # A.2.2: with the oscillator on, the diode keeps the low plateau at -12 V.
                if low_mv > _LOW_MV:
                    seen |= faults.DIODE if levels.B <= state <= levels.D else faults.CP_INVALID
                elif low_mv < _LEAST_MV:
                    seen |= faults.GENERATOR
                read = inputs[signals.CP_DUTY]
                if read >= 0 and not -_DUTY_OFF <= read - duty <= _DUTY_OFF:
                    seen |= faults.GENERATOR
        return seen

    def _window(self, mv):
        windows = self._windows
        i = window_of(mv, windows)
        row = windows[i]
        self._from_mv = row[levels.FROM_MV]
        self._to_mv = windows[i - 1][levels.FROM_MV] if i else _LONG_MS
        self._holds = row[levels.HOLDS]
        self._else = row[levels.ELSE]

    def _change(self, state, duty):
        before = self.state
        self.state = state
        if state == levels.A:
            self.simplified = False
            self.toggles = 0
        elif before == levels.A and state != levels.B:
            self.simplified = True
        elif state == levels.B:
            self.simplified = False
            toggled = before == levels.C and _TOGGLE_MS <= self._since_ms <= _TOGGLE_MAX_MS
            if toggled and duty == _duty.X1:
                self.toggles += 1
        self._since_ms = 0
