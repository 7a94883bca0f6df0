"""A box in service, for the unit tests of what an installer has ring 0 try out."""

from outlet import Outlet
from pilotwire.pilot import signals
from pilotwire.pilot.service import CODES, CONTACTOR, ROWS, VERDICT, Service

FITTED = {"lock": True, "rcd_test": True}


class Bench(Outlet):
    """An outlet in service: lock and residual-current device follow what switches them."""

    def __init__(self, enter=True, **settings):
        super().__init__(**settings)
        self.locks = self.trips = True
        self.driven = []  # duties in their order
        self.closed_ms = 0
        self.most_closed_ms = 0
        self.service = Service(self.guard)
        self.hand_down(flags=0)
        if enter:
            self.service.enter()
        self.run(2_000)

    def tick(self):
        super().tick()
        hal = self.hal
        if not self.driven or self.driven[-1] != hal.duty:
            self.driven.append(hal.duty)
        self.closed_ms = self.closed_ms + hal.dt_ms if hal.closed else 0
        self.most_closed_ms = max(self.most_closed_ms, self.closed_ms)
        if self.locks:
            hal.inputs[signals.LOCK] = hal.outputs[signals.OUT_LOCK]
        if self.trips:
            hal.inputs[signals.RCD] = hal.outputs[signals.OUT_RCD_TEST]

    def ask(self, test, at_most_ms=15_000):
        """The verdict's code."""
        self.service.ask(test)
        assert self.until(lambda: not self.service.asked[0], at_most_ms) is not None, test
        return self.said()

    def said(self):
        return CODES[self.service.told[VERDICT]]

    def begin(self, test, ms):
        """`ms` of a test that is still running then."""
        self.service.ask(test)
        self.run(ms)
        assert self.said() == "running", self.said()
        return self

    def close(self):
        """In the middle of a contactor test."""
        self.begin(CONTACTOR, 0)
        assert self.until(lambda: self.hal.closed, 1_000) is not None
        return self

    def row(self, i):
        """What was read of SWEEP[i]: high, low, duty."""
        return list(self.service.told)[ROWS + 3 * i : ROWS + 3 * i + 3]
