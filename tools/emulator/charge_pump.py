"""The dead-man of the reference board: a charge pump that holds the coil while edges arrive.

A few edges fill it; without any it runs empty. A pin stuck at either level, or a single edge at
power-on, holds nothing.
"""

from emulator.pins import Edges


class ChargePump:
    """`energised` follows the square wave on `gpio`; `on_change(energised)` is told at once.

    `fill_edges` edges, none further than `hold_ms` from the last, energise the coil; `hold_ms`
    without an edge drops it.
    """

    def __init__(self, gpio, hold_ms=50, fill_edges=20, on_change=None):
        self.edges = Edges(gpio, on_edge=self._edge)
        self.energised = False
        self._hold_ns = hold_ms * 1_000_000
        self._fill = fill_edges
        self._count = 0
        self._last_ns = 0
        self._on_change = on_change

    def attach(self, chip):
        self._clock = chip.clock
        self._alarm = chip.clock.create_alarm(self._check)
        self.edges.attach(chip)

    def _edge(self, _level):
        if self._count == 0:
            self._alarm.schedule(self._hold_ns)
        self._last_ns = self._clock.nanos
        self._count += 1
        if self._count == self._fill:
            self._set(True)

    def _check(self):
        """One alarm per hold time, not one per edge: 10 kHz has 20,000 of those a second."""
        left = self._last_ns + self._hold_ns - self._clock.nanos
        if left > 0:
            self._alarm.schedule(left)
        else:
            self._count = 0
            if self.energised:
                self._set(False)

    def _set(self, energised):
        self.energised = energised
        if self._on_change:
            self._on_change(energised)
