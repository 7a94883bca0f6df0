"""The test of the residual-current device: pulse, trip, release, and when it is due."""

import unittest

from outlet import Outlet
from pilotwire.pilot import faults, handover, levels, reasons, signals
from pilotwire.pilot.duty import X1
from pilotwire.pilot.selftest import SelfTest

DAY_MS = 86_100_000  # 24 h, less the time that a stop and the test take


class Bench:
    """A self-test with a device that trips and releases so many ms after the pulse's start."""

    def __init__(self, trips_ms=50, releases_ms=400):
        self.test = SelfTest(True)
        self.trips_ms = trips_ms
        self.releases_ms = releases_ms
        self.since_ms = -1  # of the pulse's start; -1: there was none
        self.pressed_ms = 0
        self.pulses = 0
        self.seen = []  # (ms since the pulse's start, fault)

    def run(self, ms, vehicle=True, closed=0):
        test = self.test
        for _ in range(ms // 10):
            if self.since_ms >= 0:
                self.since_ms += 10
            tripped = self.trips_ms <= self.since_ms < self.releases_ms
            running = test.running
            test.step(10, tripped, vehicle, closed)
            if test.running and not running:
                self.since_ms = 0
                self.pressed_ms = 0
                self.pulses += 1
            self.pressed_ms += 10 if test.pressed else 0
            if test.seen:
                self.seen.append((self.since_ms, test.seen))
        return self

    @property
    def passed(self):
        return self.test.why_not == 0


class Passing(unittest.TestCase):
    def test_takes_a_pulse_of_200_ms_a_trip_and_its_end(self):
        # Whether the device trips during the pulse or after it, and when it lets go.
        for trips_ms, releases_ms, passes_ms in (
            (10, 20, 210),
            (50, 150, 210),
            (50, 210, 210),
            (50, 220, 220),
            (500, 510, 510),
            (1_000, 1_010, 1_010),
            (1_000, 4_000, 4_000),
        ):
            b = Bench(trips_ms, releases_ms).run(10)
            self.assertEqual((b.test.running, b.test.pressed), (True, True))
            b.run(passes_ms - 10)
            self.assertEqual((b.passed, b.test.running), (False, True), trips_ms)
            b.run(10)
            self.assertEqual((b.passed, b.test.running), (True, False), trips_ms)
            self.assertEqual((b.pressed_ms, b.seen), (200, []), trips_ms)

    def test_fails_without_a_trip_within_1_s_and_without_its_end_within_4_s(self):
        for trips_ms, releases_ms, fails_ms in (
            (1_010, 2_000, 1_000),
            (9_999, 9_999, 1_000),
            (1_000, 4_010, 4_000),
            (50, 9_999, 4_000),
        ):
            b = Bench(trips_ms, releases_ms).run(fails_ms + 10)
            self.assertEqual(b.seen, [(fails_ms, faults.RCD_TEST)], trips_ms)
            self.assertEqual((b.passed, b.test.running, b.test.pressed), (False, False, False))
            b.run(10, vehicle=False)
            self.assertEqual(b.test.seen, 0, "told once; the guard latches it")


class Due(unittest.TestCase):
    def test_before_each_session_and_once(self):
        b = Bench()
        self.assertEqual(b.test.why_not, reasons.RCD_TEST, "none has passed yet")
        b.run(60_000, vehicle=False)
        self.assertEqual((b.pulses, b.passed), (0, False))
        b.run(60_000)
        self.assertEqual((b.pulses, b.passed), (1, True))
        b.run(60_000, closed=1).run(60_000)
        self.assertEqual((b.pulses, b.passed), (1, True))
        b.run(10, vehicle=False)
        self.assertEqual((b.pulses, b.passed), (1, False))
        b.run(60_000)
        self.assertEqual((b.pulses, b.passed), (2, True))

    def test_anew_for_a_vehicle_that_comes_as_one_without_it_ends(self):
        b = Bench().run(100)
        b.run(310, vehicle=False)
        self.assertEqual((b.test.running, b.test._passed), (False, False))
        b.run(10)
        self.assertEqual((b.pulses, b.passed), (2, False))

    def test_only_while_the_contactor_is_open_and_the_device_has_not_tripped(self):
        b = Bench().run(60_000, closed=1)
        self.assertEqual((b.pulses, b.passed), (0, False))
        for _ in range(100):
            b.test.step(10, True, True, 0)
        self.assertEqual((b.test.running, b.test.pressed, b.test.seen), (False, False, 0))
        b.test.step(10, False, True, 0)
        self.assertTrue(b.test.running)

    def test_once_a_day_with_a_vehicle_or_without(self):
        for vehicle in (True, False):
            b = Bench().run(1_000)
            passed_ms = 1_000 - 410  # since it has
            b.run(10, vehicle)
            b.test.step(DAY_MS - passed_ms - 20, False, vehicle, 0)
            self.assertEqual((b.test.running, b.passed), (False, vehicle))
            b.test.step(10, False, vehicle, 0)
            self.assertEqual((b.test.running, b.passed), (True, False), vehicle)
            b.since_ms = 0
            b.run(1_000, vehicle)
            self.assertEqual((b.test.running, b.test.seen), (False, 0))

    def test_after_a_charge_of_more_than_a_day(self):
        b = Bench().run(1_000)
        for _ in range(4):
            b.test.step(DAY_MS // 2 - 300, False, True, 1)
        self.assertEqual((b.test.running, b.passed), (False, False), "the charge must pause")
        b.test.step(10, False, True, 0)
        self.assertEqual((b.test.running, b.passed), (True, False))

    def test_age_is_counted_to_a_day_and_no_further(self):
        test = SelfTest(True)
        for _ in range(5):
            test.step(DAY_MS // 2, False, False, 1)
        self.assertEqual(test._age_ms, DAY_MS)

    def test_never_on_a_board_without_it(self):
        test = SelfTest(False)
        for vehicle in (False, True):
            for _ in range(3):
                test.step(DAY_MS, False, vehicle, 0)
                self.assertEqual((test.running, test.pressed), (False, False))
                self.assertEqual((test.why_not, test.seen), (0, 0))


class Release(unittest.TestCase):
    """Of a trip that the device holds until its test input lets it go."""

    def steps(self, test, ms, tripped, vehicle=True, closed=0):
        """Let `ms` pass; for how many of them the input was pressed."""
        pressed_ms = 0
        for _ in range(ms // 10):
            test.step(10, tripped, vehicle, closed)
            pressed_ms += 10 * test.pressed
        return pressed_ms

    def tripped(self):
        """A test of a device that has passed, then tripped in a charge."""
        test = Bench().run(1_000).test
        self.steps(test, 1_000, True, closed=1)
        return test

    def test_waits_for_a_person(self):
        test = self.tripped()
        self.assertEqual(self.steps(test, 60_000, True), 0)
        self.assertFalse(test.running)

    def test_is_tried_once_when_somebody_has_been_there(self):
        for vehicle in (True, False):
            test = self.tripped()
            test.attended()
            self.steps(test, 10, True, vehicle)
            self.assertEqual((test.running, test.pressed), (True, True), vehicle)
            self.assertEqual(test.why_not, reasons.RCD_TEST)
            self.assertEqual(self.steps(test, 3_990, True, vehicle), 190)
            self.assertTrue(test.running)
            self.steps(test, 10, True, vehicle)
            self.assertEqual((test.running, test.released), (False, False), "it is held for good")
            self.assertEqual(self.steps(test, 60_000, True, vehicle), 0)

    def test_succeeds_and_a_test_follows(self):
        test = self.tripped()
        test.attended()
        self.steps(test, 500, True)
        test.step(10, False, True, 0)
        self.assertEqual((test.running, test.released), (False, True))
        test.step(10, False, True, 0)
        self.assertEqual((test.running, test.released), (True, False), "now the test itself")

    def test_is_over_no_sooner_than_its_pulse(self):
        test = self.tripped()
        test.attended()
        self.steps(test, 100, True)
        self.assertEqual(self.steps(test, 110, False), 100)
        self.assertEqual((test.running, test.released), (True, False))
        self.steps(test, 10, False)
        self.assertEqual((test.running, test.released), (False, True))

    def test_needs_somebody_after_the_trip_not_before(self):
        test = Bench().run(1_000).test
        test.attended()
        self.steps(test, 10, False)
        self.assertEqual(self.steps(test, 10_000, True), 0)

    def test_waits_for_an_open_contactor(self):
        test = self.tripped()
        test.attended()
        self.assertEqual(self.steps(test, 1_000, True, closed=1), 0)
        self.assertEqual(self.steps(test, 1_000, True), 200)

    def test_in_the_guard_ends_the_fault(self):
        for leaves in (True, False):
            o = Outlet(rcd_test=True)
            o.hand_down()
            o.plug("C")
            for _ in range(200):
                o.hal.inputs[signals.RCD] = o.hal.outputs[signals.OUT_RCD_TEST]
                o.run(10)
            self.assertEqual(o.hal.closed, 1)
            o.hal.inputs[signals.RCD] = 1
            o.run(10_000)
            self.assertEqual((o.up(handover.UP_FAULTS), o.hal.closed), (faults.RCD, 0))
            o.vehicle = "E"  # somebody tears at the cable: nobody has left
            o.run(1_000)
            o.vehicle = "C"
            o.run(1_000)
            self.assertFalse(o.hal.outputs[signals.OUT_RCD_TEST])
            if leaves:
                o.unplug()
            else:
                o.hand_down(clear=1)
            pressed = False
            for _ in range(100):
                o.run(10)
                pressed = pressed or o.hal.outputs[signals.OUT_RCD_TEST]
            self.assertTrue(pressed)
            o.hal.inputs[signals.RCD] = 0
            o.run(700)
            self.assertEqual(o.up(handover.UP_FAULTS) & faults.RCD, 0, leaves)


class InTheGuard(unittest.TestCase):
    def tick(self, o):
        """One tick with a device that trips as long as its test input is pressed."""
        o.hal.inputs[signals.RCD] = o.hal.outputs[signals.OUT_RCD_TEST]
        o.run(10)

    def test_trip_is_no_fault_and_a_charge_follows(self):
        o = Outlet(rcd_test=True)
        o.hand_down()
        o.plug("C")
        pressed = 0
        for _ in range(200):
            self.tick(o)
            pressed += o.hal.outputs[signals.OUT_RCD_TEST]
            self.assertEqual(o.guard.handover.up[handover.UP_FAULTS], 0)
        self.assertTrue(pressed >= 20)
        self.assertEqual(o.hal.closed, 1)

    def test_counts_one_that_is_called_as_there_only_while_state_f_hides_it(self):
        guard = Outlet(rcd_test=True).guard
        for waking, there in ((reasons.WAKING, "BCDF"), (0, "BCD")):
            guard._wake.why_not = waking
            for letter in "ABCDEF":
                guard._vehicle.state = getattr(levels, letter)
                self.assertEqual(bool(guard._present()), letter in there, letter)

    def test_never_meets_a_closed_contactor(self):
        # The daily test falls due while a vehicle waits, and S2 closes at any tick around that.
        for s2_ms in range(0, 700, 10):
            o = Outlet(rcd_test=True)
            o.hand_down()
            o.plug()
            for _ in range(100):
                self.tick(o)
            o.guard._test._age_ms = DAY_MS - 1_000
            for ms in range(0, 4_000, 10):
                if ms == s2_ms:
                    o.vehicle = "C"
                self.tick(o)
                pressed = o.hal.outputs[signals.OUT_RCD_TEST]
                self.assertFalse(o.hal.closed and pressed, s2_ms)
                self.assertTrue(o.hal.duty == X1 or not o.guard._test.running, s2_ms)
            self.assertEqual(o.up(handover.UP_FAULTS), 0)
