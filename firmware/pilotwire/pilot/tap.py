"""Between ring 0 and its HAL while a trace is recorded: notes changes of inputs and outputs.

Noise is held back, and ring 0 sees what the trace holds: so the trace explains every decision
exactly. An entry is three numbers: ticks since the last entry, what changed, its new value.
"""

from array import array

from micropython import const

from . import signals
from .handover import ALL, DOWN_SEQ

# What changed: an input (its index in signals.py), or
DT = const(10)  # what `sample` returned
SLOT = const(11)  # in the tick before, ring 0 took the slot with this sequence number
DUTY = const(12)
CLOSED = const(13)
OUTPUTS = const(14)  # as bits
NOTHING = const(15)  # only time has passed
ENTRY = const(3)
SEQ_MASK = const(0x7FFF)

_LONGEST = const(0x7FFF)
_PILOT_MV = const(60)  # smaller changes are noise: no window of table A.4 has less than 1 V beside
_DUTY = const(20)
_PP_SHIFT = const(5)  # 3 %


class Tap:
    """A HAL for ring 0 around `hal`. `down` is the guard's own copy of the slot.

    `use` names the array('h') that is filled from then on; `n` numbers of it are in use.
    """

    def __init__(self, hal, down):
        self._hal = hal
        self._down = down
        self.feed = hal.feed
        self.wake = hal.wake
        self.held = array("i", [0] * signals.N_INPUTS)
        self.ticks = 0
        self.n = 0
        self.dt_ms = self.duty = self.closed = self.outputs = 0
        self._entries = array("h")
        self._gap = 0
        self._seq = 0

    def use(self, entries):
        """Ring 1: begin anew in `entries`."""
        self._entries = array("h")  # a tick in between finds no room
        self._seq = self._down[DOWN_SEQ]
        self._gap = self.n = 0
        self._entries = entries

    def sample(self, inputs):
        dt_ms = self._hal.sample(inputs)
        self.ticks = self.ticks + 1 & 0xFFFFFF
        self._gap += 1
        if self._gap == _LONGEST:
            self._put(NOTHING, 0)
        if dt_ms != self.dt_ms:
            self.dt_ms = dt_ms
            self._put(DT, dt_ms)
        seq = self._down[DOWN_SEQ]
        if seq != self._seq:
            self._seq = seq
            self._put(SLOT, seq & SEQ_MASK)
        held = self.held
        if inputs != held:
            self._hold(inputs, signals.CP_HIGH_MV, _PILOT_MV)
            self._hold(inputs, signals.CP_LOW_MV, _PILOT_MV)
            self._hold(inputs, signals.CP_DUTY, _DUTY)
            self._hold(inputs, signals.PP_OHM, held[signals.PP_OHM] >> _PP_SHIFT)
            if inputs != held:
                self._note(inputs)
        return dt_ms

    def drive(self, duty, closed):
        self._hal.drive(duty, closed)
        if duty != self.duty:
            self.duty = duty
            self._put(DUTY, duty)
        if closed != self.closed:
            self.closed = closed
            self._put(CLOSED, closed)

    def switch(self, output, on):
        self._hal.switch(output, on)
        bit = 1 << output
        self.outputs = self.outputs | bit if on else self.outputs & ~bit
        self._put(OUTPUTS, self.outputs)

    def _hold(self, inputs, i, band):
        was = self.held[i]
        if -band <= inputs[i] - was <= band:
            inputs[i] = was

    def _note(self, inputs):
        held = self.held
        i = 0
        while i < signals.N_INPUTS:
            if inputs[i] != held[i]:
                self._put(i, inputs[i])
            i += 1
        held[ALL] = inputs

    def _put(self, what, value):
        n = self.n
        entries = self._entries
        if n + ENTRY > len(entries):
            return
        entries[n] = self._gap
        entries[n + 1] = what
        entries[n + 2] = value
        self._gap = 0
        self.n = n + ENTRY
