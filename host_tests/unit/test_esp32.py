"""The ESP32's HAL on a fake chip: what ring 0 sees and moves there, and the heap left alone."""

import asyncio
import unittest

import micropython
from esp32_box import BOARD, COIL, PP, Box, Esp32, make
from fake_esp32 import Machine
from pilotwire.hal import esp32_restart
from pilotwire.pilot import faults, handover, levels, signals
from pilotwire.pilot.guard import Guard
from pilotwire.pilot.settings import Settings

READY = handover.FLAG_AUTHORISED | handover.FLAG_RUN | handover.FLAG_RECORDED
READ_US = (35, 60, 85)  # as others have measured it


class Charging:
    """A whole ring 0 on it."""

    def __init__(self, **box):
        self.box = Box(**box)
        self.guard = Guard(self.box.hal, Settings())
        self.box.hal.start(self.guard.tick)
        self.due_us = self.box.clock.us
        self.longest_us = 0
        spare = self.guard.handover.spare()
        spare[handover.DOWN_FLAGS] = READY
        spare[handover.DOWN_ROWS] = 1
        spare[handover.DOWN_LEASES] = 32_000
        spare[handover.DOWN_LEASES + handover.LEASE_TTL_MS] = -1
        self.guard.handover.publish()

    def tick(self):
        box = self.box
        period_ms, callback = box.chip.timer
        self.due_us += period_ms * 1_000
        box.clock.us = max(box.clock.us, self.due_us)
        begun_us = box.clock.us
        callback(None)
        self.longest_us = max(self.longest_us, box.clock.us - begun_us)
        box.chip.inputs[32] = 1 - box.chip.levels[COIL]

    def ticks_until(self, closed, at_most):
        """How many ticks it takes until the contactor's pin is so; None if it takes more."""
        for n in range(at_most + 1):
            if self.box.chip.levels[COIL] == closed:
                return n
            if n % 100 == 0:
                self.guard.handover.spare()
                self.guard.handover.publish()
            self.tick()
        return None

    def run(self, ticks):
        for n in range(ticks):
            if n % 100 == 0:
                self.guard.handover.spare()
                self.guard.handover.publish()
            self.tick()

    def charge(self):
        """From an empty socket to a closed contactor."""
        self.run(10)
        self.box.pp_ohm, self.box.vehicle = 220, "B"
        self.run(50)
        self.box.vehicle = "C"
        return self.ticks_until(1, 300)


class Pilot(unittest.TestCase):
    def test_both_plateaus_are_found_in_one_tick_from_6_to_63_a(self):
        for read_us in READ_US:
            for duty in (1_000, 1_666, 2_666, 5_333, 8_500, 8_920):
                box = Box(read_us).drive(duty)
                box.vehicle, box.noise_mv, box.edge_us = "C", 200, 8
                for _ in range(50):
                    self.assertEqual(box.sample(), 10)
                    high_mv, low_mv = box.pilot()
                    case = read_us, duty, high_mv, low_mv
                    self.assertTrue(-12_400 <= low_mv <= -11_600, case)
                    self.assertTrue(5_600 <= high_mv <= 6_400, case)

    def test_a_single_value_that_is_off_counts_for_nothing(self):
        for duty, spikes_mv in ((5_333, (2_000, -2_000)), (10_000, (2_000, -2_000))):
            box = Box().drive(duty)
            box.vehicle = "C"
            box.sample()
            before = box.pilot()
            for mv in spikes_mv:
                for read in range(1, 18):
                    box.spikes = {box.chip.reads + read: mv}
                    self.assertEqual(box.sample(), 10)
                    self.assertEqual(box.pilot(), before)

    def test_a_steady_one_is_one_plateau(self):
        for duty, mv in ((10_000, 9_000), (0, -12_000)):
            box = Box().drive(duty)
            box.vehicle = "B"
            self.assertEqual(box.sample(), 10)
            self.assertEqual(box.pilot(), (mv, mv))

    def test_one_shorted_to_earth_is_one_plateau_though_it_should_oscillate(self):
        for read_us in READ_US:
            box = Box(read_us).drive(5_333)
            box.vehicle, box.low_mv = "E", 0
            self.assertEqual(box.sample(), 10)
            self.assertEqual(box.pilot(), (0, 0))

    def test_a_plateau_that_hid_between_two_reads_is_not_made_up(self):
        missed = 0
        for read_us in (120, 250, 400):
            for duty in (1_000, 8_920, 9_600):
                box = Box(read_us).drive(duty)
                box.vehicle = "C"
                box.edge_us = 8
                for _ in range(100):
                    if box.sample() == -1:
                        missed += 1
                    else:
                        self.assertEqual(box.pilot(), (6_000, -12_000), (read_us, duty))
        self.assertTrue(missed > 100, missed)

    def test_it_is_held_for_30_ms_and_then_there_is_no_sample(self):
        box = Box().drive(1_000)
        self.assertEqual(box.sample(), 10)
        box.chip.pilot_is_high = lambda us: False  # no high plateau, and reads too slow to know
        box.chip.read_us = 93
        self.assertEqual([box.sample() for _ in range(4)], [10, 10, 10, -1])

    def test_a_hole_in_the_reads_costs_a_sample_at_most(self):
        box = Box().drive(1_000)
        box.vehicle = "B"
        self.assertEqual(box.sample(), 10)
        for read in range(0, 36, 3):
            box.chip.late_us = {box.chip.reads + read: 900}
            for _ in range(2):
                self.assertEqual(box.sample(), 10)
                self.assertEqual(box.pilot(), (9_000, -12_000))

    def test_what_is_driven_comes_within_16_ns_of_the_period(self):
        box = Box()
        for duty in (1_000, 1_666, 5_333, 9_600):
            box.drive(duty)
            # LEDC counts to 65,536 in a period.
            self.assertTrue(0 <= duty * 65_536 - box.chip.pwm.duty * 10_000 < 10_000, duty)
        self.assertEqual(box.drive(10_000).chip.pwm.duty, 65_536)
        self.assertEqual(box.drive(0).chip.pwm.duty, 0)

    def test_where_the_adc_ends_below_12_v_its_end_is_12_v(self):
        pilot = dict(BOARD["pilot"], zero_mv=-13_266, full_mv=12_144, top_mv=3_055)
        for uv, mv in ((3_200_000, 12_000), (3_055_000, 12_000), (3_054_000, 10_249)):
            box = Box(pilot=pilot)
            box.chip.uv = lambda gpio, us, uv=uv: uv
            self.assertEqual(box.sample(), 10)
            self.assertEqual(box.pilot(), (mv, mv))

    def test_an_inverting_driver_is_told_to_the_chip(self):
        pilot = dict(BOARD["pilot"], inverted=1)
        self.assertTrue(Box(pilot=pilot).chip.pwm.invert)
        self.assertFalse(Box().chip.pwm.invert)

    def test_the_arithmetic_must_stay_in_small_integers(self):
        for pilot in ({"full_mv": -15_000}, {"full_mv": 50_536}):
            with self.assertRaises(ValueError):
                Box(pilot=dict(BOARD["pilot"], **pilot))
        with self.assertRaises(ValueError):
            Box(pp={"adc": PP, "pull_up_ohm": 32_768})


class Inputs(unittest.TestCase):
    def test_the_cable_is_read_in_ohm(self):
        box = Box()
        for ohm in (100, 220, 680, 1_500):
            box.pp_ohm = ohm
            box.sample()
            read_ohm = box.inputs[signals.PP_OHM]
            self.assertTrue(abs(read_ohm - ohm) <= ohm // 100 + 2, (ohm, read_ohm))
        box.pp_ohm = 30_000
        box.sample()
        self.assertEqual(box.inputs[signals.PP_OHM], 30_000)

    def test_contacts_by_their_active_level_and_what_is_not_fitted(self):
        box = Box()
        self.assertEqual(box.chip.pulls, {32: 2, 33: 2})
        for level in (0, 1):
            box.chip.inputs.update({32: level, 33: level})
            box.sample()
            self.assertEqual(box.inputs[signals.FEEDBACK], 1 - level)
            self.assertEqual(box.inputs[signals.RCD], level)
        for i in (signals.PE, signals.LOCK, signals.STOP, signals.TAMPER, signals.CP_DUTY):
            self.assertEqual(box.inputs[i], signals.NOT_FITTED)

    def test_tells_the_time_since_the_last_sample_up_to_a_second(self):
        box = Box()
        self.assertEqual(
            [box.sample(ms) for ms in (10, 11, 35, 1_000, 5_000)][:4], [10, 11, 35, 1_000]
        )
        self.assertEqual(box.sample(5_000), 1_000)

    def test_contact_that_is_ring_1s(self):
        box = Box()
        box.chip.inputs[25] = 1
        self.assertFalse(box.hal.contact("dim"))
        box.chip.inputs[25] = 0
        self.assertTrue(box.hal.contact("dim"))
        self.assertTrue(box.hal.contact("other") is None)


class Charge(unittest.TestCase):
    def test_a_whole_one_from_plug_to_plug(self):
        charging = Charging()
        box = charging.box
        self.assertTrue(charging.charge() is not None)
        self.assertEqual(box.chip.pwm.duty, 5_333 * 65_536 // 10_000)
        charging.run(100)
        box.vehicle = "B"
        self.assertTrue(charging.ticks_until(0, 10) is not None)
        charging.run(10)
        box.vehicle, box.pp_ohm = "A", 30_000
        charging.run(20)
        up = charging.guard.handover.up
        self.assertEqual(up[handover.UP_STATE], levels.A)
        self.assertEqual(up[handover.UP_FAULTS], 0)
        self.assertEqual(up[handover.UP_CLOSINGS], 1)

    def test_opens_with_the_second_tick_after_s2_or_the_pilot(self):
        for read_us in READ_US:
            for vehicle in ("B", "A", "E"):
                charging = Charging(read_us=read_us)
                charging.charge()
                charging.run(100)
                charging.box.vehicle = vehicle
                if vehicle == "E":
                    charging.box.low_mv = 0
                ticks = charging.ticks_until(0, 10)
                self.assertTrue(ticks is not None and ticks <= 3, (read_us, vehicle, ticks))

    def test_opens_when_the_adc_fails(self):
        charging = Charging()
        charging.charge()

        def fails(gpio, us):
            raise OSError(-1)

        charging.box.chip.uv = fails
        charging.tick()
        self.assertEqual(charging.box.chip.levels[COIL], 0)
        self.assertEqual(charging.box.chip.pwm.duty, 0)
        charging.box.chip.uv = charging.box.uv
        charging.run(4)
        self.assertTrue(charging.guard.handover.up[handover.UP_FAULTS] & faults.GUARD)

    def test_opens_with_the_first_ticks_after_a_block(self):
        charging = Charging()
        charging.charge()
        charging.run(100)
        charging.box.clock.us += 1_500_000  # a handshake, say
        charging.box.vehicle = "A"
        charging.due_us = charging.box.clock.us
        self.assertTrue(charging.ticks_until(0, 10) <= 3)

    def test_a_tick_reads_for_two_periods_and_no_longer(self):
        for read_us in READ_US:
            charging = Charging(read_us=read_us)
            charging.charge()
            self.assertTrue(0 <= charging.longest_us - 2_200 <= 3 * read_us, charging.longest_us)

    def test_leaves_the_heap_alone(self):
        charging = Charging()
        box = charging.box
        callback = box.chip.timer[1]
        for vehicle, ohm in (("A", 30_000), ("B", 220), ("C", 220), ("E", 220), ("A", 30_000)):
            box.vehicle, box.pp_ohm = vehicle, ohm
            charging.guard.handover.spare()
            charging.guard.handover.publish()
            for _ in range(100):
                box.clock.us += 8_000
                micropython.heap_lock()
                try:
                    callback(None)
                finally:
                    micropython.heap_unlock()
                box.chip.inputs[32] = 1 - box.chip.levels[COIL]
            if vehicle == "C":
                self.assertEqual(box.chip.levels[COIL], 1)
            self.assertFalse(charging.guard._faults & faults.GUARD, vehicle)


class Contactor(unittest.TestCase):
    def test_a_plain_pin_by_its_active_level(self):
        for active in (0, 1):
            box = Box(contactor={"pin": COIL, "active": active})
            self.assertEqual(box.chip.levels[COIL], 1 - active)
            box.hal.drive(5_333, 1)
            self.assertEqual(box.chip.levels[COIL], active)
            box.hal.drive(5_333, 0)
            self.assertEqual(box.chip.levels[COIL], 1 - active)

    def test_a_dead_man_gives_an_edge_a_tick_and_rests_low(self):
        box = Box(dead_man=True)
        seen = []
        for closed in (0, 1, 1, 1, 1, 0, 0, 1, 0):
            box.hal.drive(5_333, closed)
            seen.append(box.chip.levels[COIL])
        self.assertEqual(seen, [0, 1, 0, 1, 0, 0, 0, 1, 0])


class Life(unittest.TestCase):
    def test_a_tick_every_10_ms_and_a_watchdog(self):
        box = Box()
        self.assertEqual((box.chip.timer, box.chip.dog_ms), (None, 0))
        ticks = []
        box.hal.start(ticks.append)
        period_ms, callback = box.chip.timer
        callback(None)
        self.assertEqual((period_ms, ticks), (10, [None]))
        self.assertEqual(box.chip.dog_ms, 8_000)
        box.clock.us += 5_000_000
        box.hal.feed()
        self.assertEqual(box.chip.fed_us, box.clock.us)

    def test_stopped_is_open_and_not_ready_with_time_for_a_person(self):
        box = Box()
        box.hal.start(lambda timer: None)
        box.hal.drive(5_333, 1)
        box.hal.stop()
        self.assertTrue(box.chip.timer is None)
        self.assertEqual((box.chip.levels[COIL], box.chip.pwm.duty), (0, 65_536))
        self.assertTrue(box.chip.dog_ms > 86_400_000)

    def test_knows_its_firmware_and_its_board(self):
        hal = Box().hal
        self.assertEqual((hal.firmware, hal.board["name"], hal.root), ("0f1e2d3c", "bench", ""))
        self.assertTrue(hal.handshake_blocks_guard)
        self.assertEqual(Machine.chip.hz, 240_000_000)

    @unittest.skipIf(not hasattr(asyncio, "run"), "the WebAssembly port has no loop of its own")
    def test_a_ctrl_c_that_comes_in_a_tick_ends_the_app_all_the_same(self):
        box = Box()

        def pressed(_timer):
            raise KeyboardInterrupt

        async def ring_1():
            await box.hal.woken(0.01)
            box.chip.timer[1](None)
            try:
                await box.hal.woken(0.01)
            except KeyboardInterrupt:
                return True

        box.hal.start(pressed)
        self.assertTrue(asyncio.run(ring_1()))

    def test_without_a_watchdog_none_is_started(self):
        box = Box(watchdog_ms=0)
        box.hal.start(lambda timer: None)
        box.hal.feed()
        box.hal.stop()
        self.assertEqual(box.chip.dog_ms, 0)

    def test_says_why_it_starts(self):
        for said, cause, why in (
            (None, Machine.PWRON_RESET, "power-on"),
            ("crash", Machine.HARD_RESET, "crash"),
            ("command", Machine.HARD_RESET, "command"),
            ("console", Machine.SOFT_RESET, "console"),
            ("", Machine.WDT_RESET, "watchdog"),
            ("", Machine.PWRON_RESET, "power-on"),  # the supply broke down
        ):
            box = Box()
            if said is not None:
                box.hal.start(lambda timer: None)
            if said:
                box.hal.ended(said)
            box.chip.cause = cause
            self.assertEqual(esp32_restart.last(), why)
            self.assertEqual(make(Esp32).started, why)

    def test_takes_no_note_of_another_softwares(self):
        for memory in (b"", b"PW", b"PW9", b"xy2", bytes(2_048)):
            box = Box()
            box.chip.cause, box.chip.rtc = Machine.HARD_RESET, memory
            self.assertEqual(esp32_restart.last(), "power-on", memory)

    def test_a_start_that_lasts_is_not_counted(self):
        box = Box()
        box.chip.registers[0x3FF4804C] = 3
        box.hal.settled()
        self.assertEqual(box.chip.registers[0x3FF4804C], 0)

    def test_the_clock_is_unix_though_the_chip_counts_from_2000(self):
        box = Box()
        self.assertEqual(box.hal.clock(), (None, "none"))
        box.hal.set_clock(1_800_000_000, "synchronised")
        box.clock.us += 3_000_000
        self.assertEqual(box.hal.clock(), (1_800_000_003, "synchronised"))
        self.assertEqual(box.clock.time(), 1_800_000_003 - 946_684_800)
        box.clock.us += 86_400_000_000
        self.assertEqual(box.hal.clock()[1], "set")
        self.assertEqual(make(Esp32).clock()[1], "set", "it outlives a reset")

    def test_a_time_that_has_only_passed_does_not_outlive_a_soft_reset(self):
        box = Box()
        box.hal.start(lambda timer: None)
        box.hal.set_clock(1_800_000_000, "none")
        self.assertEqual(box.hal.clock(), (None, "none"))
        box.hal.stop()
        self.assertEqual(make(Esp32).clock(), (None, "none"))


if __name__ == "__main__":
    unittest.main()
