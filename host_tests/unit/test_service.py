"""What an installer has ring 0 try out: what each test may begin with, and all that ends it."""

import unittest

import micropython
from outlet import HIGH_MV, READY, Outlet
from pilotwire.pilot import faults, levels, reasons, service, signals
from pilotwire.pilot.duty import X1
from pilotwire.pilot.handover import FLAG_AUTHORISED, FLAG_RECORDED, FLAG_RUN
from pilotwire.pilot.service import CODES, CONTACTOR, FAULTS, LOCK, PILOT, RCD, RUNNING
from workbench import FITTED, Bench

TESTS = (RCD, LOCK, CONTACTOR, PILOT)


class All(unittest.TestCase):
    def test_need_that_ring_1_withdraws_its_offer(self):
        for test in TESTS:
            for flags in (FLAG_RUN, FLAG_RECORDED, READY):
                bench = Bench(**FITTED)
                bench.hand_down(flags=flags)
                bench.run(100)
                self.assertEqual(bench.ask(test), "offered", (test, flags))
            bench = Bench(**FITTED)
            bench.hand_down(flags=FLAG_AUTHORISED)
            bench.run(100)
            self.assertEqual(bench.ask(test), "passed", test)

    def test_end_when_ring_1_offers_again(self):
        for test in TESTS:
            bench = Bench(**FITTED).begin(test, 300)
            bench.hand_down(flags=FLAG_RUN)
            bench.run(100)
            self.assertEqual((bench.said(), bench.hal.closed), ("offered", 0), test)

    def test_end_when_ring_1_takes_them_back(self):
        for test in TESTS:
            bench = Bench(**FITTED).begin(test, 300)
            bench.service.ask(0)
            bench.tick()
            self.assertEqual((bench.said(), bench.hal.closed), ("stopped", 0), test)

    def test_need_a_ring_1_that_was_heard_lately(self):
        for test in TESTS:
            bench = Bench(**FITTED)
            bench.talking = False
            bench.run(4_000)
            self.assertEqual(bench.ask(test), "control-silent", test)

    def test_need_a_second_without_a_vehicle(self):
        for test in (RCD, LOCK, CONTACTOR):
            bench = Bench(**FITTED)
            bench.plug()
            bench.run(2_000)
            self.assertEqual(bench.ask(test), "vehicle", test)
            bench.unplug()
            bench.run(1_000)
            self.assertEqual(bench.ask(test), "vehicle", test)
            bench.run(980)
            self.assertEqual(bench.ask(test), "vehicle", test)
            bench.run(990)
            self.assertEqual(bench.ask(test), "passed", test)

    def test_need_a_vehicle_that_has_certainly_gone(self):
        for test in (RCD, LOCK, CONTACTOR):
            bench = Bench(cable_ma=32_000, **FITTED)
            bench.vehicle = "B"
            bench.run(2_000)
            bench.vehicle = "A"  # in this sample: the state is still B
            self.assertEqual(bench.ask(test, 10), "vehicle", test)

    def test_leave_an_open_contactor_and_a_pilot_at_rest_as_they_are(self):
        for test in (RCD, LOCK):
            bench = Bench(**FITTED)
            sequence = bench.guard._sequence
            sequence.opened = reasons.OPENED_BY_STOP
            settled_ms = sequence.settled_ms
            bench.ask(test)
            self.assertEqual(sequence.opened, reasons.OPENED_BY_STOP)
            self.assertTrue(sequence.settled_ms > settled_ms, test)

    def test_need_that_there_is_no_fault(self):
        for test in TESTS:
            bench = Bench(**FITTED)
            bench.hal.inputs[signals.PE] = 0
            bench.run(100)
            self.assertEqual(bench.ask(test), "fault", test)
            self.assertEqual(bench.service.told[FAULTS], faults.PE)

    def test_end_with_a_fault(self):
        for test in TESTS:
            bench = Bench(**FITTED).begin(test, 200)
            bench.hal.inputs[signals.STOP] = 1
            bench.run(20)
            self.assertEqual((bench.said(), bench.hal.closed), ("fault", 0), test)

    def test_end_when_a_vehicle_comes(self):
        for test in TESTS:
            bench = Bench(**FITTED).begin(test, 250)
            bench.plug()
            bench.run(900)  # F may hide it
            self.assertEqual((bench.said(), bench.hal.duty), ("vehicle", X1), test)

    def test_that_are_not_known_are_refused(self):
        for test in (-1, 5, 99):
            bench = Bench(**FITTED)
            self.assertEqual(bench.ask(test), "not-fitted", test)
            self.assertEqual(bench.ask(LOCK), "vehicle")

    def test_of_what_is_not_fitted_are_refused(self):
        bench = Bench()
        self.assertEqual((bench.ask(RCD), bench.ask(LOCK)), ("not-fitted", "not-fitted"))

    def test_leave_no_trace_of_the_one_before(self):
        bench = Bench(**FITTED)
        bench.ask(PILOT)
        bench.service.ask(0)
        self.assertTrue(bench.row(1)[0], "it is taken back, but has told")
        bench.service.ask(LOCK)
        self.assertEqual(set(bench.service.told), {0})

    def test_leave_a_box_that_charges(self):
        for test in TESTS:
            bench = Bench(**FITTED)
            self.assertEqual(bench.ask(test), "passed", test)
            bench.service.leave()
            bench.run(1_000)
            bench.charge()
            self.assertTrue(bench.hal.closed, test)

    def test_do_not_touch_a_box_that_is_merely_in_service(self):
        bench = Bench(**FITTED).charge()
        self.assertTrue(bench.hal.closed)
        for test in TESTS:
            self.assertEqual(bench.ask(test), "offered", test)
            self.assertTrue(bench.hal.closed, test)
        bench.hand_down(flags=FLAG_AUTHORISED)
        bench.run(100)
        for test in TESTS:
            self.assertEqual(bench.ask(test), "rest" if test == PILOT else "vehicle")
        self.assertTrue(bench.hal.closed)  # for the vehicle's six seconds

    def test_of_one_that_is_taken_away_too_early_end_open(self):
        bench = Bench().close()
        bench.service.leave()
        bench.tick()
        self.assertEqual(bench.hal.closed, 0)

    def test_allocate_nothing(self):
        if not hasattr(micropython, "heap_lock"):
            return
        for test in TESTS:
            bench = Bench(**FITTED)
            bench.service.ask(test)
            micropython.heap_lock()
            try:
                for _ in range(100):
                    bench.guard.tick()
            finally:
                micropython.heap_unlock()
            self.assertFalse(bench.guard._faults & faults.GUARD, test)


class Bounds(unittest.TestCase):
    def test_no_vehicle_is_11_v_and_more(self):
        for mv, said in ((10_999, "vehicle"), (11_000, "passed")):
            bench = Bench()
            HIGH_MV["A"] = mv
            try:
                self.assertEqual(bench.ask(CONTACTOR), said, mv)
            finally:
                HIGH_MV["A"] = 12_000

    def test_ring_1_may_be_silent_for_less_than_3_s(self):
        bench = Bench()
        for ms, said in ((2_990, "passed"), (3_000, "control-silent")):
            bench.guard._silent_ms = ms
            bench.guard._turn = 1  # it does not listen now
            bench.service.ask(CONTACTOR)
            bench.guard.tick()
            self.assertEqual(bench.service.asked[0], CONTACTOR if said == "passed" else 0, ms)
            bench.service.ask(0)
            bench.run(2_000)

    def test_a_lock_has_3_s_and_a_second_more_changes_nothing(self):
        for test in (LOCK, CONTACTOR):
            bench = Bench(**FITTED)
            bench.locks = False
            began_ms = bench.now_ms
            self.assertEqual(bench.ask(test), "no-answer", test)
            self.assertEqual(bench.now_ms - began_ms, 3_010, test)

    def test_a_lock_that_stays_in_has_3_s(self):
        bench = Bench(**FITTED).begin(LOCK, 0)
        bench.until(lambda: bench.hal.inputs[signals.LOCK], 1_000)
        bench.locks = False
        bench.run(20)
        began_ms = bench.now_ms
        bench.until(lambda: not bench.service.asked[0], 8_000)
        self.assertTrue(2_970 <= bench.now_ms - began_ms <= 3_000, bench.now_ms - began_ms)

    def test_the_auxiliary_contact_is_looked_at_for_300_ms_after_the_opening(self):
        bench = Bench().close()
        bench.until(lambda: not bench.hal.closed, 2_000)
        self.assertEqual(bench.until(lambda: not bench.service.asked[0], 1_000), 300)

    def test_a_device_without_a_verdict_has_8_s(self):
        bench = Bench(**FITTED)
        bench.guard._run_test = None  # its chore is not done
        bench.guard._chores = tuple([bench.guard._watch_lock] * 7)
        bench.guard._dt_ms = 0
        began_ms = bench.now_ms
        self.assertEqual(bench.ask(RCD), "no-answer")
        self.assertEqual(bench.now_ms - began_ms, 8_010)

    def test_a_vehicle_is_read_100_ms_after_another_form(self):
        bench = Bench(cable_ma=32_000)
        bench.begin(PILOT, 10 + 3 * 400)  # the first duty has just been driven
        bench.vehicle = "B"
        self.assertEqual(bench.until(lambda: bench.said() == "vehicle", 200), 100)

    def test_one_state_is_counted_up_to_a_second(self):
        bench = Bench()
        self.assertEqual(bench.service.alone_ms, service.ALONE_MS)


class Enter(unittest.TestCase):
    def test_gives_the_sequence_back_as_it_was(self):
        bench = Bench(enter=False)
        own = bench.guard._sequence.step
        bench.service.enter()
        self.assertFalse(bench.guard._sequence.step == own)
        bench.service.leave()
        self.assertTrue(bench.guard._sequence.step == own)

    def test_alone_changes_nothing(self):
        held = Outlet()
        bench = Bench()
        for outlet in (held, bench):
            outlet.hand_down()
            outlet.now_ms = 0
            outlet.charge()
        self.assertEqual((held.hal.duty, held.hal.closed), (bench.hal.duty, bench.hal.closed))


class Codes(unittest.TestCase):
    def test_are_in_the_order_of_their_numbers(self):
        for code in CODES:
            name = {"control-silent": "SILENT"}.get(code, code.upper().replace("-", "_"))
            self.assertEqual(CODES[getattr(service, name)], code)
        self.assertEqual((RUNNING, levels.A), (0, 0))


if __name__ == "__main__":
    unittest.main()
