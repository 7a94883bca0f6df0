"""The energy register: what none may do, by what it looks like, and what is no breach."""

import unittest

from pilotwire.energy.register import Register

H = 3_600_000
# last reading, ms until the next one (None: a reset of the box lies between), that -> kind
SEEN = (
    (1_000, 1_000, 1_000, None),
    (1_000, 1_000, 1_006, None),  # 22 kW for a second, in steps of 1 Wh
    (1_000, 1_000, 1_030, "leaped"),
    (1_000, H, 101_000, None),  # 100 kW is more than a box draws
    (1_000, H, 101_003, "leaped"),
    (1_000, None, 900_000, None),
    (1_000, None, 1_001_001, "leaped"),
    (999_999_999, 1_000, 4, "wrapped"),
    (999_999_999, 1_000, 400, "back"),
    (99_999_990, H, 60_000, "wrapped"),
    (123_456, 1_000, 0, "reset"),
    (123_456, 1_000, 123_455, "back"),
    (123_456, None, 9_000, "reset"),
    (123_456, None, 123_455, "back"),
)


class Watched(unittest.TestCase):
    def test_kinds(self):
        for last_wh, ms, wh, kind in SEEN:
            register = Register()
            if ms is None:
                register.recall(last_wh, "")
                self.assertEqual(register.wh, None)
            else:
                register.see(5, last_wh, "", 1)
            register.see(5 + (ms or 0), wh, "", 1)
            expected = kind and {"kind": kind, "before_wh": last_wh, "after_wh": wh}
            self.assertEqual(register.broken, expected, (last_wh, ms, wh))
            self.assertEqual(register.wh, wh)

    def test_a_first_reading_is_whatever_it_is(self):
        register = Register()
        register.see(0, 123_456_789, "A", 1)
        self.assertEqual(register.broken, None)

    def test_a_coarse_step_is_no_leap(self):
        register = Register()
        register.see(0, 1_000, "", 100)
        register.see(1_000, 1_100, "", 100)
        self.assertEqual(register.broken, None)

    def test_another_meter_is_exchanged_whatever_it_says(self):
        for wh in (0, 1_000, 1_001, 5_000):
            register = Register()
            register.see(0, 1_000, "A", 1)
            register.see(1_000, wh, "B", 1)
            self.assertEqual(register.broken["kind"], "exchanged")

    def test_a_meter_that_does_not_tell_is_nobody_else(self):
        register = Register()
        for ms, serial in enumerate(("A", "", "B")):
            register.see(ms, 1_000, serial, 1)
        self.assertEqual(register.broken, None)

    def test_the_first_breach_stands_until_it_is_mended(self):
        register = Register()
        for ms, wh in enumerate((1_000, 500, 2_000)):
            register.see(ms, wh, "", 1)
        self.assertEqual((register.broken["kind"], register.broken["after_wh"]), ("back", 500))
        register.mend()
        register.see(4, 2_000, "", 1)
        self.assertEqual((register.broken, register.wh), (None, 2_000))
