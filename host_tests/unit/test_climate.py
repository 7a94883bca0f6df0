"""Heat and humidity trip, with a hysteresis; a broken sensor is a fault of its own."""

import unittest
from array import array

from pilotwire.pilot import handover
from pilotwire.pilot.climate import Climate
from pilotwire.pilot.faults import HUMIDITY, SENSOR, TEMPERATURE
from pilotwire.pilot.handover import OPEN, SHORTED, UNKNOWN
from pilotwire.pilot.settings import Settings

# Temperature in 1/10 degree, humidity in 1/1000, and what is seen, one after the other.
STORY = (
    (UNKNOWN, UNKNOWN, 0),
    (250, UNKNOWN, 0),
    (849, 949, 0),
    (850, 949, TEMPERATURE),
    (701, 949, TEMPERATURE),
    (700, 949, TEMPERATURE),
    (699, 949, 0),
    (849, 949, 0),
    (-400, 950, HUMIDITY),
    (-400, 900, HUMIDITY),
    (-400, 899, 0),
    (-400, 949, 0),
    (900, 1_000, TEMPERATURE | HUMIDITY),
    (699, 1_000, HUMIDITY),
    (750, 1_000, HUMIDITY),
    (250, 899, 0),
    (OPEN, 500, SENSOR),
    (SHORTED, 500, SENSOR),
    (250, OPEN, SENSOR),
    (250, SHORTED, SENSOR),
    (OPEN, SHORTED, SENSOR),
    (OPEN, 950, SENSOR | HUMIDITY),
    (850, SHORTED, SENSOR | TEMPERATURE),
    (UNKNOWN, UNKNOWN, 0),
)


class Trips(unittest.TestCase):
    def setUp(self):
        self.down = array("i", [0] * handover.N_DOWN)

    def step(self, climate, dc, pm):
        self.down[handover.DOWN_TEMPERATURE_DC] = dc
        self.down[handover.DOWN_HUMIDITY_PM] = pm
        climate.step()
        return climate.seen

    def test_by_85_degrees_and_95_percent(self):
        climate = Climate(self.down, Settings())
        for dc, pm, seen in STORY:
            self.assertEqual(self.step(climate, dc, pm), seen, (dc, pm))

    def test_by_the_settings(self):
        climate = Climate(self.down, Settings(trip_dc=600, humidity_pm=800))
        for dc, pm, seen in ((599, 799, 0), (600, 799, TEMPERATURE), (449, 800, HUMIDITY)):
            self.assertEqual(self.step(climate, dc, pm), seen, (dc, pm))
