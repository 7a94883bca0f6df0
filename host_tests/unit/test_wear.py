"""The contactor's life, over restarts and damaged flash."""

import unittest
from array import array

from fake_flash import Flash
from pilotwire.pilot import handover
from pilotwire.record import wear
from pilotwire.record.wear import Wear

PATH = "wear.json"


def told(closings=0, closed=0, make_ms=0, break_ms=0, under_load=0):
    up = array("i", [0] * handover.N_UP)
    up[handover.UP_CLOSINGS] = closings
    up[handover.UP_CLOSED] = closed
    up[handover.UP_MAKE_MS] = make_ms
    up[handover.UP_BREAK_MS] = break_ms
    up[handover.UP_UNDER_LOAD] = under_load
    return up


def cycles(worn, first, last, make_ms, break_ms):
    for n in range(first, last + 1):
        worn.look(told(n, 1, make_ms, break_ms if n > 1 else 0))
        worn.look(told(n, 0, make_ms, break_ms))


class Life(unittest.TestCase):
    def setUp(self):
        self.flash = Flash(durable_on_close=True).use(wear)

    def tearDown(self):
        self.flash.restore(wear)

    def test_counts_on_after_a_restart(self):
        for total in (3, 6):
            worn = Wear(PATH)
            cycles(worn, 1, 3, 20, 30)
            worn.look(told(3, 0, 20, 30, under_load=1))
            worn.save()
            self.assertEqual(worn.report()["cycles"], total)
        self.assertEqual(Wear(PATH).report()["under_load"], 2)

    def test_shows_that_the_contactor_has_become_slow(self):
        worn = Wear(PATH)
        cycles(worn, 1, 16, 20, 30)
        cycles(worn, 17, 200, 40, 30)
        report = worn.report()
        self.assertEqual((report["first_make_ms"], report["make_ms"]), (20, 40))
        self.assertEqual((report["first_break_ms"], report["break_ms"]), (30, 30))

    def test_a_board_without_feedback_has_no_times(self):
        worn = Wear(PATH)
        cycles(worn, 1, 5, 0, 0)
        self.assertEqual((worn.report()["cycles"], worn.report()["make_ms"]), (5, 0))

    def test_writes_only_what_has_changed(self):
        worn = Wear(PATH)
        worn.look(told())
        worn.save()
        self.assertFalse(self.flash.files)
        cycles(worn, 1, 1, 20, 30)
        worn.save()
        written = self.flash.written
        worn.save()
        self.assertEqual(self.flash.written, written)

    def test_begins_anew_where_the_file_says_nothing_sensible(self):
        for text in (
            b"",
            b"[]",
            b"{",
            b'{"cycles": -1}',
            b'{"cycles": "many"}',
            b'{"cycles": 1.5}',
        ):
            self.flash.files[PATH] = text
            self.assertEqual(Wear(PATH).report()["cycles"], 0, text)

    def test_a_full_flash_raises_and_loses_nothing(self):
        worn = Wear(PATH)
        cycles(worn, 1, 2, 20, 30)
        worn.save()
        cycles(worn, 3, 4, 20, 30)
        self.flash.room = 0
        self.assertRaises(OSError, worn.save)
        self.assertEqual(Wear(PATH).report()["cycles"], 2)
        self.flash.room = None
        worn.save()
        self.assertEqual(Wear(PATH).report()["cycles"], 4)
