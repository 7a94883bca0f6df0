"""Holds emulated time back to the wall clock, for tests that talk to real sockets.

An idle core jumps from alarm to alarm, so its time runs several times ahead of the wall: an MQTT
client would give up on a broker that has not had a chance to answer.
"""

import time

_STEP_NS = 1_000_000
_LOST_S = 0.2  # further behind than this is not made up for: a busy core is 30 times too slow


class Pacer:
    """At most `speed` emulated seconds in a second of wall time; 0 lets it run free."""

    def __init__(self, clock, stop, speed):
        self._clock = clock
        self._stop = stop  # ends the running batch
        self.speed = speed
        self._alarm = clock.create_alarm(self._tick)
        self._start()

    def _start(self):
        self._wall_start = time.monotonic()
        self._emulated_start = self._clock.nanos

    def set_speed(self, speed):
        """From now on; what went before is not counted."""
        self.speed = speed
        self._start()
        if speed:
            self._alarm.schedule(_STEP_NS)
        else:
            self._alarm.cancel()

    def ahead_s(self):
        """Seconds of wall time to wait before emulation goes on (>= 0)."""
        if not self.speed:
            return 0
        emulated_s = (self._clock.nanos - self._emulated_start) / 1e9
        ahead = emulated_s / self.speed - (time.monotonic() - self._wall_start)
        if ahead < -_LOST_S:
            self._start()
        return max(ahead, 0)

    def _tick(self):
        if self.ahead_s() > 0:
            self._stop()
        self._alarm.schedule(_STEP_NS)
