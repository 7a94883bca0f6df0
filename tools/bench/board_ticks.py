"""When ring 0 ticks, seen from outside: each tick writes once to the dead-man's queue."""

from itertools import pairwise

_QUEUE = 0x10  # PIO 0, TXF0


class Ticks:
    """A device; `at` holds the ns of every tick's write, also while the contactor is open."""

    def __init__(self):
        self.at = []

    def attach(self, chip):
        pio = chip.pio[0]
        write = pio.write_uint32_atomic

        def watched(offset, value, kind):
            if offset == _QUEUE:
                self.at.append(chip.clock.nanos)
            write(offset, value, kind)

        pio.write_uint32_atomic = watched

    def since(self, ns, until=float("inf")):
        """Those from `ns` on."""
        return [at for at in self.at if ns <= at <= until]

    def worst_us(self, ns, until=float("inf")):
        """The longest pause between two of them."""
        times = self.since(ns, until)
        return max(later - first for first, later in pairwise(times)) / 1e3
