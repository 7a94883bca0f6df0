"""What is written of a charge: its opening, its checkpoints, its end, and another tariff."""

import unittest
from array import array

from book import JournalTest
from pilotwire import config
from pilotwire.energy.session import CLOSE, OPEN, Session
from pilotwire.energy.tariff import Tariff
from pilotwire.pilot import handover, levels
from pilotwire.record.charges import Charges
from pilotwire.record.journal import FlashBusy
from whole_app import Meter

MINUTE_MS = 60_000
NOON = 1_800_230_400 + 12 * 3_600  # UTC
ABOUT = {"box": "box-1", "phases": 3, "firmware": "0f1e2d3c", "config": "0a0b0c0d"}
NIGHT = Tariff(["day", "night"], [35_000, 25_000], "EUR", [(0, 0), (721, 1)], (0,), "aabbccdd")
FLAT = Tariff(["all"], None, "", [(0, 0)], (0,), "00112233")


class Silent(Meter):
    """One that has not answered since the box has started."""

    serial = firmware = ""

    def resolution_wh(self):
        return None


class ChargesTest(JournalTest):
    config = ()  # pairs
    tariff = None

    def setUp(self):
        super().setUp()
        self.up = array("i", [0] * handover.N_UP)
        self.up[handover.UP_STATE] = levels.B
        self.now_ms = 0
        self.meter = Meter()
        self.age_ms = 0
        self.boot()

    def boot(self):
        self.session = Session("free", False, self.tariff and self.tariff.split())
        values = config.check(dict(self.config))
        self.charges = Charges(
            self.j, self.session, self.tariff, values, ABOUT, self.box.i2c is not None
        )

    def step(self, due=None, ms=0):
        self.now_ms += ms
        stamp = NOON + self.now_ms // 1000, "set"
        return self.charges.step(due, self.now_ms, stamp, self.up, self.meter, self.age_ms)

    def read(self, wh):
        self.session.read(self.now_ms, wh, self.meter.serial, 10, NOON + self.now_ms // 1000)

    def draw(self, wh, ms=0):
        self.now_ms += ms
        self.read(self.session.register.wh + wh)

    def begin(self, wh=1_000):
        if wh is not None:
            self.read(wh)
        return self.step(OPEN)

    def end(self):
        self.session.stop("remote")
        return self.step(CLOSE)

    @property
    def opening(self):
        return self.reset().opening

    @property
    def closing(self):
        return self.box.history()[-1]

    def checkpoints(self):
        """How many are written while this goes on for ten minutes at 600 W."""
        kept = []
        self.j.checkpoint = lambda fields: kept.append(
            (self.now_ms // MINUTE_MS, fields["end_wh"])
        )
        for _ in range(10):
            self.draw(10)
            for _ in range(4):
                self.step(ms=MINUTE_MS // 4)
        return kept


class Opening(ChargesTest):
    def test_is_on_record_with_meter_box_and_firmware(self):
        self.assertTrue(self.begin())
        self.assertEqual(self.session.number, 1)
        said = self.opening
        for key, value in (
            ("charge", 1),
            ("start_wh", 1_000),
            ("start_unix", NOON),
            ("auth", "free"),
            ("box", "box-1"),
            ("phases", 3),
            ("firmware", "0f1e2d3c"),
            ("config", "0a0b0c0d"),
            ("meter", "sdm630"),
            ("meter_serial", "12345678"),
            ("meter_firmware", "0102"),
        ):
            self.assertEqual(said[key], value)

    def test_without_a_meter_names_none(self):
        self.meter = None
        self.begin(wh=None)
        self.assertFalse({"meter", "meter_serial", "meter_firmware"} & set(self.opening))

    def test_is_still_due_while_flash_may_not_be_written(self):
        self.box.free = False
        with self.assertRaises(FlashBusy):
            self.begin()
        self.assertFalse(self.session.active)

    def test_that_flash_does_not_take_stops_nobody_who_charges_for_free(self):
        self.box.flash.broken = True
        self.assertTrue(self.begin())
        self.assertEqual((self.session.active, self.session.number), (True, None))
        self.assertEqual(self.charges.trouble[:9], "journal: ")


class Checkpoints(ChargesTest):
    def test_are_kept_every_minute(self):
        self.begin()
        self.assertEqual(self.checkpoints(), [(n, 1_000 + 10 * n) for n in range(1, 11)])

    def test_are_not_worth_an_erase_where_nothing_has_flown(self):
        self.begin()
        for wh in (0, 10):
            self.draw(wh, ms=MINUTE_MS)
            self.step()
            written = self.box.flash.written
            for _ in range(10):
                self.draw(0)
                self.step(ms=MINUTE_MS)
            self.assertEqual(self.box.flash.written, written)

    def test_begin_a_minute_after_the_opening_however_old_the_last_one_is(self):
        self.now_ms = 10 * MINUTE_MS
        self.begin()
        seen = []
        self.j.checkpoint = seen.append
        self.draw(10)
        for ms, count in ((MINUTE_MS - 1, 0), (1, 1)):
            self.step(ms=ms)
            self.assertEqual(len(seen), count)

    def test_without_fram_wait_until_flash_is_free(self):
        self.begin()
        self.box.free = False
        self.assertEqual(self.checkpoints(), [])
        self.box.free = True
        self.assertEqual(len(self.checkpoints()), 10)

    def test_tell_after_a_power_cut_what_the_charge_had_come_to(self):
        self.begin()
        self.draw(600, ms=MINUTE_MS)
        self.step()
        said = self.opening
        self.assertEqual((said["end_wh"], said["end_unix"]), (1_600, NOON + 60))

    def test_are_of_a_charge_only(self):
        written = self.box.flash.written
        self.read(1_600)
        self.assertFalse(self.step(ms=MINUTE_MS))
        self.assertEqual(self.box.flash.written, written)


class FastCheckpoints(ChargesTest):
    fram = True
    tariff = NIGHT

    def test_are_kept_while_flash_may_not_be_written_and_nothing_flows(self):
        self.begin()
        self.box.free = False
        self.read(1_000)
        self.step(ms=MINUTE_MS)
        self.assertEqual(self.opening["end_unix"], NOON + 60)

    def test_are_kept_at_once_when_the_period_of_the_tariff_changes(self):
        self.begin()
        seen = []
        self.j.checkpoint = lambda fields: seen.append(self.now_ms)
        for _ in range(120):
            self.step(ms=1_000)
        self.assertEqual(seen, [1_000, 60_000, 120_000])  # the period, then one a minute

    def test_follow_the_periods_of_another_tariff_at_once(self):
        self.begin()
        self.step(ms=1_000)
        self.charges.change_tariff(FLAT, (NOON, "set"))
        seen = []
        self.j.checkpoint = lambda fields: seen.append(self.now_ms)
        for _ in range(65):
            self.step(ms=1_000)
        self.assertEqual(seen, [61_000])  # none where the period of the other one changes


class Closing(ChargesTest):
    config = (("co2_instead_g_kwh", 380), ("co2_grid_g_kwh", 80))

    def test_is_the_whole_charge(self):
        self.begin()
        self.draw(2_001, ms=30 * MINUTE_MS)
        self.assertTrue(self.end())
        said = self.closing
        for key, value in (
            ("kind", "charge"),
            ("charge", 1),
            ("wh", 2_001),
            ("co2_g", 600),
            ("reason", "remote"),
            ("resolution_wh", 10),
            ("meter_serial", "12345678"),
            ("box", "box-1"),
        ):
            self.assertEqual(said[key], value)
        self.assertFalse(self.session.active)

    def test_saves_no_carbon_where_nobody_says_how_much_or_nothing_was_measured(self):
        self.config = ()
        self.boot()
        self.begin()
        self.end()
        self.assertFalse("co2_g" in self.closing)
        self.config = Closing.config
        self.boot()
        self.begin(wh=None)
        self.end()
        self.assertFalse("co2_g" in self.closing)

    def test_keeps_whose_the_register_was_at_the_start_where_another_meter_answers(self):
        self.begin()
        self.meter.serial = "87654321"
        self.read(5)
        self.end()
        said = self.closing
        self.assertEqual((said["meter_serial"], said["register"]), ("12345678", "exchanged"))

    def test_names_a_meter_that_is_silent_after_a_power_cut_as_the_opening_record_does(self):
        self.begin()
        self.draw(10, ms=MINUTE_MS)
        self.step()
        opening = self.opening
        self.meter = Silent()
        self.boot()
        self.session.resume_after_reset(opening)
        self.step(CLOSE)
        said = self.closing
        for key, value in (
            ("wh", 10),
            ("energy", "last-known"),
            ("resolution_wh", 10),
            ("meter_serial", "12345678"),
            ("meter_firmware", "0102"),
        ):
            self.assertEqual(said[key], value)

    def test_is_still_due_while_flash_may_not_be_written(self):
        self.begin()
        self.box.free = False
        with self.assertRaises(FlashBusy):
            self.end()
        self.assertTrue(self.session.active)

    def test_that_flash_does_not_take_waits_for_better_days_where_charging_is_free(self):
        self.begin()
        self.box.flash.room = 0
        self.assertTrue(self.end())
        self.assertFalse(self.session.active)
        self.box.flash.room = None
        self.j.settle()
        self.assertEqual(self.closing["charge"], 1)

    def test_ends_the_trouble_of_its_opening(self):
        self.box.flash.broken = True
        self.begin()
        self.box.flash.broken = False
        self.end()
        self.assertEqual(self.charges.trouble, "")
        self.assertEqual(self.closing["wh"], 0)


class Billed(ChargesTest):
    config = (("authorise", "remote"), ("meter_number", "4711"))

    def test_is_nobody_for_what_is_not_on_record(self):
        self.box.flash.broken = True
        with self.assertRaises(OSError):
            self.begin()
        self.assertFalse(self.session.active)

    def test_ends_only_on_record(self):
        self.begin()
        self.box.flash.room = 0
        with self.assertRaises(OSError):
            self.end()
        self.assertTrue(self.session.active)
        self.box.flash.room = None
        self.step(CLOSE)
        self.assertEqual(self.closing["reason"], "remote")

    def test_names_the_meter_by_its_plate_where_it_does_not_tell(self):
        self.meter.serial = ""
        self.begin()
        self.assertEqual(self.opening["meter_serial"], "4711")


class Tariffs(ChargesTest):
    tariff = NIGHT

    def test_of_a_start_are_on_record_with_what_their_periods_are_called(self):
        self.charges.started("watchdog", (NOON, "set"))
        self.j.settle()
        said = self.closing
        for key, value in (
            ("kind", "start"),
            ("about", "watchdog"),
            ("unix", NOON),
            ("tariff", "aabbccdd"),
            ("periods", "day,night"),
            ("firmware", "0f1e2d3c"),
        ):
            self.assertEqual(said[key], value)
        self.assertFalse("phases" in said)

    def test_that_change_are_on_record_and_hold_from_the_next_charge_on(self):
        self.charges.change_tariff(FLAT, (NOON, "set"))
        self.j.settle()
        said = self.closing
        self.assertEqual((said["event"], said["tariff"]), ("tariff", "00112233"))
        self.assertEqual((said["periods"], said["unix"]), ("all", NOON))
        self.begin()
        self.draw(500, ms=30 * MINUTE_MS)
        self.end()
        said = self.closing
        self.assertEqual((said["tariff"], said["period_wh"]), ("00112233", [500]))

    def test_that_are_removed_are_on_record_and_split_nothing_any_more(self):
        self.charges.change_tariff(None, (NOON, "set"))
        self.j.settle()
        self.assertFalse("tariff" in self.closing)
        self.begin()
        self.draw(500, ms=30 * MINUTE_MS)
        self.end()
        self.assertFalse("tariff" in self.closing or "period_wh" in self.closing)


if __name__ == "__main__":
    unittest.main()
