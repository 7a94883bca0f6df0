"""A wish that jitters around the least current, as a vehicle stands it and a person foresees it.

For wishes of comfort only (sun, schedule, price, local manager): what protects the box, the
connection or the grid is obeyed at once and goes past it.
"""

from micropython import const

from ..ticks import since

_REST_MS = const(14_400_000)  # four hours without current, as every night: no pause in between


class Steady:
    """Switches the current on and off no faster and no more often than a vehicle stands.

    `start_ma`: what the vehicle needs to start (6000 or more); `least_ma`, at most that: to go
    on. On for at least `on_s`, off for at least `off_s`. Each time that a drawing vehicle is
    stopped is one of `interruptions`; after `most` of them (0: any number) it `hold`s the least
    current where it would stop, or else stays off: until `begin`, or after a rest of four hours.

    `reason` says what makes the result another than the wish: "on-time", "off-time", "start" (too
    little to start) or "interruptions". "" where nothing does.
    """

    def __init__(self, start_ma, least_ma, on_s, off_s, most, hold):
        self._start_ma = start_ma
        self._least_ma = least_ma
        self._on_ms = on_s * 1000
        self._off_ms = off_s * 1000
        self._most = most
        self._hold = hold
        self._now_ms = None
        self.begin()

    def begin(self):
        """Another vehicle: nothing that was before concerns it."""
        self.on = False
        self.interruptions = 0
        self.reason = ""
        self._started = False  # the vehicle, since it has been on
        self._wait_ms = 0  # until it may change again
        self._rest_ms = 0  # that it has been off

    def look(self, now_ms, wish_ma, draws):
        """mA per phase for a wish of `wish_ma`; `draws`: the vehicle draws current now."""
        passed_ms = 0 if self._now_ms is None else since(now_ms, self._now_ms)
        self._now_ms = now_ms
        self._wait_ms -= min(passed_ms, self._wait_ms)
        spent = self._most and self.interruptions >= self._most
        self.reason = ""
        if self.on:
            self._started = self._started or draws
            least_ma = self._least_ma if self._started else self._start_ma
            if wish_ma >= least_ma:
                return wish_ma
            if self._wait_ms or (spent and self._hold):
                self.reason = "on-time" if self._wait_ms else "interruptions"
                return least_ma
            self.on = self._started = False
            self._wait_ms = self._off_ms
            self._rest_ms = 0
            self.interruptions += bool(draws)
            return 0
        self._rest_ms = min(self._rest_ms + passed_ms, _REST_MS)
        if self._rest_ms == _REST_MS:
            self.interruptions = spent = 0
        if wish_ma < self._start_ma:
            if wish_ma >= self._least_ma:
                self.reason = "start"
        elif spent and not self._hold:
            self.reason = "interruptions"
        elif self._wait_ms:
            self.reason = "off-time"
        else:
            self.on = True
            self._wait_ms = self._on_ms
            return wish_ma
        return 0

    @property
    def wait_s(self):
        """Seconds until what it holds back may happen; None where no time brings that."""
        return (self._wait_ms + 999) // 1000 if self.reason.endswith("time") else None
