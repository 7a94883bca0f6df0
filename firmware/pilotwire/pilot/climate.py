"""Heat and humidity, as ring 1 reads them: ring 1 derates, ring 0 trips."""

from micropython import const

from . import faults, handover

_COOLER_DC = const(150)  # a trip ends 15 degrees below
_DRIER_PM = const(50)


class Climate:
    """`seen`: bits of faults.py that the values in slot `down` show."""

    def __init__(self, down, settings):
        self._down = down
        self._settings = settings
        self.seen = 0

    def step(self):
        settings = self._settings
        dc = self._down[handover.DOWN_TEMPERATURE_DC]
        pm = self._down[handover.DOWN_HUMIDITY_PM]
        was = self.seen
        seen = 0
        if dc < handover.UNKNOWN or pm < handover.UNKNOWN:  # OPEN, SHORTED
            seen = faults.SENSOR
        if dc >= settings.trip_dc - (_COOLER_DC if was & faults.TEMPERATURE else 0):
            seen |= faults.TEMPERATURE
        if pm >= settings.humidity_pm - (_DRIER_PM if was & faults.HUMIDITY else 0):
            seen |= faults.HUMIDITY
        self.seen = seen
