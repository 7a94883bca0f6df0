"""What IEC 61851-1 and GB/T 18487.1-2023 differ in."""

import unittest

from pilotwire.pilot import levels
from pilotwire.pilot.profiles import PROFILES

# windows, most that a duty cycle offers, without S2 (A.2.3; A.3.1), unlocked (D.9; 10.6.1)
ROWS = (
    ("iec61851", levels.IEC, 80_000, 10_000, 0),
    ("gbt18487", levels.GBT, 63_000, 8_000, 16_000),
)


class Profiles(unittest.TestCase):
    def test_are_these(self):
        self.assertEqual(set(PROFILES), {row[0] for row in ROWS})
        for name, windows, max_ma, simplified_ma, lock_above_ma in ROWS:
            profile = PROFILES[name]
            self.assertEqual(profile.windows, windows, name)
            self.assertEqual(profile.max_ma, max_ma, name)
            self.assertEqual(profile.simplified_ma, simplified_ma, name)
            self.assertEqual(profile.lock_above_ma, lock_above_ma, name)
