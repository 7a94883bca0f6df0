"""IEC 61851-1 Annex B: the cable's rating from its resistor."""

import unittest

from pilotwire.pilot.proximity import INVALID, NO_PLUG, rating_for

RANGES = (
    (30_000, 4_501, NO_PLUG),
    (4_500, 2_461, INVALID),
    (2_460, 1_100, 13_000),
    (936, 400, 20_000),
    (308, 164, 32_000),
    (140, 80, 63_000),
    (79, 0, INVALID),
)
GAPS = ((1_099, 937, 13_000), (399, 309, 20_000), (163, 141, 32_000))


class RatingFor(unittest.TestCase):
    def test_reads_the_ranges(self):
        for most, least, rating in RANGES:
            for ohm in (most, (most + least) // 2, least):
                self.assertEqual(rating_for(ohm), rating, ohm)

    def test_takes_the_lower_current_between_two_ranges(self):
        for most, least, rating in GAPS:
            for ohm in (most, least):
                self.assertEqual(rating_for(ohm), rating, ohm)
