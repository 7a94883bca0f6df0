"""Ring 0 as a whole: IEC 61851-1 Annex A sequences, faults, hand-over, and the heap left alone."""

import unittest
from array import array

import micropython
from outlet import HIGH_MV, READY, Outlet
from pilotwire.pilot import faults, handover, levels, reasons, signals
from pilotwire.pilot.duty import X1, F
from pilotwire.pilot.handover import (
    BINDING_CABLE,
    FLAG_AUTHORISED,
    FLAG_RECORDED,
    FLAG_RUN,
    UP_BINDING,
    UP_CLOSINGS,
    UP_FAULTS,
    UP_LIMIT_MA,
    UP_OPENED,
    UP_STATE,
    UP_WHY_NOT,
)
from pilotwire.pilot.tap import Tap

MISSING_FLAG = (
    (READY & ~FLAG_AUTHORISED, reasons.NOT_AUTHORISED),
    (READY & ~FLAG_RUN, reasons.PAUSED),
    (READY & ~FLAG_RECORDED, reasons.NOT_RECORDED),
)

# input, its bad value, fault, ms within which the opening command must come
BAD_INPUTS = (
    (signals.RCD, 1, faults.RCD, 30),
    (signals.PE, 0, faults.PE, 80),
    (signals.STOP, 1, faults.STOP, 80),
    (signals.PP_OHM, 30_000, faults.PROXIMITY, 50),
    (signals.PP_OHM, 1_500, faults.PROXIMITY, 50),
    (signals.PP_OHM, 10, faults.PROXIMITY, 50),
    (signals.FEEDBACK, 0, faults.STUCK_OPEN, 300),
)


class Charge(unittest.TestCase):
    def test_closes_within_3_s_of_s2(self):
        o = Outlet()
        o.hand_down()
        o.plug()
        o.run(100)
        self.assertEqual(o.hal.duty, 5_333)
        o.vehicle = "C"
        took_ms = o.until(lambda: o.hal.closed, 3_000)
        self.assertTrue(took_ms is not None and took_ms >= 500, took_ms)
        self.assertEqual(o.up(UP_WHY_NOT), 0)

    def test_closes_for_a_vehicle_that_waits_with_s2_closed(self):
        o = Outlet()
        o.hand_down(flags=0)
        o.plug("C")
        o.run(5_000)
        self.assertFalse(o.hal.closed)
        o.hand_down()
        self.assertTrue(o.until(lambda: o.hal.closed, 3_000) is not None)

    def test_ignores_a_b_c_b_toggle(self):
        o = Outlet()
        o.hand_down()
        o.plug()
        o.run(200)
        for vehicle in "CBCBCB":
            o.vehicle = vehicle
            o.run(400)
        self.assertEqual(o.up(UP_CLOSINGS), 0)

    def test_needs_every_flag(self):
        for flags, reason in MISSING_FLAG:
            o = Outlet()
            o.hand_down(flags=flags)
            o.plug("C")
            o.run(5_000)
            self.assertEqual((o.hal.closed, o.hal.duty), (0, X1), reason)
            self.assertTrue(o.up(UP_WHY_NOT) & reason, reason)

    def test_needs_six_amps_and_a_cable(self):
        o = Outlet()
        o.hand_down(5_999)
        o.plug("C")
        o.hal.inputs[signals.PP_OHM] = 30_000
        o.run(3_000)
        self.assertFalse(o.hal.closed)
        missing = reasons.LIMIT | reasons.NO_CABLE
        self.assertEqual(o.up(UP_WHY_NOT) & missing, missing)

    def test_does_not_ventilate(self):
        o = Outlet()
        o.hand_down()
        o.plug("D")
        o.run(5_000)
        self.assertEqual((o.hal.closed, o.hal.duty), (0, X1))
        self.assertTrue(o.up(UP_WHY_NOT) & reasons.VENTILATION)

    def test_offers_no_more_than_the_cable_carries(self):
        o = Outlet().charge(32_000, cable_a=20)
        self.assertEqual(o.hal.duty, 3_333)
        self.assertEqual((o.up(UP_LIMIT_MA), o.up(UP_BINDING)), (20_000, BINDING_CABLE))

    def test_offers_no_more_than_the_profile_knows(self):
        o = Outlet(cable_ma=80_000, profile="gbt18487").charge(80_000)
        self.assertEqual(o.hal.duty, 8_920)


class Stop(unittest.TestCase):
    def test_opens_at_once_when_s2_opens(self):
        o = Outlet().charge()
        o.vehicle = "B"
        self.assertTrue(o.until(lambda: not o.hal.closed, 30) is not None)
        self.assertEqual(o.up(UP_OPENED), reasons.OPENED_BY_VEHICLE)
        self.assertEqual(o.hal.duty, 5_333)  # sequence 8.1: the offer stands
        o.vehicle = "C"
        self.assertTrue(o.until(lambda: o.hal.closed, 3_000) is not None)

    def test_opens_at_once_when_the_pilot_is_lost(self):
        o = Outlet().charge()
        o.unplug()
        self.assertTrue(o.until(lambda: not o.hal.closed, 30) is not None)
        self.assertEqual(o.up(UP_OPENED), reasons.OPENED_UNPLUGGED)

    def test_ignores_a_glitch_of_one_sample(self):
        for glitch in "ABDEF":
            o = Outlet().charge()
            for _ in range(20):
                o.vehicle = glitch
                o.run(10)
                o.vehicle = "C"
                o.run(10)
            self.assertTrue(o.hal.closed, glitch)
            self.assertEqual(o.up(UP_CLOSINGS), 1, glitch)

    def test_opens_when_no_sample_asks_for_energy_though_no_two_are_alike(self):
        for one in "ABEF?":
            for other in "ABEF?":
                o = Outlet().charge()
                for _ in range(2):
                    o.vehicle = one
                    o.run(10)
                    o.vehicle = other
                    o.run(10)
                self.assertFalse(o.hal.closed, one + other)

    def test_asks_the_vehicle_first_and_forces_it_after_6_s(self):
        o = Outlet().charge()
        o.hand_down(flags=READY & ~FLAG_RUN)
        o.run(40)
        self.assertEqual((o.hal.duty, o.hal.closed), (X1, 1))
        took_ms = o.until(lambda: not o.hal.closed, 7_000)
        self.assertTrue(5_900 <= took_ms <= 6_500, took_ms)
        self.assertEqual(o.up(UP_OPENED), reasons.OPENED_FORCED)

    def test_opens_when_the_vehicle_obeys(self):
        o = Outlet().charge()
        o.hand_down(4_000)
        o.run(2_000)
        self.assertTrue(o.hal.closed)
        o.vehicle = "B"
        o.run(30)
        self.assertFalse(o.hal.closed)
        self.assertEqual(o.up(UP_OPENED), reasons.OPENED_BY_STOP)

    def test_finishes_a_stop_that_is_taken_back(self):
        o = Outlet().charge()
        o.hand_down(flags=READY & ~FLAG_RUN)
        o.run(1_000)
        o.hand_down()
        o.run(1_000)
        self.assertEqual((o.hal.duty, o.hal.closed), (X1, 1))
        o.vehicle = "B"
        o.run(100)
        self.assertEqual((o.hal.duty, o.hal.closed), (5_333, 0))


class Live(unittest.TestCase):
    def test_a_plug_behind_welded_contacts_stays_locked(self):
        o = Outlet(lock=True)
        o.hal.inputs[signals.LOCK] = 1
        o.charge()
        self.assertTrue(o.hal.closed)
        o.follow = False
        o.vehicle = "A"
        o.run(2_000)
        self.assertEqual((o.hal.closed, o.hal.outputs[signals.OUT_LOCK]), (0, 1))
        o.hal.inputs[signals.FEEDBACK] = 0
        o.run(1_000)
        self.assertEqual(o.hal.outputs[signals.OUT_LOCK], 0)

    def test_a_plug_stays_locked_while_a_contactor_without_feedback_is_closed(self):
        o = Outlet(lock=True)
        o.hal.inputs[signals.LOCK] = 1
        o.hal.inputs[signals.FEEDBACK] = signals.NOT_FITTED
        o.charge()
        o.hand_down(flags=READY & ~FLAG_AUTHORISED)  # and the vehicle takes its time
        o.run(3_000)
        self.assertEqual((o.hal.closed, o.hal.outputs[signals.OUT_LOCK]), (1, 1))


class Duty(unittest.TestCase):
    def test_falls_at_once_and_rises_after_5_s(self):
        o = Outlet().charge(16_000)
        o.hand_down(10_000)
        o.run(40)
        self.assertEqual(o.hal.duty, 1_666)
        o.hand_down(16_000)
        took_ms = o.until(lambda: o.hal.duty == 2_666, 6_000)
        self.assertTrue(4_900 <= took_ms <= 5_100, took_ms)

    def test_falls_back_when_ring_1_no_longer_renews(self):
        o = Outlet().charge(32_000)
        o.hand_down(32_000, ttl_ms=10_000, fallback_ma=8_000)
        o.talking = False
        took_ms = o.until(lambda: o.hal.duty == 1_333, 11_000)
        self.assertTrue(9_900 <= took_ms <= 10_100, took_ms)
        self.assertTrue(o.hal.closed)


class Silence(unittest.TestCase):
    def test_of_ring_1_stops_without_haste_and_then_starves_the_watchdog(self):
        o = Outlet().charge()
        o.talking = False
        o.run(29_900)
        self.assertEqual((o.hal.closed, o.hal.duty), (1, 5_333))
        o.run(200)
        self.assertEqual((o.hal.closed, o.hal.duty), (1, X1))
        o.run(6_100)
        self.assertFalse(o.hal.closed)
        self.assertTrue(o.up(UP_WHY_NOT) & reasons.SILENT)
        fed = o.hal.fed
        o.run(1_000)
        self.assertEqual(o.hal.fed, fed)


class Faults(unittest.TestCase):
    def test_of_the_board_open_in_time(self):
        for index, value, fault, at_most_ms in BAD_INPUTS:
            o = Outlet().charge()
            o.follow = False
            o.hal.inputs[index] = value
            took_ms = o.until(lambda o=o: not o.hal.closed, at_most_ms)
            self.assertTrue(took_ms is not None, fault)
            self.assertEqual(o.up(UP_FAULTS), fault, fault)
            self.assertEqual(o.up(UP_OPENED), reasons.OPENED_BY_FAULT, fault)

    def test_of_the_pilot_open_within_30_ms(self):
        for vehicle, fault in (("E", faults.CP_SHORT), ("F", faults.CP_INVALID)):
            o = Outlet().charge()
            o.vehicle = vehicle
            self.assertTrue(o.until(lambda o=o: not o.hal.closed, 30) is not None, vehicle)
            self.assertTrue(o.up(UP_FAULTS) & fault, vehicle)

    def test_missing_diode_is_seen_before_closing(self):
        o = Outlet()
        o.hand_down()
        o.low_mv = -9_000
        o.plug()
        o.run(200)
        o.vehicle = "C"
        o.run(5_000)
        self.assertEqual(o.up(UP_CLOSINGS), 0)
        self.assertEqual(o.up(UP_FAULTS), faults.DIODE)

    def test_weld_is_state_f_until_an_operator_clears_it(self):
        o = Outlet().charge()
        o.follow = False  # the auxiliary contact stays closed
        o.vehicle = "B"
        o.run(400)
        self.assertEqual((o.hal.duty, o.up(UP_FAULTS)), (F, faults.WELD))
        o.run(60_000)
        self.assertEqual(o.hal.duty, F)
        o.hal.inputs[signals.FEEDBACK] = 0
        o.unplug()
        o.hand_down(clear=1)
        o.run(400)
        self.assertEqual((o.hal.duty, o.up(UP_FAULTS), o.up(UP_STATE)), (X1, 0, levels.A))

    def test_rcd_stays_until_unplugged(self):
        o = Outlet().charge()
        o.hal.inputs[signals.RCD] = 1
        o.run(50)
        o.hal.inputs[signals.RCD] = 0
        o.run(60_000)
        self.assertEqual((o.hal.closed, o.up(UP_FAULTS)), (0, faults.RCD))
        o.unplug()
        o.run(50)
        self.assertEqual(o.up(UP_FAULTS), 0)

    def test_pe_heals_itself_5_s_after_it_is_back(self):
        o = Outlet().charge()
        o.hal.inputs[signals.PE] = 0
        o.run(1_000)
        o.hal.inputs[signals.PE] = 1
        took_ms = o.until(lambda: not o.up(UP_FAULTS), 6_000)
        self.assertTrue(4_900 <= took_ms <= 5_100, took_ms)

    def test_no_fresh_sample_opens(self):
        o = Outlet().charge()
        o.hal.dt_ms = -1
        o.tick()
        self.assertFalse(o.hal.closed)
        self.assertEqual(o.up(UP_FAULTS), faults.SAMPLE)

    def test_exception_in_the_tick_opens_and_stays(self):
        o = Outlet().charge()
        sample = o.hal.sample
        o.hal.sample = None  # calling it raises TypeError
        o.guard.tick()
        self.assertEqual((o.hal.closed, o.hal.duty), (0, F))
        o.hal.sample = sample
        o.run(10_000)
        self.assertEqual((o.hal.closed, o.up(UP_FAULTS)), (0, faults.GUARD))

    def test_every_fault_has_a_row_a_code_and_a_bit_of_its_own(self):
        every = (1 << len(faults.CODES)) - 1
        self.assertTrue(every < 1 << 30)
        self.assertEqual(faults.codes(every), list(faults.CODES))


class Heap(unittest.TestCase):
    """On the unix port a bound, on the 32-bit port the proof (micropython.heap_lock)."""

    def test_is_not_touched_in_any_state(self):
        o = Outlet()
        o.hand_down(ttl_ms=500, fallback_ma=10_000)
        cable_ohm = 220
        inputs = o.hal.inputs
        script = (
            ("A", 30_000, -1), ("B", cable_ohm, -1), ("C", cable_ohm, -1), ("B", cable_ohm, -1),
            ("D", cable_ohm, -1), ("C", cable_ohm, -1), ("E", cable_ohm, -1), ("F", cable_ohm, -1),
            ("?", 30_000, -1), ("C", 100, -1), ("C", 1_500, -1), ("A", 0, -1), ("A", 30_000, 1),
        )  # fmt: skip
        millivolts = (12_000, 9_000, 6_000, 3_000, 0, -12_000, -5_000)
        visited = 0
        spare = o.guard.handover
        for vehicle, ohm, feedback in script:
            inputs[signals.CP_HIGH_MV] = millivolts[levels.LETTERS.index(vehicle)]
            inputs[signals.CP_LOW_MV] = -12_000
            inputs[signals.PP_OHM] = ohm
            inputs[signals.FEEDBACK] = feedback
            spare.spare()
            spare.publish()
            tick = o.guard.tick
            micropython.heap_lock()
            try:
                for _ in range(80):
                    tick()
            finally:
                micropython.heap_unlock()
            up = o.guard.handover.up
            visited |= 1 << up[UP_STATE]
            self.assertFalse(up[UP_FAULTS] & faults.GUARD, vehicle)
        self.assertEqual(visited, 0b1111111)

    def test_is_not_touched_by_any_chore(self):
        o = Outlet(lock=True, rcd_test=True, switches_phases=True, metered=True, trip_dc=600)
        hal = o.hal
        o.guard._hal = tap = Tap(hal, o.guard._down)
        tap.use(array("h", bytes(6_000)))
        slots = (  # phases, mA, mV of L1, temperature, humidity; then who is there
            (3, 0, 230_000, 200, 400, "B"),
            (3, 0, 230_000, 200, 400, "C"),
            (3, 40_000, 230_000, 200, 400, "C"),
            (1, 0, 0, 200, 400, "A"),
            (1, 0, 150_000, 700, 400, "B"),
            (3, 0, 300_000, handover.OPEN, 990, "B"),
            (3, handover.UNKNOWN, handover.UNKNOWN, handover.UNKNOWN, handover.SHORTED, "B"),
            (3, 0, 230_000, 200, 400, "B"),
        )
        seen = 0
        switched = [0] * signals.N_OUTPUTS
        for number, (phases, ma, mv, dc, pm, vehicle) in enumerate(slots):
            spare = o.guard.handover.spare()
            spare[handover.DOWN_FLAGS] = READY
            spare[handover.DOWN_CLEAR] = number
            spare[handover.DOWN_PHASES] = phases
            spare[handover.DOWN_TEMPERATURE_DC] = dc
            spare[handover.DOWN_HUMIDITY_PM] = pm
            spare[handover.DOWN_ROWS] = 1
            spare[handover.DOWN_LEASES] = 16_000
            spare[handover.DOWN_LEASES + handover.LEASE_TTL_MS] = handover.NEVER
            for i in range(3):
                spare[handover.DOWN_CURRENT_MA + i] = ma
                spare[handover.DOWN_VOLTAGE_MV + i] = mv if i == 0 else 230_000
            o.guard.handover.publish()
            o.plug(vehicle)
            for second in range(20 if number < len(slots) - 1 else 40):
                spare = o.guard.handover.spare()
                spare[handover.DOWN_READING] = 100 * number + second
                o.guard.handover.publish()
                for _ in range(100):
                    seen |= self._locked_tick(o, tap)
                    for i in range(signals.N_OUTPUTS):
                        switched[i] |= hal.outputs[i]
        self.assertFalse(seen & faults.GUARD)
        shown = faults.OVERCURRENT | faults.PHASE_LOSS | faults.TEMPERATURE | faults.SENSOR
        shown |= faults.HUMIDITY | faults.OVERVOLTAGE | faults.UNDERVOLTAGE
        self.assertEqual(seen & shown, shown)
        self.assertEqual(switched, [1] * signals.N_OUTPUTS)
        self.assertTrue(tap.n > 100)

    def _locked_tick(self, o, tap):
        """One tick with the heap locked, feedback, lock and residual-current test following."""
        hal = o.hal
        inputs = hal.inputs
        steady = hal.duty in (X1, F)
        high_mv = -12_000 if hal.duty == F else HIGH_MV[o.vehicle]
        inputs[signals.CP_HIGH_MV] = high_mv
        inputs[signals.CP_LOW_MV] = high_mv if steady else -12_000
        inputs[signals.CP_DUTY] = hal.duty
        inputs[signals.FEEDBACK] = hal.closed
        inputs[signals.LOCK] = hal.outputs[signals.OUT_LOCK]
        inputs[signals.RCD] = hal.outputs[signals.OUT_RCD_TEST]
        tick = o.guard.tick
        micropython.heap_lock()
        try:
            tick()
        finally:
            micropython.heap_unlock()
        return o.guard._faults
