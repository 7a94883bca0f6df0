"""Settings: defaults that are safe on any board, and no name that means nothing."""

import unittest

from pilotwire.hal.mock import MockHal
from pilotwire.pilot.duty import X1
from pilotwire.pilot.guard import Guard
from pilotwire.pilot.handover import UP_FAULTS
from pilotwire.pilot.profiles import PROFILES
from pilotwire.pilot.settings import WAKE_F, WAKE_NOT, WAKE_X1, Settings

DEFAULTS = {
    "cable_ma": 0,
    "phases": 3,
    "switches_phases": False,
    "phase_pause_ms": 10_000,
    "lock": False,
    "rcd_test": False,
    "ventilated": False,
    "simplified_ma": 10_000,
    "wake": WAKE_F,
    "metered": False,
    "restart_ms": 1_000,
    "mains_ms": 5_000,
    "under_mv": 184_000,
    "over_mv": 264_000,
    "trip_dc": 850,
    "humidity_pm": 950,
}


class Defaults(unittest.TestCase):
    def test_are_these(self):
        settings = Settings()
        self.assertEqual(settings.profile, PROFILES["iec61851"])
        for name in DEFAULTS:
            self.assertEqual(getattr(settings, name), DEFAULTS[name], name)

    def test_follow_the_profile(self):
        settings = Settings("gbt18487")
        self.assertEqual(settings.profile, PROFILES["gbt18487"])
        self.assertEqual(settings.simplified_ma, 8_000)

    def test_are_the_guards_own(self):
        hal = MockHal()
        guard = Guard(hal)
        for _ in range(10):
            guard.tick()
        self.assertEqual((guard.handover.up[UP_FAULTS], hal.duty, hal.closed), (0, X1, 0))


class Given(unittest.TestCase):
    def test_replaces_the_default_and_only_that(self):
        for name in DEFAULTS:
            settings = Settings(**{name: 7})
            for other in DEFAULTS:
                expected = 7 if other == name else DEFAULTS[other]
                self.assertEqual(getattr(settings, other), expected, (name, other))

    def test_under_a_wrong_name_is_refused(self):
        for name in ("restart", "profil", "simplified"):
            with self.assertRaises(TypeError):
                Settings(**{name: 1})
        with self.assertRaises(KeyError):
            Settings("chademo")

    def test_names_three_ways_to_wake(self):
        self.assertEqual(len({WAKE_NOT, WAKE_F, WAKE_X1}), 3)
