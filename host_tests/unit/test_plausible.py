"""Commissioning: a wrong map, word order or scale shows in what it reads."""

import unittest

from pilotwire.energy.meter import Reading
from pilotwire.energy.plausible import checks

SOUND = {"voltage": True, "frequency": True, "power-factor": True, "current": True, "power": True}


def reading(**changes):
    found = Reading()
    found.voltage_mv = [230_100, 229_900, 231_200]
    found.current_ma = [16_000, 0, 15_500]
    found.power_mw = 7_100_000
    found.power_factor_pm = 980
    found.frequency_mhz = 49_980
    for name in changes:
        setattr(found, name, changes[name])
    return found


# What is read instead -> what is not plausible.
WRONG = (
    ({"voltage_mv": [2_301_000] * 3, "power_mw": 71_000_000}, "voltage"),
    ({"voltage_mv": [23_010] * 3, "power_mw": 710_000}, "voltage"),
    ({"voltage_mv": [0, 0, 0], "current_ma": [0] * 3, "power_mw": 0}, "voltage"),
    ({"frequency_mhz": 4_998}, "frequency"),
    ({"power_factor_pm": 9_800, "power_mw": 71_000_000}, "power-factor"),
    ({"current_ma": [1_600_000, 0, 0], "power_mw": 360_800_000}, "current"),
    ({"power_mw": 710_000}, "power"),
    ({"power_mw": 7_100}, "power"),
    ({"current_ma": [160_000, 0, 155_000]}, "power"),
    ({"power_mw": 9_000_000, "power_factor_pm": None}, "power"),
)


class Plausible(unittest.TestCase):
    def test_sound_readings_are(self):
        for changes in (
            {},
            {"power_mw": -7_100_000, "power_factor_pm": -980},  # it feeds
            {"current_ma": [0] * 3, "power_mw": 3_000, "power_factor_pm": 1_000},  # no load
            {"voltage_mv": [230_000, 0, 1_000], "power_mw": 3_600_000},  # one phase connected
            {"voltage_mv": [230_000, None, None], "current_ma": [16_000, None, None],
             "power_mw": 3_680_000, "power_factor_pm": 1_000},
        ):  # fmt: skip
            self.assertEqual(checks(reading(**changes)), SOUND, changes)

    def test_what_is_wrong_is_named(self):
        for changes, what in WRONG:
            held = checks(reading(**changes))
            self.assertEqual([name for name in sorted(held) if not held[name]], [what], changes)

    def test_what_a_meter_has_not_is_not_judged(self):
        self.assertEqual(checks(Reading()), {})
        only = reading(voltage_mv=[None] * 3, current_ma=[None] * 3, frequency_mhz=None)
        self.assertEqual(checks(only), {"power-factor": True})
