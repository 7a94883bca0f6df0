"""Contactor, device, lock and pilot tried out by ring 0: what each drives and tells."""

import unittest

from pilotwire.pilot import faults, handover, signals
from pilotwire.pilot.duty import X1, F
from pilotwire.pilot.selftest import DAY_MS
from pilotwire.pilot.service import (
    BACK_MS,
    CONTACTOR,
    FAULTS,
    LOCK,
    N_TOLD,
    PILOT,
    RCD,
    ROWS,
    SWEEP,
    THERE_MS,
)
from workbench import FITTED, Bench


class Contactor(unittest.TestCase):
    def test_closes_for_a_second_and_measures(self):
        bench = Bench()
        self.assertEqual(bench.ask(CONTACTOR), "passed")
        told = bench.service.told
        self.assertEqual((told[THERE_MS], told[BACK_MS], told[FAULTS]), (20, 20, 0))
        self.assertEqual((bench.most_closed_ms, bench.driven), (1_000, [X1]))
        self.assertEqual(bench.up(handover.UP_CLOSINGS), 1)
        self.assertEqual(bench.up(handover.UP_UNDER_LOAD), 0)

    def test_is_told_as_closed_so_that_nobody_writes_flash(self):
        bench = Bench().close()
        self.assertEqual(bench.up(handover.UP_CLOSED), 1)

    def test_tells_no_time_where_no_auxiliary_contact_is_fitted(self):
        bench = Bench()
        bench.hal.inputs[signals.FEEDBACK] = signals.NOT_FITTED
        self.assertEqual(bench.ask(CONTACTOR), "passed")
        self.assertEqual(list(bench.service.told)[THERE_MS : BACK_MS + 1], [0, 0])

    def test_times_are_of_this_test(self):
        bench = Bench()
        bench.ask(CONTACTOR)
        bench.run(2_000)
        bench.hal.inputs[signals.FEEDBACK] = signals.NOT_FITTED
        bench.ask(CONTACTOR)
        self.assertEqual(list(bench.service.told)[THERE_MS : BACK_MS + 1], [0, 0])

    def test_locks_the_socket_first_and_then_lets_it_go(self):
        bench = Bench(**FITTED)
        locked = []
        bench.service.ask(CONTACTOR)
        while bench.service.asked[0]:
            bench.run(10)
            if bench.hal.closed:
                locked.append(bench.hal.inputs[signals.LOCK])
        self.assertEqual((bench.said(), set(locked)), ("passed", {1}))
        bench.run(1_000)
        self.assertEqual(bench.hal.inputs[signals.LOCK], 0)

    def test_stays_open_without_a_lock_that_holds(self):
        bench = Bench(**FITTED)
        bench.locks = False
        self.assertEqual((bench.ask(CONTACTOR), bench.most_closed_ms), ("no-answer", 0))

    def test_opens_at_once_when_the_lock_lets_go(self):
        bench = Bench(**FITTED).close()
        bench.locks = False
        bench.hal.inputs[signals.LOCK] = 0
        bench.run(20)
        self.assertEqual((bench.hal.closed, bench.said()), (0, "no-answer"))

    def test_a_contactor_that_does_not_follow_is_a_fault(self):
        bench = Bench()
        bench.follow = False
        self.assertEqual(bench.ask(CONTACTOR), "fault")
        self.assertEqual(bench.service.told[FAULTS], faults.STUCK_OPEN)
        self.assertTrue(bench.most_closed_ms <= 230, bench.most_closed_ms)

    def test_one_that_stays_closed_is_a_fault(self):
        bench = Bench().close()
        bench.run(100)
        bench.follow = False
        bench.until(lambda: not bench.service.asked[0], 3_000)
        self.assertEqual((bench.said(), bench.service.told[FAULTS]), ("fault", faults.WELD))
        self.assertEqual(bench.hal.closed, 0)

    def test_rests_in_between_as_for_a_charge(self):
        bench = Bench()
        bench.ask(CONTACTOR)
        self.assertEqual(bench.ask(CONTACTOR), "vehicle")  # nobody has looked for a second yet
        said = []
        for _ in range(8):
            bench.run(1_100)
            said.append(bench.ask(CONTACTOR))
        self.assertEqual(said[:5], ["passed"] * 5)
        self.assertTrue("rest" in said[5:], said)
        bench.run(1_100)
        self.assertEqual(bench.ask(PILOT), "passed")  # nothing moves there
        self.assertTrue(bench.guard._care.make_ms > 0)  # nor is what the last one took forgotten

    def test_counts_its_closings_down_while_nothing_charges(self):
        bench = Bench()
        bench.ask(CONTACTOR)
        used_ms = bench.guard._sequence._used_ms
        bench.run(1_100)
        began_ms = bench.now_ms
        bench.ask(PILOT)
        sequence = bench.guard._sequence
        self.assertEqual(used_ms - sequence._used_ms, 1_100 + bench.now_ms - began_ms)
        for used_ms in (5, 0):
            bench.run(1_100)
            sequence._used_ms = used_ms
            bench.ask(PILOT)
            self.assertTrue(-10 < sequence._used_ms <= 0, sequence._used_ms)

    def test_waits_for_the_daily_self_test(self):
        bench = Bench(**FITTED)
        bench.guard._test._age_ms = DAY_MS
        self.assertTrue(bench.until(lambda: bench.guard._test.running, 5_000) is not None)
        self.assertEqual(bench.ask(LOCK), "rest")

    def test_rests_as_long_as_the_settings_want(self):
        bench = Bench(restart_ms=5_000)
        bench.run(3_000)
        said = [bench.ask(CONTACTOR)]
        for ms in (2_000, 3_000):
            bench.run(ms)
            said.append(bench.ask(CONTACTOR))
        self.assertEqual(said, ["passed", "rest", "passed"])

    def test_needs_an_empty_socket(self):
        for ohm in (1_500, 220, 0):
            bench = Bench()
            bench.hal.inputs[signals.PP_OHM] = ohm
            bench.run(2_000)
            self.assertEqual((bench.ask(CONTACTOR), bench.most_closed_ms), ("plug", 0), ohm)
        fixed = Bench(cable_ma=32_000)
        fixed.hal.inputs[signals.PP_OHM] = 220
        self.assertEqual(fixed.ask(CONTACTOR), "passed")

    def test_opens_when_a_plug_comes(self):
        bench = Bench().close()
        bench.hal.inputs[signals.PP_OHM] = 220
        bench.run(10)
        self.assertEqual((bench.hal.closed, bench.said()), (0, "plug"))

    def test_opens_with_the_first_sample_that_is_not_as_it_should_be(self):
        bad = (
            (signals.RCD, 1, faults.RCD),
            (signals.PE, 0, faults.PE),
            (signals.STOP, 1, faults.STOP),
            (signals.TAMPER, 1, faults.TAMPER),
        )
        for signal, value, fault in bad:
            bench = Bench()
            bench.trips = False
            bench.close()
            bench.hal.inputs[signal] = value
            bench.tick()
            self.assertEqual((bench.hal.closed, bench.said()), (0, "fault"), fault)
            self.assertEqual(bench.service.told[FAULTS], fault)
            self.assertEqual(bench.up(handover.UP_OPENED), 5)  # by a fault

    def test_opens_with_the_first_sample_that_is_no_state_a_beyond_doubt(self):
        for vehicle in "BCDE?":
            bench = Bench().close()
            bench.vehicle = vehicle
            bench.tick()
            self.assertEqual(bench.hal.closed, 0, vehicle)
            bench.run(100)
            self.assertEqual(bench.most_closed_ms, 10, vehicle)

    def test_opens_when_a_sample_fails(self):
        bench = Bench().close()
        bench.hal.dt_ms = -1
        bench.tick()
        self.assertEqual((bench.hal.closed, bench.said()), (0, "fault"))

    def test_opens_when_a_tick_fails(self):
        bench = Bench().close()
        bench.guard._vehicle.look = None
        bench.guard.tick()
        self.assertEqual((bench.hal.closed, bench.hal.duty), (0, F))

    def test_opens_when_its_own_step_fails(self):
        bench = Bench().close()
        bench.service._tests = ()
        bench.guard.tick()
        self.assertEqual((bench.hal.closed, bench.hal.duty), (0, F))
        bench.guard.tick()
        self.assertEqual((bench.hal.closed, bench.hal.duty), (0, F))

    def test_opens_when_current_flows(self):
        bench = Bench().close()
        bench.guard._supply.drawing = True
        bench.tick()
        self.assertEqual((bench.hal.closed, bench.said()), (0, "loaded"))

    def test_ends_in_time_though_ring_1_has_fallen_silent(self):
        bench = Bench().close()
        bench.talking = False
        bench.run(5_000)
        self.assertEqual((bench.said(), bench.most_closed_ms), ("passed", 1_000))


class Rcd(unittest.TestCase):
    def test_is_tested_now(self):
        bench = Bench(**FITTED)
        self.assertEqual(bench.ask(RCD), "passed")
        told = bench.service.told
        self.assertEqual((told[FAULTS], bench.driven, bench.most_closed_ms), (0, [X1], 0))
        self.assertTrue(0 < told[THERE_MS] <= 20, told[THERE_MS])
        self.assertTrue(190 <= told[BACK_MS] <= 450, told[BACK_MS])

    def test_that_does_not_trip_is_a_fault(self):
        bench = Bench(**FITTED)
        bench.trips = False
        self.assertEqual(bench.ask(RCD), "fault")
        self.assertEqual(bench.service.told[FAULTS], faults.RCD_TEST)
        self.assertEqual(bench.service.told[THERE_MS], 0)

    def test_that_does_not_let_go_is_a_fault(self):
        bench = Bench(**FITTED)
        bench.trips = False
        bench.begin(RCD, 0)
        bench.until(lambda: bench.hal.outputs[signals.OUT_RCD_TEST], 1_000)
        bench.hal.inputs[signals.RCD] = 1
        bench.until(lambda: not bench.service.asked[0], 8_000)
        self.assertEqual((bench.said(), bench.service.told[BACK_MS]), ("fault", 0))
        self.assertTrue(bench.service.told[FAULTS] & faults.RCD)


class Lock(unittest.TestCase):
    def test_goes_in_and_out_of_a_plug_as_well(self):
        bench = Bench(**FITTED)
        bench.hal.inputs[signals.PP_OHM] = 220
        bench.run(2_000)
        self.assertEqual(bench.ask(LOCK), "passed")

    def test_goes_in_and_out(self):
        bench = Bench(**FITTED)
        self.assertEqual(bench.ask(LOCK), "passed")
        told = bench.service.told
        self.assertTrue(0 < told[THERE_MS] <= 250, told[THERE_MS])
        self.assertTrue(100 <= told[BACK_MS] <= 600, told[BACK_MS])
        self.assertEqual(bench.hal.outputs[signals.OUT_LOCK], 0)

    def test_that_does_not_go_in_gives_no_answer(self):
        bench = Bench(**FITTED)
        bench.locks = False
        self.assertEqual((bench.ask(LOCK), bench.service.told[THERE_MS]), ("no-answer", 0))

    def test_that_does_not_come_out_gives_no_answer(self):
        bench = Bench(**FITTED).begin(LOCK, 0)
        bench.until(lambda: bench.hal.inputs[signals.LOCK], 1_000)
        bench.locks = False
        bench.until(lambda: not bench.service.asked[0], 8_000)
        told = bench.service.told
        self.assertEqual((bench.said(), told[BACK_MS]), ("no-answer", 0))
        self.assertTrue(told[THERE_MS])

    def test_that_is_in_before_gives_no_answer(self):
        bench = Bench(**FITTED)
        bench.locks = False
        bench.hal.inputs[signals.LOCK] = 1
        bench.run(10)
        self.assertEqual(bench.ask(LOCK, 100), "no-answer")  # at once
        self.assertEqual(bench.service.told[THERE_MS], 0)


class Pilot(unittest.TestCase):
    def test_is_driven_through_its_forms_and_read_back(self):
        bench = Bench()
        began_ms = bench.now_ms
        self.assertEqual(bench.ask(PILOT), "passed")
        self.assertEqual(bench.now_ms - began_ms, 10 + 8 * 400)
        self.assertEqual(bench.driven, [X1, F, X1, 9_600, 7_500, 5_000, 2_500, 1_000, X1])
        self.assertEqual(bench.row(0), [12_000, 12_000, X1])
        self.assertEqual(bench.row(1), [-12_000, -12_000, F])
        for i in range(3, len(SWEEP)):
            self.assertEqual(bench.row(i), [12_000, -12_000, SWEEP[i]])
        self.assertEqual((ROWS + 3 * len(SWEEP), bench.most_closed_ms), (N_TOLD, 0))

    def test_is_measured_at_an_adapter_too(self):
        for vehicle, high_mv in (("B", 9_000), ("C", 6_000), ("D", 3_000)):
            bench = Bench(cable_ma=32_000)
            bench.vehicle = vehicle
            bench.run(2_000)
            self.assertEqual(bench.ask(PILOT), "passed", vehicle)
            self.assertEqual(bench.row(3), [high_mv, -12_000, 9_600])
            self.assertEqual(bench.most_closed_ms, 0)

    def test_needs_a_second_of_one_state(self):
        bench = Bench(cable_ma=32_000)
        bench.vehicle = "B"
        bench.run(500)
        self.assertEqual(bench.ask(PILOT), "vehicle")

    def test_needs_a_pilot_at_rest(self):
        bench = Bench()
        bench.service._own = lambda *_: None  # which would bring it there
        bench.guard._sequence.duty = 1_000
        bench.run(2_000)
        self.assertEqual(bench.ask(PILOT), "rest")

    def test_of_a_pilot_that_is_shorted_is_refused(self):
        bench = Bench()
        bench.vehicle = "E"
        bench.run(2_000)
        self.assertEqual(bench.ask(PILOT), "fault")

    def test_that_is_not_what_was_driven_is_a_fault_and_told(self):
        bench = Bench()
        bench.begin(PILOT, 1_250)
        self.assertEqual(bench.hal.duty, 9_600)
        bench.read_back = 8_000
        bench.until(lambda: not bench.service.asked[0], 1_000)
        self.assertEqual((bench.said(), bench.service.told[FAULTS]), ("fault", faults.GENERATOR))
        self.assertEqual(bench.row(3)[2], 8_000)
        self.assertEqual(bench.hal.duty, X1)

    def test_leaves_state_f_after_its_least_time(self):
        bench = Bench().begin(PILOT, 420)
        self.assertEqual(bench.hal.duty, F)
        bench.service.ask(0)
        left_ms = bench.until(lambda: bench.hal.duty == X1, 1_000)
        self.assertTrue(left_ms is not None and left_ms >= 260, left_ms)

    def test_judges_the_vehicle_of_the_state_that_it_was(self):
        bench = Bench(cable_ma=32_000)
        bench.vehicle = "C"
        bench.run(2_000)
        bench.begin(PILOT, 1_500)
        bench.vehicle = "B"
        bench.run(100)
        self.assertEqual((bench.said(), bench.hal.duty), ("vehicle", X1))


if __name__ == "__main__":
    unittest.main()
