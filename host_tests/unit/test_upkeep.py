"""Commands for whoever looks after the box from afar."""

import gc
import json
import unittest

from book import ROOT
from pilotwire.hal.mock import MockHal
from pilotwire.orders import upkeep
from pilotwire.pilot.guard import Guard
from pilotwire.pilot.settings import Settings
from pilotwire.record import trace
from test_orders import ANNA, OrdersTest
from whole_app import NOW

WORST_NETWORK = ("ethernet", "255.255.255.255", -128, "x" * 40)


class Heap:
    """MicroPython's gc, which CPython has not."""

    def collect(self):
        gc.collect()

    def mem_free(self):
        return 40_000

    def mem_alloc(self):
        return 150_000


class UpkeepTest(OrdersTest):
    def setUp(self):
        super().setUp()
        upkeep.gc = Heap()

    def tearDown(self):
        upkeep.gc = gc
        super().tearDown()


class Diagnostics(UpkeepTest, unittest.TestCase):
    def value(self):
        return upkeep.obey(self.app, "diagnostics", {})["value"]  # not unloaded, nor its fakes

    def test_tell_how_the_box_itself_is(self):
        self.box.charge(3)
        self.box.acknowledge(2)
        said = self.value()
        said["flash_free"] = None  # see below
        self.assertEqual(
            said,
            {
                "flash_free": None,
                "uptime_s": 61,
                "heap_free": 40_000,
                "heap_used": 150_000,
                "restarts": 5,
                "network": {
                    "by": "wifi",
                    "ip": "192.168.178.111",
                    "rssi_dbm": -71,
                    "reason": "",
                },
                "connections": 2,
                "dropped": {"tele": 1, "event": 2, "result": 3, "record": 4},
                "journal": {"seq": 3, "acked": 2, "lost": 0},
            },
        )

    def test_tell_the_free_flash_where_the_port_can_and_null_where_not(self):
        class Os:
            statvfs = None

        def refuse(_path):
            raise OSError(2)

        kept = upkeep.os
        try:
            upkeep.os = Os
            for statvfs, free in (
                (lambda path: (4_096, 4_096, 212, 50, 50, 0, 0, 0, 0, 255), 204_800),
                # littlefs counts each folder twice, so more than all is in use.
                (lambda path: (4_096, 4_096, 212, -20, -20, 0, 0, 0, 0, 255), 0),
                (refuse, None),
            ):
                Os.statvfs = statvfs
                self.assertEqual(self.value()["flash_free"], free)
            del Os.statvfs
            self.assertIsNone(self.value()["flash_free"])
        finally:
            upkeep.os = kept

    def test_fit_a_message(self):
        self.app.hal.connected = WORST_NETWORK
        self.app.uptime_ms = 1 << 40
        self.app.journal.seq = self.app.journal.acked = self.app.journal.lost = 0xFFFFFFFF
        self.app.link.dropped = lambda: dict.fromkeys(
            ("tele", "event", "result", "record"), 0xFFFFFFFF
        )
        self.app.restarts = self.app.link.connections = 0xFFFFFFFF
        self.assertTrue(len(json.dumps(self.value())) < 1_000)


class Clock(UpkeepTest, unittest.TestCase):
    def test_is_set_where_no_server_does(self):
        for quality in ("none", "set"):
            self.app.hal.stamp = None, quality
            self.assertEqual(self.obey("time", unix=NOW + 5), {})
            self.assertEqual(self.app.hal.stamp, (NOW + 5, "set"))

    def test_is_not_set_where_a_server_does(self):
        self.app.hal.stamp = NOW, "synchronised"
        self.assertEqual(self.refusal("time", unix=NOW + 5), "synchronised")
        self.assertEqual(self.app.hal.stamp, (NOW, "synchronised"))


class Asking(UpkeepTest, unittest.TestCase):
    def test_for_a_log_level_and_a_restart_reach_link_and_app(self):
        self.obey("log", level="debug")
        self.obey("reset")
        self.assertEqual((self.app.link.level, self.app.restarted), ("debug", 1))

    def test_for_older_records_sends_them_acknowledged_or_not(self):
        self.box.charge(4)
        self.box.acknowledge(3)
        self.obey("records", first=2)
        ((topic, lines),) = self.app.link.sent
        self.assertEqual((topic, [line["seq"] for line in lines]), ("records", [2, 3, 4]))


class Traces(UpkeepTest, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.app.hal = MockHal()
        self.app.guard = Guard(self.app.hal, Settings())

    def test_are_recorded_and_sent_when_they_end(self):
        self.obey("trace", kb=1)
        self.assertTrue(self.app.trace)
        for _ in range(9):
            self.app.guard.tick()
        self.obey("trace", kb=0)
        self.assertIsNone(self.app.trace)
        self.assertIs(self.app.guard._hal, self.app.hal)  # as it was before
        ((topic, lines),) = self.app.link.sent
        self.assertEqual(topic, "trace")
        self.assertTrue(len(lines) > 1)
        self.assertTrue(max([len(json.dumps(line)) for line in lines]) < 2_000)

    def test_begin_anew_where_one_is_asked_for_twice(self):
        self.obey("trace", kb=1)
        first = self.app.trace
        self.obey("trace", kb=1)
        self.assertTrue(self.app.trace and self.app.trace is not first)
        self.assertEqual(self.app.link.sent, [])
        self.obey("trace", kb=0)
        self.assertIs(self.app.guard._hal, self.app.hal)

    def test_that_nobody_has_begun_are_refused(self):
        self.assertEqual(self.refusal("trace", kb=0), "none")
        self.app.service = self  # what that drives would be in no trace
        self.assertEqual(self.refusal("trace", kb=1), "busy")

    def test_for_which_there_is_no_memory_are_refused_and_change_nothing(self):
        def none(*_):
            raise MemoryError

        kept = trace.Trace
        for running in (None, "one"):
            if running:
                self.obey("trace", kb=1)
                running = self.app.trace
            trace.Trace = none
            try:
                self.assertEqual(self.refusal("trace", kb=32), "range")
            finally:
                trace.Trace = kept
            self.assertIs(self.app.trace, running)
        self.app.guard.tick()
        self.obey("trace", kb=0)  # it has gone on, and is whole
        ((_, lines),) = self.app.link.sent
        self.assertTrue([line for line in lines if "entries" in line])


class Forgetting(UpkeepTest, unittest.TestCase):
    config = (("authorise", "windows"),)

    def fill(self):
        """Guests, a schedule, and records of charges."""
        always = [127, 0, 1440]
        self.obey("guests", guests={"tokens": [["a" * 16, 0, -1]], "windows": [always]})
        self.obey("schedule", schedule={"windows": [], "otherwise_ma": 9_000})
        self.box.charge(3)
        self.app.look()

    def there(self):
        """What is left of it."""
        found = [name for name in ("guests", "schedule") if self.app.files.read(name + ".json")]
        return found + self.box.numbers()

    def test_removes_guests_schedule_and_records_and_holds_at_once(self):
        self.fill()
        self.box.acknowledge()
        self.app.files.put("config.json", b"{}")
        self.assertEqual(self.obey("forget"), {"written": "stored"})
        self.assertEqual(self.there(), [4])
        record = self.box.history()[0]
        self.assertEqual((record["event"], record["unix"]), ("forgotten", NOW))
        self.assertEqual(self.app.files.read("config.json"), b"{}")
        self.app.look()
        self.assertEqual((self.app.session.free, self.app.leases.granted("schedule")), ("", None))

    def test_is_refused_while_a_record_is_not_acknowledged(self):
        self.fill()
        self.assertEqual(self.refusal("forget"), "pending")
        self.box.acknowledge()
        self.app.journal.note({"event": "cover"})  # not on flash yet
        self.assertEqual(self.refusal("forget"), "pending")
        self.assertEqual(self.there(), ["guests", "schedule", 1, 2, 3, 4])

    def test_is_refused_in_a_charge_and_while_the_contactor_may_close(self):
        self.fill()
        self.box.acknowledge()
        self.app.session.active = True
        self.assertEqual(self.refusal("forget"), "occupied")
        self.app.session.active = False
        self.box.free = False
        self.assertEqual(self.refusal("forget"), "occupied")
        self.box.free = True
        self.assertEqual(self.there(), ["guests", "schedule", 1, 2, 3])

    def test_is_refused_where_flash_fails_with_no_event_and_can_be_asked_for_again(self):
        for refused in ("remove", "rename"):
            self.tearDown()
            self.setUp()
            self.fill()
            self.box.acknowledge()
            self.app.journal.settle()
            self.box.flash.refused = (refused,)
            self.assertEqual(self.refusal("forget"), "flash")
            self.box.flash.refused = ()
            self.assertEqual(self.there()[-3:], [1, 2, 3])
            self.obey("forget")  # nothing to acknowledge has come of it
            self.assertEqual(self.there(), [4])

    def test_that_stays_half_done_holds_at_once_too(self):
        self.fill()
        self.box.acknowledge()
        self.app.journal.settle()
        self.assertEqual(self.app.session.free, "window")
        self.box.flash.refused = ("rename",)  # of the records: guests are gone by then
        self.assertEqual(self.refusal("forget"), "flash")
        self.app.look()
        self.assertEqual(self.app.session.free, "")

    def test_removes_what_a_power_cut_has_left_half_written(self):
        names = ("guests.json", "schedule.json", "journal/open")
        for name in names:
            self.box.put("%s/%s.new" % (ROOT, name), ANNA.encode())
        self.obey("forget")
        self.assertFalse([p for p in self.box.flash.files if p.endswith(".new")])

    def test_ends_a_reservation_and_keeps_nobodys_token(self):
        self.app.access.reserve(ANNA, NOW + 60, NOW)
        self.obey("forget")
        self.assertIsNone(self.app.access.reserved)
        self.assertFalse(ANNA in str(self.app.access.__dict__))

    def test_ends_the_sending_of_what_is_gone(self):
        self.fill()
        self.box.acknowledge()
        self.obey("records", first=1)
        self.obey("forget")
        self.assertEqual(self.app.link.sent[1:], [("records", [])])


if __name__ == "__main__":
    unittest.main()
