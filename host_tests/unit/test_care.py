"""What wears the contactor is counted and measured."""

import unittest

from outlet import READY, Outlet
from pilotwire.pilot import handover, signals
from pilotwire.pilot.care import Care


class Watch(unittest.TestCase):
    def test_times_making_and_breaking_once_each(self):
        care = Care()
        care.watch(0, 1, 50, True)  # nothing was told to move yet
        self.assertEqual((care.under_load, care.make_ms, care.break_ms), (0, 0, 0))
        for closed, feedback, since_ms, make_ms, break_ms in (
            (1, 0, 0, 0, 0),
            (1, 0, 10, 0, 0),
            (1, 1, 20, 30, 0),
            (1, 0, 30, 30, 0),  # it bounces
            (1, 1, 40, 30, 0),
            (0, 1, 0, 30, 0),
            (0, 0, 10, 30, 20),
            (0, 0, 20, 30, 20),
            (1, 1, 0, 10, 20),
        ):
            care.watch(closed, feedback, since_ms, False)
            self.assertEqual((care.make_ms, care.break_ms), (make_ms, break_ms), since_ms)
        self.assertEqual(care.under_load, 0)

    def test_counts_openings_under_load_and_nothing_else(self):
        care = Care()
        for closed, drawing, under_load in (
            (1, True, 0),
            (1, True, 0),
            (0, True, 1),
            (0, True, 1),
            (1, False, 1),
            (0, False, 1),
            (1, True, 1),
            (0, True, 2),
        ):
            care.watch(closed, signals.NOT_FITTED, 10, drawing)
            self.assertEqual(care.under_load, under_load, (closed, drawing))
        self.assertEqual((care.make_ms, care.break_ms), (0, 0))


class Told(unittest.TestCase):
    def test_of_an_opening_that_the_vehicle_makes_without_current(self):
        o = Outlet().charge()
        self.assertEqual((o.up(handover.UP_MAKE_MS), o.up(handover.UP_BREAK_MS)), (20, 0))
        o.vehicle = "B"
        o.run(300)
        self.assertEqual((o.up(handover.UP_MAKE_MS), o.up(handover.UP_BREAK_MS)), (20, 20))
        self.assertEqual(o.up(handover.UP_UNDER_LOAD), 0)

    def test_of_no_movement_that_comes_after_its_time(self):
        o = Outlet().charge()
        o.follow = False
        o.vehicle = "B"
        o.run(300)
        o.hal.inputs[signals.FEEDBACK] = 0
        o.run(300)
        self.assertEqual(o.up(handover.UP_BREAK_MS), 0, "that was a weld")

    def test_of_an_opening_under_load(self):
        o = Outlet()
        spare = o.guard.handover.spare()
        spare[handover.DOWN_READING] = 1
        spare[handover.DOWN_CURRENT_MA] = 16_000
        spare[handover.DOWN_VOLTAGE_MV] = handover.UNKNOWN
        spare[handover.DOWN_VOLTAGE_MV + 1] = handover.UNKNOWN
        spare[handover.DOWN_VOLTAGE_MV + 2] = handover.UNKNOWN
        o.guard.handover.publish()
        o.charge()
        o.hal.inputs[signals.STOP] = 1
        o.run(300)
        self.assertEqual((o.hal.closed, o.up(handover.UP_UNDER_LOAD)), (0, 1))
        self.assertEqual(o.up(handover.UP_FLAGS), READY)
