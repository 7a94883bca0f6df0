"""A guard on the mock HAL with a vehicle of three voltages, for the unit tests of ring 0.

The vehicle as physics, with its tolerances and timing, is tools/plant; here one sets the voltage.
"""

from pilotwire.hal.mock import MockHal
from pilotwire.pilot import duty, handover, signals
from pilotwire.pilot.guard import Guard
from pilotwire.pilot.settings import Settings

HIGH_MV = {"A": 12_000, "B": 9_000, "C": 6_000, "D": 3_000, "E": 0, "F": -12_000, "?": -5_000}
PP_OHM = {13: 1_500, 20: 680, 32: 220, 63: 100}
READY = handover.FLAG_AUTHORISED | handover.FLAG_RUN | handover.FLAG_RECORDED


class Outlet:
    def __init__(self, **settings):
        self.hal = MockHal()
        self.guard = Guard(self.hal, Settings(**settings))
        self.vehicle = "A"
        self.low_mv = -12_000
        self.read_back = None  # the duty at the pin, where it is not what was driven
        self.talking = True  # ring 1 hands something down every second
        self.now_ms = 0

    def hand_down(self, limit_ma=32_000, flags=READY, ttl_ms=-1, fallback_ma=0, clear=None):
        spare = self.guard.handover.spare()
        spare[handover.DOWN_FLAGS] = flags
        if clear is not None:
            spare[handover.DOWN_CLEAR] = clear
        spare[handover.DOWN_ROWS] = 1
        at = handover.DOWN_LEASES
        spare[at] = limit_ma
        spare[at + handover.LEASE_TTL_MS] = ttl_ms
        spare[at + handover.LEASE_FALLBACK_MA] = fallback_ma
        self.guard.handover.publish()

    def plug(self, vehicle="B", cable_a=32):
        self.vehicle = vehicle
        self.hal.inputs[signals.PP_OHM] = PP_OHM[cable_a]

    def unplug(self):
        self.vehicle = "A"
        self.hal.inputs[signals.PP_OHM] = 30_000

    def tick(self):
        """One tick, with the plateaus that the driven duty makes and feedback that follows."""
        hal = self.hal
        high_mv = HIGH_MV[self.vehicle]
        steady = hal.duty in (duty.X1, duty.F)
        hal.inputs[signals.CP_HIGH_MV] = -12_000 if hal.duty == duty.F else high_mv
        hal.inputs[signals.CP_DUTY] = hal.duty if self.read_back is None else self.read_back
        hal.inputs[signals.CP_LOW_MV] = (
            hal.inputs[signals.CP_HIGH_MV] if steady else max(self.low_mv, -12_000)
        )
        if self.talking and self.now_ms % 1_000 == 0:
            self.guard.handover.spare()
            self.guard.handover.publish()
        self.guard.tick()
        self.now_ms += hal.dt_ms

    def run(self, ms):
        for _ in range(ms // self.hal.dt_ms):
            before = self.hal.closed
            self.tick()
            if self.hal.inputs[signals.FEEDBACK] >= 0 and self.follow:
                self.hal.inputs[signals.FEEDBACK] = before
        return self

    follow = True  # the contactor does what it is told, a tick later

    def until(self, condition, at_most_ms):
        """Tick until `condition()`; the ms that took. Fails the test by returning None."""
        start_ms = self.now_ms
        while self.now_ms - start_ms <= at_most_ms:
            if condition():
                return self.now_ms - start_ms
            self.run(self.hal.dt_ms)
        return None

    def charge(self, limit_ma=32_000, cable_a=32):
        """From an empty socket to a closed contactor."""
        self.hand_down(limit_ma)
        self.plug("B", cable_a)
        self.run(200)
        self.vehicle = "C"
        self.until(lambda: self.hal.closed, 3_000)
        self.run(300)
        return self

    def up(self, index):
        """What ring 0 hands up, once it has: it listens, judges and tells in turn."""
        self.run(4 * self.hal.dt_ms)
        return self.guard.handover.up[index]
