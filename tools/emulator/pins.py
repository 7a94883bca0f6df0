"""What a circuit sees of an output pin: its level, its edges, its duty cycle, in emulated ns."""

from itertools import pairwise

from rp2040py.gpio_pin import GPIOPinState

_FULL_DUTY = 10_000  # 1/100 %
_UNKNOWN_DUTY = 100
_STEADY_NS = 3_000_000  # three periods of the pilot's 1 kHz without an edge


def level(state, released=False):
    """Level of a pin in this GPIOPinState; one that drives nothing is at `released`."""
    if state == GPIOPinState.HIGH:
        return True
    if state == GPIOPinState.LOW:
        return False
    return released


class Edges:
    """Keeps the last `keep` edges of a pin as (ns, level); `on_edge(level)` is told of each.

    `released` is the level an outside resistor gives while the chip does not drive the pin.
    """

    def __init__(self, gpio, released=False, keep=100_000, on_edge=None):
        self.gpio = gpio
        self.level = released
        self.seen = []
        self.dropped = 0
        self._released = released
        self._keep = keep
        self._on_edge = on_edge

    def attach(self, chip):
        self._clock = chip.clock
        chip.gpio[self.gpio].add_listener(self._changed)

    def _changed(self, new, _old):
        now = level(new, self._released)
        if now == self.level:
            return
        self.level = now
        if len(self.seen) >= self._keep:
            del self.seen[: self._keep // 2]
            self.dropped += self._keep // 2
        self.seen.append((self._clock.nanos, now))
        if self._on_edge:
            self._on_edge(now)

    def periods_ns(self):
        """Times from each rising edge kept to the next."""
        rises = [ns for ns, up in self.seen if up]
        return [later - earlier for earlier, later in pairwise(rises)]

    def highs_ns(self):
        """Lengths of the high pulses kept that have ended."""
        return [end - start for (start, up), (end, _) in pairwise(self.seen) if up]


class DutyMeter:
    """The duty of a 1 kHz PWM in 1/100 %: 0 and 10,000 are steady levels.

    `on_start` is called at the first edge after a steady level.
    """

    def __init__(self, gpio, released=False, on_start=None):
        self.edges = Edges(gpio, released, keep=8, on_edge=self._edge)
        self._on_start = on_start

    def attach(self, chip):
        self._clock = chip.clock
        self._steady_until = -1  # it always has been
        self.edges.attach(chip)

    def _edge(self, _level):
        was_steady = self._clock.nanos > self._steady_until
        self._steady_until = self._clock.nanos + _STEADY_NS
        if was_steady:
            del self.edges.seen[:-1]
            if self._on_start:
                self._on_start()

    @property
    def duty(self):
        """Of the last whole period, or of the level when it is steady for 3 ms.

        1 % until the first period is over: not steady, and no car draws current at that.
        """
        if self._clock.nanos > self._steady_until:
            return _FULL_DUTY if self.edges.level else 0
        if len(self.edges.seen) < 3:
            return _UNKNOWN_DUTY
        (first, up), (second, _), (third, _) = self.edges.seen[-3:]
        high = second - first if up else third - second
        return round(_FULL_DUTY * high / (third - first))
