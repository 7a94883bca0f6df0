"""The rating of a cable: IEC 61851-1 Annex B, read for the whole session."""

import unittest

from pilotwire.pilot import faults
from pilotwire.pilot.cable import Cable

EMPTY_OHM = 30_000
OHM_32_A = 220
OHM_20_A = 680
BROKEN_OHM = 10


class Rating(unittest.TestCase):
    def test_is_believed_at_the_second_equal_reading(self):
        cable = Cable()
        self.assertEqual((cable.fixed, cable.ma), (False, 0))
        for ohm, ma in (
            (OHM_32_A, 0),
            (OHM_32_A, 32_000),
            (OHM_20_A, 32_000),
            (OHM_32_A, 32_000),
            (OHM_20_A, 32_000),
            (OHM_20_A, 20_000),
            (BROKEN_OHM, 20_000),
            (BROKEN_OHM, 0),
            (OHM_32_A, 0),
            (EMPTY_OHM, 0),
            (OHM_32_A, 0),
            (OHM_32_A, 32_000),
            (EMPTY_OHM, 32_000),
            (EMPTY_OHM, 0),
        ):
            self.assertEqual(cable.look(ohm, False), 0, ohm)
            self.assertEqual(cable.ma, ma, ohm)

    def test_that_falls_under_power_is_a_fault(self):
        for ohm, seen in (
            (OHM_32_A, 0),
            (OHM_20_A, faults.PROXIMITY),
            (EMPTY_OHM, faults.PROXIMITY),
            (BROKEN_OHM, faults.PROXIMITY),
            (100, 0),
        ):
            cable = Cable()
            cable.look(OHM_32_A, False)
            cable.look(OHM_32_A, False)
            for _ in range(3):
                self.assertEqual(cable.look(ohm, True), seen, ohm)
            self.assertEqual(cable.ma, 32_000, "under power the rating stands")

    def test_of_a_fixed_cable_is_a_setting(self):
        for ma in (6_000, 63_000):
            cable = Cable(ma)
            self.assertEqual((cable.fixed, cable.ma), (True, ma))
