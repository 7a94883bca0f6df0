"""The test of the residual-current device: before each session and at least every 24 h.

IEC 62955: the device is made to trip by its test input while the contactor is open. Modules take
a pulse of 30 ms to 1.2 s for a test; some trip while it lasts, others after its end. Some hold a
trip until their test input lets it go: once a person has been there, that is done, once.
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
_RELEASE = const(3)  # of a trip that was not ours


class SelfTest:
    """`pressed` is the test input; `running`: the trip is our own, or is being let go; `released`:
    it has just been. `seen`, `why_not`: bits.
    """

    def __init__(self, fitted):
        self._fitted = fitted
        self.pressed = False
        self.running = False
        self.seen = 0
        self.why_not = reasons.RCD_TEST if fitted else 0
        self.released = False
        self._passed = False
        self._phase = _IDLE
        self._test_ms = 0
        self._age_ms = 0
        self._may_release = False  # a person has been there since it tripped

    def attended(self):
        """A vehicle has left, or an operator has cleared the faults."""
        self._may_release = True

    def step(self, dt_ms, tripped, vehicle, closed):
        """Let `dt_ms` pass. `vehicle`: one is plugged in; `tripped`: the device's contact."""
        if not self._fitted:
            return
        if self._age_ms < DAY_MS:
            self._age_ms += dt_ms
        self.seen = 0
        self.released = False
        if self._phase == _IDLE:
            self._may_release = self._may_release and tripped
            day = self._age_ms >= DAY_MS
            if day or not vehicle:
                self._passed = False  # each session has its own; a charge of a day pauses for it
            if self._may_release and not closed:
                self._passed = False
                self._test_ms = 0
                self._phase = _RELEASE
            elif not closed and not tripped and not self._passed and (day or vehicle):
                self._test_ms = 0
                self._phase = _AWAITED
        else:
            self._run(dt_ms, tripped, vehicle)
        self.running = self._phase != _IDLE
        self.pressed = self.running and self._test_ms < PULSE_MS
        self.why_not = 0 if self._passed else reasons.RCD_TEST

    def _run(self, dt_ms, tripped, vehicle):
        self._test_ms += dt_ms
        if self._phase == _AWAITED and tripped:
            self._phase = _TRIPPED
        elif self._phase == _TRIPPED and not tripped and not self.pressed:
            self._passed = vehicle  # one that has left in the meantime takes its test along
            self._end()
        elif self._phase == _RELEASE:
            if not self.pressed and (not tripped or self._test_ms >= RELEASE_MS):
                self.released = not tripped
                self._may_release = False
                self._phase = _IDLE
        elif self._test_ms >= (TRIP_MS if self._phase == _AWAITED else RELEASE_MS):
            self.seen = faults.RCD_TEST
            self._end()

    def _end(self):
        self._age_ms = 0
        self._phase = _IDLE
