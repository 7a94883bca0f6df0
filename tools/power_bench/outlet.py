"""The plant's car behind a box, second by second: what ring 0 does, less its voltages.

The car is the plant's own (plant/car.py), with its events at their microseconds; the box closes
its contactor a second after S2 has closed and opens it as S2 opens, 6 s after the end of an offer
at the latest.
"""

from pilotwire.pilot.duty import X1, duty_for
from plant.car import Car

MAINS_MV = 230_000
PAUSE_S = 10  # settings.phase_pause_ms
_STOP_S = 6  # IEC 61851-1 sequence 10.1: then the contactor opens anyway
_S_US = 1_000_000
_HIGH_MV, _LOW_MV = 6_000, -12_000
_DRAWS_MA = 1_000


class Outlet:
    """`power_w` that the car draws now, on `used` of the connected `phases`."""

    def __init__(self, car: Car, phases: int, switches_phases: bool):
        self._car = car
        self._switches_phases = switches_phases
        self._second = 0
        self._duty = X1
        self._stopped_s = 0  # how long there has been no offer
        self._open_s = PAUSE_S
        self._closed = False
        self._sensed: tuple[int, int, bool] | None = None
        self.phases = phases
        self.current_ma = 0
        self.power_w = self.used = 0
        self.interruptions = 0  # of a car that drew, but for other phases
        self.switches = 0

    def step(self, limit_ma: int, wanted: int) -> None:
        """A second with an offer of `limit_ma`; `wanted` phases: 1, 3, or 0 for as it is."""
        change = self._switches_phases and wanted not in (0, self.phases)
        offer_ma = 0 if change else limit_ma
        self._duty = duty_for(offer_ma)
        drew = self.used > 0
        if self._duty == X1:
            self._stopped_s += 1
            if not self._car.s2 or self._stopped_s >= _STOP_S:
                self._closed = False
        else:
            self._stopped_s = 0
            self._closed = self._car.s2
        self._open_s = 0 if self._closed else self._open_s + 1
        if change and self._open_s >= PAUSE_S:
            self.phases = wanted
            self.switches += 1
        self._let_pass()
        if drew and not self.used and not change:
            self.interruptions += 1

    def _let_pass(self) -> None:
        """Tell the car what it sees, let it act for a second, measure."""
        car = self._car
        sensed = (self._duty, self.phases, self._closed)
        now_us = self._second * _S_US
        if sensed != self._sensed:
            self._sensed = sensed
            live = [MAINS_MV if self._closed and i < self.phases else 0 for i in range(3)]
            low_mv = _HIGH_MV if self._duty == X1 else _LOW_MV
            car.sense(now_us, self._duty, _HIGH_MV, low_mv, (live[0], live[1], live[2]))
        self._second += 1
        end_us = now_us + _S_US
        while car.due_us <= end_us:
            car.fire(car.due_us)
        self.current_ma = car.ramp.at(end_us) // 1_000_000 if self._closed else 0
        phases = min(self.phases, car.phases)
        self.power_w = self.current_ma * MAINS_MV // 1_000_000 * phases * car.pf_pm // 1_000
        self.used = phases if self.current_ma > _DRAWS_MA else 0
