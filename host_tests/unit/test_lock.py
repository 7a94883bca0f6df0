"""The lock of the plug: confirmed before and during charging, released after the power is off."""

import unittest

from outlet import READY, Outlet
from pilotwire.pilot import faults, reasons, signals
from pilotwire.pilot.duty import X1, F
from pilotwire.pilot.handover import FLAG_AUTHORISED, UP_FAULTS, UP_LIMIT_MA, UP_WHY_NOT
from pilotwire.pilot.lock import Lock


class Held(unittest.TestCase):
    def test_while_wanted_or_closed(self):
        lock = Lock(True)
        lock.step(10, False, 0, 0)
        self.assertFalse(lock.locked)
        for wanted, closed in ((True, 0), (True, 1), (False, 1), (False, 1), (True, 0)):
            lock.step(10, wanted, closed, 0)
            self.assertTrue(lock.locked, "nobody unlocks a closed contactor")

    def test_for_100_ms_after_that(self):
        # Steps of any length: the power may have gone off just before the first of them.
        for dt_ms, held in ((10, 10), (20, 5), (100, 1)):
            for wanted, closed in ((False, 1), (True, 0)):
                lock = Lock(True)
                lock.step(dt_ms, wanted, closed, 1)
                for _ in range(held):
                    lock.step(dt_ms, False, 0, 1)
                    self.assertTrue(lock.locked, dt_ms)
                lock.step(dt_ms, False, 0, 1)
                self.assertFalse(lock.locked, dt_ms)

    def test_time_stops_at_10_min(self):
        lock = Lock(True)
        lock.step(1_000, True, 1, 1)
        for _ in range(599):
            lock.step(1_000, False, 0, 1)
        for _ in range(200):
            lock.step(10, False, 0, 1)
        self.assertEqual(lock._open_ms, 600_000)


class Jammed(unittest.TestCase):
    """A bolt that stays out keeps a driver's plug: out and in again, ever more seldom."""

    def pulses(self, lock, ms):
        """When the bolt was driven out again, in ms from now."""
        seen = []
        for now_ms in range(10, ms + 10, 10):
            was = lock.locked
            lock.step(10, False, 0, 1)
            if lock.locked and not was:
                seen.append(now_ms)
        return seen

    def held(self):
        lock = Lock(True)
        lock.step(10, True, 1, 1)
        for _ in range(11):
            lock.step(10, False, 0, 1)
        self.assertFalse(lock.locked)
        return lock

    def test_is_moved_after_5_s_and_then_after_twice_as_long_up_to_60_s(self):
        pulses = self.pulses(self.held(), 400_000)
        pauses = [after - before for before, after in zip([0] + pulses, pulses)]
        self.assertEqual(pauses[:5], [4_990, 10_000, 20_000, 40_000, 60_000])
        self.assertEqual(pauses[5:], [60_000] * (len(pauses) - 5))
        self.assertTrue(len(pauses) >= 7)

    def test_begins_anew_once_it_has_let_go(self):
        lock = self.held()
        self.pulses(lock, 60_000)
        lock.step(10, False, 0, 0)
        self.assertEqual(self.pulses(lock, 6_000), [5_000])

    def test_is_left_alone_while_it_is_to_hold(self):
        lock = Lock(True)
        for _ in range(2_000):
            lock.step(10, True, 0, 1)
            self.assertTrue(lock.locked)
        self.assertEqual(lock._held_ms, 0)


class Confirmed(unittest.TestCase):
    def test_by_its_contact_alone(self):
        for feedback, why_not in ((1, 0), (0, reasons.NOT_LOCKED), (-1, reasons.NOT_LOCKED)):
            lock = Lock(True)
            lock.step(10, True, 0, feedback)
            self.assertEqual((lock.why_not, lock.seen), (why_not, 0), feedback)

    def test_no_more_under_power_is_a_fault_at_once(self):
        lock = Lock(True)
        lock.step(10, True, 1, 1)
        self.assertEqual(lock.seen, 0)
        lock.step(10, True, 1, 0)
        self.assertEqual((lock.seen, lock.why_not), (faults.LOCK, reasons.NOT_LOCKED))
        lock.step(10, True, 1, 1)
        self.assertEqual((lock.seen, lock.why_not), (0, 0))

    def test_not_within_5_s_it_is_jammed(self):
        lock = Lock(True)
        for ms in range(10, 15_010, 10):
            lock.step(10, True, 0, 0)
            self.assertEqual(lock.seen, 0 if ms % 5_000 else faults.LOCK, ms)

    def test_is_awaited_anew_after_it_was(self):
        for interruption in ((True, 1), (False, 0)):  # confirmed, or not wanted for a while
            lock = Lock(True)
            for _ in range(499):
                lock.step(10, True, 0, 0)
            lock.step(10, True, 0, 1)
            for _ in range(499):
                lock.step(10, True, 0, 0)
            wanted, feedback = interruption
            for _ in range(11):
                lock.step(10, wanted, 0, feedback)
            for _ in range(499):
                lock.step(10, True, 0, 0)
                self.assertEqual(lock.seen, 0, interruption)
            lock.step(10, True, 0, 0)
            self.assertEqual(lock.seen, faults.LOCK, interruption)

    def test_is_not_asked_of_a_board_without_one(self):
        lock = Lock(False)
        for closed in (0, 1):
            for _ in range(600):
                lock.step(10, True, closed, 0)
                self.assertEqual((lock.locked, lock.seen, lock.why_not), (False, 0, 0))


class InTheGuard(unittest.TestCase):
    def outlet(self, **settings):
        o = Outlet(lock=True, **settings)
        o.hand_down()
        o.hal.inputs[signals.LOCK] = 1
        return o

    def test_holds_the_plug_of_whom_it_has_let_in(self):
        for flags, vehicle, locked in (
            (READY, "A", 0),
            (READY, "B", 1),
            (READY, "C", 1),
            (READY, "D", 1),
            (READY, "E", 0),
            (FLAG_AUTHORISED, "B", 1),
            (READY & ~FLAG_AUTHORISED, "B", 0),
        ):
            o = self.outlet()
            o.hand_down(flags=flags)
            o.plug(vehicle)
            o.run(1_000)
            self.assertEqual(o.hal.outputs[signals.OUT_LOCK], locked, (flags, vehicle))
            o.unplug()
            o.run(1_000)
            self.assertEqual(o.hal.outputs[signals.OUT_LOCK], 0)

    def test_holds_it_while_a_sleeping_vehicle_is_called(self):
        o = self.outlet()
        o.plug()
        o.until(lambda: o.hal.duty == F, 40_000)
        while o.hal.duty == F:
            self.assertEqual(o.hal.outputs[signals.OUT_LOCK], 1)
            o.run(10)
        self.assertEqual(o.hal.outputs[signals.OUT_LOCK], 1)

    def test_holds_it_under_power_though_no_contact_tells_so(self):
        o = self.outlet()
        o.hal.inputs[signals.FEEDBACK] = signals.NOT_FITTED
        o.charge()
        o.hand_down(flags=0)
        o.run(5_500)
        self.assertEqual((o.hal.closed, o.hal.outputs[signals.OUT_LOCK]), (1, 1))
        o.run(2_000)
        self.assertEqual((o.hal.closed, o.hal.outputs[signals.OUT_LOCK]), (0, 0))

    def test_is_moved_once_each_time(self):
        o = self.outlet()
        moves = []
        o.hal.switch = lambda output, on: moves.append((output, bool(on)))
        o.plug()
        o.run(2_000)
        o.unplug()
        o.run(2_000)
        three = (signals.OUT_THREE_PHASES, True)
        lock = signals.OUT_LOCK
        self.assertEqual(moves, [(lock, True), three, (lock, False)])

    def test_is_moved_though_ring_1_hands_something_down_all_the_time(self):
        o = self.outlet()
        o.plug()
        for _ in range(100):
            o.hand_down()
            o.run(10)
        self.assertEqual(o.hal.outputs[signals.OUT_LOCK], 1)

    def test_that_opens_under_power_is_a_fault_where_the_profile_asks_for_it(self):
        for profile, limit_ma, fault in (
            ("iec61851", 6_000, faults.LOCK),
            ("gbt18487", 16_001, faults.LOCK),
            ("gbt18487", 16_000, 0),
        ):
            o = self.outlet(profile=profile).charge(limit_ma)
            o.run(1_000)
            self.assertEqual(o.hal.closed, 1)
            o.hal.inputs[signals.LOCK] = 0
            o.run(1_000)
            self.assertEqual(o.up(UP_FAULTS), fault, (profile, limit_ma))
            self.assertEqual(o.hal.closed, int(not fault))

    def test_is_waited_for_by_what_needs_it(self):
        # GB/T 18487.1-2023 10.6.1: up to 16 A may flow unlocked.
        o = self.outlet(profile="gbt18487")
        o.hal.inputs[signals.LOCK] = 0
        o.charge(10_000)
        self.assertEqual((o.hal.closed, o.up(UP_LIMIT_MA), o.up(UP_WHY_NOT)), (1, 10_000, 0))
        o.hand_down(32_000)
        o.run(1_000)
        self.assertEqual((o.hal.closed, o.up(UP_LIMIT_MA), o.up(UP_WHY_NOT)), (1, 16_000, 0))
        o.hal.inputs[signals.LOCK] = 1
        o.run(1_000)
        self.assertEqual((o.hal.closed, o.up(UP_LIMIT_MA), o.up(UP_FAULTS)), (1, 32_000, 0))
        o.vehicle = "B"
        o.hal.inputs[signals.LOCK] = 0
        o.run(1_000)
        self.assertEqual((o.hal.duty, o.up(UP_LIMIT_MA)), (X1, 32_000))
        self.assertTrue(o.up(UP_WHY_NOT) & reasons.NOT_LOCKED)

    def test_lost_changes_no_limit_where_nothing_flows_unlocked(self):
        o = self.outlet().charge(16_000)
        o.hal.inputs[signals.LOCK] = 0
        o.run(1_000)
        self.assertEqual((o.up(UP_LIMIT_MA), o.up(UP_FAULTS)), (16_000, faults.LOCK))
        limits_ma = set()
        o = self.outlet().charge(16_000)
        o.hal.inputs[signals.LOCK] = 0
        for _ in range(100):
            o.run(10)
            limits_ma.add(o.guard._limit_ma)
        self.assertEqual(limits_ma, {16_000})
