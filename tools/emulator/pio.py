"""PIO (RP2040 datasheet 3) that keeps its time while the core sleeps.

rp2040py jumps an idle core straight to the next alarm and writes off what the state machines
should have done meanwhile. Here the next instruction due is itself an alarm, so an idle jump
never goes past it. A stalled state machine costs nothing.
"""

from rp2040py.peripherals.pio import RPPIO

_CYCLE_NS = 8  # 125 MHz
_NEVER_DUE = 1 << 62  # rp2040py's mark for "no state machine can run"


class PunctualPio(RPPIO):
    """`machine.StateMachine` and `rp2.PIO` programs run at their divider, asleep or awake."""

    def __init__(self, chip, _name, _first_irq, _index):
        self._alarm = chip.clock.create_alarm(self._nudge)

    def recompute_due(self):
        super().recompute_due()
        self._arm()

    def notify_due(self, due_fp):
        super().notify_due(due_fp)
        self._arm()

    def reset(self):
        super().reset()
        self._alarm.cancel()

    def _arm(self):
        if self.next_due_fp == _NEVER_DUE:
            self._alarm.cancel()
        else:
            cycles = -(self.cycle_fp - self.next_due_fp >> 8)  # 1/256 cycles, rounded up
            self._alarm.schedule(max(cycles, 1) * _CYCLE_NS)

    def _nudge(self):
        """The core's idle jumps drop fractions of a cycle: try again in one if it was short."""
        self._alarm.schedule(_CYCLE_NS)
