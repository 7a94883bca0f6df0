"""The test of the residual-current device: before each session and at least every 24 h.

IEC 62955: the device is made to trip by its test input while the contactor is open. Modules take
a pulse of 30 ms to 1.2 s for a test; some trip while it lasts, others after its end.
"""

from micropython import const

from . import faults, reasons

PULSE_MS = const(200)
TRIP_MS = const(1_000)  # from the pulse's start to the trip, at most
RELEASE_MS = const(4_000)  # and to the end of the trip
DAY_MS = const(86_100_000)  # 24 h less 5 min, in which a vehicle stops and the test is done

_IDLE = const(0)
_AWAITED = const(1)
_TRIPPED = const(2)


class SelfTest:
    """`pressed` is the test input; `running`: the trip is our own. `seen`, `why_not`: bits."""

    def __init__(self, fitted):
        self._fitted = fitted
        self.pressed = False
        self.running = False
        self.seen = 0
        self.why_not = reasons.RCD_TEST if fitted else 0
        self._passed = False
        self._phase = _IDLE
        self._test_ms = 0
        self._age_ms = 0

    def step(self, dt_ms, tripped, vehicle, closed):
        """Let `dt_ms` pass. `vehicle`: one is plugged in; `tripped`: the device's contact."""
        if not self._fitted:
            return
        if self._age_ms < DAY_MS:
            self._age_ms += dt_ms
        self.seen = 0
        if self._phase == _IDLE:
            day = self._age_ms >= DAY_MS
            if day or not vehicle:
                self._passed = False  # each session has its own; a charge of a day pauses for it
            if not closed and not tripped and not self._passed and (day or vehicle):
                self._test_ms = 0
                self._phase = _AWAITED
        else:
            self._run(dt_ms, tripped)
        self.running = self._phase != _IDLE
        self.pressed = self.running and self._test_ms < PULSE_MS
        self.why_not = 0 if self._passed else reasons.RCD_TEST

    def _run(self, dt_ms, tripped):
        self._test_ms += dt_ms
        if self._phase == _AWAITED and tripped:
            self._phase = _TRIPPED
        elif self._phase == _TRIPPED and not tripped and not self.pressed:
            self._passed = True
            self._end()
        elif self._test_ms >= (TRIP_MS if self._phase == _AWAITED else RELEASE_MS):
            self.seen = faults.RCD_TEST
            self._end()

    def _end(self):
        self._age_ms = 0
        self._phase = _IDLE
