"""One charge: what commands do to it, and how it ends when the power was lost."""

import unittest

from pilotwire.energy.session import CLOSE, LAST_KNOWN, MEASURED, OPEN, UNMETERED
from pilotwire.pilot import handover
from pilotwire.pilot.handover import FLAG_AUTHORISED
from session_box import STAMP, A, Box, C

# (where, command, whether it charges afterwards, sessions seen by then)
TABLE = (
    ("free, idle", "pause", False, 1),
    ("free, idle", "resume", True, 1),
    ("free, idle", "stop", True, 1),
    ("free, charging", "start", True, 1),
    ("free, charging", "pause", False, 1),
    ("free, charging", "resume", True, 1),
    ("free, charging", "stop", False, 1),
    ("free, paused", "resume", True, 1),
    ("free, paused", "start", False, 1),
    ("free, paused", "stop", False, 1),
    ("free, stopped", "start", True, 2),
    ("free, stopped", "resume", False, 1),
    ("free, stopped", "stop", False, 1),
    ("free, ending", "start", True, 2),
    ("free, ending", "stop", False, 1),
    ("remote, waiting", "start", True, 1),
    ("remote, waiting", "resume", False, 0),
    ("remote, waiting", "stop", False, 0),
    ("remote, charging", "stop", False, 1),
    ("remote, stopped", "start", True, 2),
    ("remote, ending", "start", True, 2),
    ("remote, ending", "stop", False, 1),
)


class Commands(unittest.TestCase):
    def at(self, place):
        how, where = place.split(", ")
        box = Box(free=how == "free")
        if where == "idle":
            return box
        box.plug(C)
        if where == "waiting":
            return box
        box.session.start()
        box.run(1_000)
        if where == "paused":
            box.session.paused = True
        elif where in ("stopped", "ending"):
            box.session.stop("remote")
            if where == "stopped":
                box.run(8_000)
        return box

    def test_do_in_each_state_what_the_table_says(self):
        for where, command, charges, sessions in TABLE:
            box = self.at(where)
            if command in ("pause", "resume"):
                box.session.paused = command == "pause"
            elif command == "start":
                box.session.start()
            else:
                box.session.stop("remote")
            box.run(1_000)
            box.plug(C).run(20_000)
            case = (where, command)
            self.assertEqual(bool(box.up[handover.UP_CLOSED]), charges, case)
            self.assertEqual(len(box.journal), sessions, case)

    def test_a_stop_lasts_until_the_vehicle_has_gone(self):
        box = self.at("free, stopped")
        self.assertEqual(box.reason, "remote")
        self.assertEqual(box.run(60_000), [])
        box.plug(A).run(1_000)
        self.assertEqual(box.plug(C).run(1_000), [OPEN])

    def test_a_pause_ends_with_the_charge(self):
        box = self.at("free, paused")
        box.plug(A).run(8_000)
        box.charging()

    def test_a_permission_is_not_left_to_the_next_vehicle(self):
        for before_ms in (0, 1_000):
            box = Box(free=False, meter_required=True).silence().plug(C)
            box.session.start()
            box.run(before_ms)
            box.plug(A).run(1_000)
            box.polling = True
            self.assertEqual(box.plug(C).run(20_000), [])
        box = self.at("remote, charging")
        box.plug(A).run(8_000)
        self.assertEqual(box.plug(C).run(20_000), [])

    def test_nobodys_name_is_left_to_the_next_vehicle(self):
        box = Box(meter_required=True).silence().plug(C)  # its charge cannot begin yet
        box.session.start("Anna")
        box.run(1_000)
        box.plug(A).run(1_000)
        box.polling = True
        self.assertEqual(box.plug(C).run(1_000), [OPEN])
        self.assertIsNone(box.record["by"])

    def test_nobodys_name_is_kept_after_the_charge(self):
        box = Box().plug(C)
        box.session.start("Anna")
        box.run(1_000)
        self.assertEqual(box.record["by"], "Anna")
        box.plug(A).run(8_000)
        self.assertFalse("Anna" in str(box.session.__dict__))

    def test_a_permission_while_ending_is_not_left_to_the_next_vehicle_either(self):
        box = self.at("remote, ending")
        box.session.start()
        box.plug(A).run(8_000)
        self.assertEqual(box.plug(C).run(20_000), [])

    def test_a_stop_does_not_change_why_a_charge_ends_already(self):
        box = Box().charging()
        box.silence().plug(A).run(1_000)
        box.session.stop("remote")
        box.run(8_000)
        self.assertEqual(box.reason, "unplugged")


class PowerLost(unittest.TestCase):
    RECORD = {  # noqa: RUF012
        "charge": 7,
        "start_unix": 5,
        "start_clock": "set",
        "start_wh": 400,
        "start_read": True,
    }

    def reset(self, record=RECORD, **how):
        box = Box(**how)
        box.session.resume_after_reset(record)
        box.journal.append(dict(record))
        return box

    def test_closes_the_charge_from_the_register_and_begins_another(self):
        box = self.reset().plug(C)
        self.assertEqual(box.session.number, 7)
        self.assertFalse(box.session.flags() & FLAG_AUTHORISED)
        self.assertEqual(box.run(5_000), [CLOSE, OPEN])
        lost = box.journal[0]
        self.assertEqual((lost["wh"], lost["energy"]), (600, MEASURED))
        self.assertEqual(lost["reason"], "power-lost")
        self.assertEqual((lost["end_after_unix"], lost["end_unix"]), (5, STAMP[0]))
        self.assertTrue(box.up[handover.UP_CLOSED])

    def test_needs_a_new_permission_where_one_is_needed(self):
        box = self.reset(free=False).plug(C)
        self.assertEqual(box.run(20_000), [CLOSE])
        box.session.start()
        self.assertEqual(box.run(1_000), [OPEN])

    def test_waits_ten_seconds_for_the_meter(self):
        box = self.reset().silence()
        self.assertEqual(box.run(10_000), [])
        self.assertEqual(box.run(500), [CLOSE])
        self.assertEqual((box.record["wh"], box.record["energy"]), (None, UNMETERED))

    def test_a_meter_exchanged_meanwhile_is_not_turned_into_energy(self):
        box = self.reset()
        box.wh = 3
        box.run(5_000)
        self.assertEqual((box.record["wh"], box.record["energy"]), (None, UNMETERED))

    def test_a_command_meanwhile_does_not_change_the_reason(self):
        box = self.reset().plug(C)
        box.session.stop("remote")
        self.assertEqual(box.run(20_000), [CLOSE])  # and no other: it was told to stop
        self.assertEqual(box.reason, "power-lost")

    def test_an_opening_record_of_another_version_is_closed_all_the_same(self):
        for opening in ({}, {"charge": 7}, {"charge": 7, "start_read": True}):
            box = self.reset(opening)
            box.run(5_000)
            self.assertEqual((box.reason, box.record["energy"]), ("power-lost", UNMETERED))

    def test_goes_on_from_the_last_checkpoint(self):
        kept = {"end_unix": 65, "end_wh": 700, "charging_s": 50, "openings": [["vehicle", 1]]}
        box = self.reset(dict(self.RECORD, **kept))
        box.run(5_000)
        self.assertEqual((box.record["wh"], box.record["charging_s"]), (600, 50))
        self.assertEqual(box.record["end_after_unix"], 65)
        self.assertEqual(box.record["openings"], [["vehicle", 1]])

    def test_makes_no_checkpoint_in_the_place_of_the_last_one(self):
        box = self.reset(dict(self.RECORD, end_unix=65, end_wh=700))
        self.assertIsNone(box.session.checkpoint(STAMP))
        box.plug(C).run(5_000)
        self.assertEqual(box.journal[0]["end_after_unix"], 65)
        self.assertEqual(box.session.checkpoint(STAMP)["end_unix"], STAMP[0])

    def test_without_a_meter_the_last_checkpoint_is_the_last_that_is_known(self):
        box = self.reset(dict(self.RECORD, end_unix=65, end_wh=700)).silence()
        box.run(12_000)
        self.assertEqual((box.record["wh"], box.record["energy"]), (300, LAST_KNOWN))
        self.assertEqual((box.record["end_wh"], box.record["end_read"]), (700, False))

    def test_is_not_taken_for_unplugged_before_the_first_tick(self):
        box = self.reset()
        self.assertEqual(box.up[handover.UP_STATE], A)
        box.run(5_000)
        self.assertEqual(box.reason, "power-lost")


if __name__ == "__main__":
    unittest.main()
