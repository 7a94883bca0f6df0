"""One charge: when its records are due in each state, and what they say."""

import unittest
from array import array

from pilotwire.energy import session
from pilotwire.energy.session import CLOSE, LAST_KNOWN, MEASURED, OPEN, UNMETERED, Session
from pilotwire.pilot import handover, levels, reasons
from pilotwire.pilot.handover import FLAG_AUTHORISED, FLAG_RECORDED, FLAG_RUN

A, B, C, D, E, F = levels.A, levels.B, levels.C, levels.D, levels.E, levels.F
BOTH = FLAG_AUTHORISED | FLAG_RUN
STAMP = (1_800_000_000, "set")


class Box:
    """A session with ring 0 as it answers: it takes the flags at once, and opens when told."""

    def __init__(self, free=True, meter_required=False, now_ms=0):
        self.session = Session(free, meter_required)
        self.up = array("i", [0] * handover.N_UP)
        self.now_ms = now_ms
        self.wh = 1_000
        self.serial = "A"
        self.read_ms = now_ms  # when the meter was read last; None: it is silent
        self.polling = True
        self.taking = True  # ring 0 takes what is handed down
        self.journal = []
        self.full = False

    def step(self):
        if self.polling:
            self.read_ms = self.now_ms
        fresh_ms = self.fresh_ms()
        if fresh_ms is not None:
            at_ms = self.now_ms - fresh_ms
            self.session.read(at_ms, self.wh, self.serial, 10, STAMP[0] + at_ms // 1000)
        due = self.session.step(self.now_ms, self.up, fresh_ms, "box")
        if due and self.full:
            return due
        if due == OPEN:
            self.journal.append(self.session.opening(STAMP))
            self.session.opened(len(self.journal), self.up)
        elif due == CLOSE:
            self.journal[-1] = self.session.closing(STAMP, self.up, self.fresh_ms())
            self.session.closed()
        return due

    def fresh_ms(self):
        return None if self.read_ms is None else self.now_ms - self.read_ms

    def run(self, ms):
        """Time passes in steps of 250 ms; what was due, in order."""
        seen = []
        for _ in range(ms // 250):
            due = self.step()
            if due:
                seen.append(due)
            flags = self.session.flags()
            if self.taking:
                self.up[handover.UP_FLAGS] = flags
            allowed = self.up[handover.UP_FLAGS] == BOTH | FLAG_RECORDED
            self.energise(allowed and self.up[handover.UP_STATE] == C)
            self.now_ms += 250
        return seen

    def draw(self, wh):
        """So much flows, in the time that it takes at 22 kW."""
        self.wh += wh
        self.now_ms += wh * 3_600 // 22

    def energise(self, closed):
        if closed and not self.up[handover.UP_CLOSED]:
            self.up[handover.UP_CLOSINGS] += 1
        elif self.up[handover.UP_CLOSED] and not closed:
            self.up[handover.UP_OPENED] = reasons.OPENED_BY_STOP
        self.up[handover.UP_CLOSED] = int(closed)

    def plug(self, state=C):
        self.up[handover.UP_STATE] = state
        return self

    def charging(self):
        self.plug().run(500)
        assert self.up[handover.UP_CLOSED]
        return self

    def silence(self):
        self.polling = False
        self.read_ms = None
        return self

    @property
    def record(self):
        return self.journal[-1]

    @property
    def reason(self):
        return self.record["reason"]


class Opening(unittest.TestCase):
    def test_is_due_only_for_a_vehicle(self):
        for state in (A, E, F, levels.INVALID):
            self.assertEqual(Box().plug(state).run(20_000), [])
        for state in (B, C, D):
            self.assertEqual(Box().plug(state).run(20_000), [OPEN])

    def test_comes_before_any_permission_to_close(self):
        box = Box().plug(B)
        self.assertFalse(box.session.flags() & FLAG_RECORDED)
        box.run(500)
        self.assertEqual(box.session.flags(), BOTH | FLAG_RECORDED)

    def test_waits_for_a_permission_where_one_is_needed(self):
        box = Box(free=False).plug(B)
        self.assertEqual(box.run(20_000), [])
        self.assertEqual(box.session.flags(), FLAG_RUN)
        box.session.start()
        self.assertEqual(box.run(500), [OPEN])

    def test_waits_ten_seconds_for_a_silent_meter(self):
        box = Box().silence().plug(B)
        self.assertEqual(box.run(10_000), [])
        self.assertEqual(box.run(500), [OPEN])
        self.assertEqual(box.record["start_wh"], None)

    def test_waits_as_long_again_after_the_vehicle_was_away(self):
        box = Box().silence().plug(B)
        box.run(9_000)
        box.plug(A).run(1_000)
        box.plug(B)
        self.assertEqual(box.run(10_000), [])
        self.assertEqual(box.run(500), [OPEN])

    def test_never_comes_without_a_reading_where_one_is_required(self):
        box = Box(meter_required=True).silence().plug(B)
        self.assertEqual(box.run(60_000), [])
        box.polling = True
        self.assertEqual(box.run(500), [OPEN])

    def test_is_due_again_while_flash_is_full(self):
        box = Box().plug(B)
        box.full = True
        self.assertEqual(box.run(1_000), [OPEN] * 4)
        self.assertFalse(box.session.flags() & FLAG_RECORDED)


class Closing(unittest.TestCase):
    def test_comes_when_the_vehicle_has_gone(self):
        box = Box().charging()
        box.plug(A)
        self.assertEqual(box.run(8_000), [CLOSE])
        self.assertEqual(box.reason, "unplugged")
        self.assertFalse(box.session.active)

    def test_a_vehicle_that_ends_by_itself_may_go_on_later(self):
        box = Box().charging()
        box.plug(B)
        self.assertEqual(box.run(60_000), [])
        self.assertEqual(box.session.flags(), BOTH | FLAG_RECORDED)

    def test_comes_only_once_ring_0_has_taken_the_withdrawal_and_opened(self):
        box = Box().charging()
        box.session.stop("remote")
        box.taking = False
        self.assertEqual(box.session.flags(), FLAG_RUN | FLAG_RECORDED)
        self.assertEqual(box.run(60_000), [])  # not taken
        box.up[handover.UP_FLAGS] = FLAG_RUN | FLAG_RECORDED
        box.energise = lambda closed: None
        self.assertEqual(box.run(60_000), [])  # taken, not open: the vehicle's 6 s
        box.up[handover.UP_CLOSED] = 0
        self.assertEqual(box.run(1_000), [CLOSE])

    def test_open_contactor_alone_is_not_enough(self):
        box = Box().charging()
        box.plug(B).run(500)
        box.session.stop("remote")
        box.taking = False
        self.assertEqual(box.run(60_000), [])
        box.taking = True
        self.assertEqual(box.run(1_000), [CLOSE])

    def test_waits_for_a_reading_taken_after_the_opening(self):
        box = Box().charging()
        box.polling = False
        box.session.stop("remote")
        self.assertEqual(box.run(3_000), [])
        box.wh += 5
        box.polling = True
        self.assertEqual(box.run(500), [CLOSE])
        self.assertEqual((box.record["wh"], box.record["energy"]), (5, MEASURED))

    def test_waits_five_seconds_for_a_silent_meter(self):
        box = Box().charging()
        box.silence().plug(A)
        box.run(500)
        self.assertEqual(box.run(4_500), [])
        self.assertEqual(box.run(500), [CLOSE])

    def test_is_due_again_while_flash_is_full_for_however_long(self):
        box = Box().charging()
        box.silence().plug(A)
        box.full = True
        box.run(8_000)
        kept = session.since
        session.since = lambda new, old: (new - old + 2**29) % 2**30 - 2**29  # as on a chip
        try:
            box.now_ms += 2**29  # six days
            self.assertEqual(box.run(1_000), [CLOSE] * 4)
        finally:
            session.since = kept
        self.assertFalse(box.session.flags() & FLAG_AUTHORISED)
        box.full = False
        self.assertEqual(box.run(250), [CLOSE])


class Energy(unittest.TestCase):
    def end(self, box):
        box.plug(A).run(8_000)
        return box.record["wh"], box.record["energy"]

    def test_is_measured_with_a_reading_at_both_ends(self):
        box = Box().charging()
        box.draw(7_000)
        self.assertEqual(self.end(box), (7_000, MEASURED))
        self.assertTrue(box.record["start_read"] and box.record["end_read"])

    def test_of_nothing_is_measured_too(self):
        self.assertEqual(self.end(Box().charging()), (0, MEASURED))

    def test_is_last_known_when_the_meter_falls_silent(self):
        box = Box().charging()
        box.draw(7_000)
        box.run(250)
        self.assertEqual(self.end(box.silence()), (7_000, LAST_KNOWN))
        self.assertFalse(box.record["end_read"])

    def test_is_last_known_when_no_reading_followed_the_opening(self):
        box = Box().charging()
        box.polling = False  # not lost yet, but its reading is from before
        self.assertEqual(self.end(box), (0, LAST_KNOWN))

    def test_is_last_known_when_the_meter_was_silent_at_the_start(self):
        box = Box()
        box.run(250)
        box.silence().plug(C).run(11_000)
        box.polling = True
        box.wh += 3
        self.assertEqual(self.end(box), (3, LAST_KNOWN))
        self.assertFalse(box.record["start_read"])

    def test_is_unknown_without_a_meter(self):
        box = Box().silence().plug(C)
        box.run(11_000)
        self.assertIsNone(box.session.energy_wh())
        self.assertEqual(self.end(box), (None, UNMETERED))

    def test_is_unknown_when_the_meter_came_only_later(self):
        box = Box().silence().plug(C)
        box.run(11_000)
        box.polling = True
        self.assertEqual(self.end(box), (None, UNMETERED))
        self.assertEqual(box.record["end_wh"], 1_000)

    def test_is_unknown_when_the_register_went_backwards(self):
        box = Box().charging()
        box.wh = 3
        box.run(250)
        self.assertIsNone(box.session.energy_wh())
        self.assertEqual(self.end(box), (None, UNMETERED))
        self.assertEqual((box.record["start_wh"], box.record["end_wh"]), (1_000, 3))

    def test_stays_unknown_when_the_register_has_passed_its_start_again(self):
        box = Box().charging()
        for wh in (1_400, 0, 1_700):
            box.wh = wh
            box.run(250)
        self.assertIsNone(box.session.energy_wh())
        self.assertEqual(self.end(box), (None, UNMETERED))
        box.charging()
        box.wh += 2
        self.assertEqual(self.end(box), (2, MEASURED))

    def test_is_unknown_when_another_meter_answers(self):
        box = Box().charging()
        box.draw(7_000)
        box.run(250)
        box.serial = "B"
        self.assertEqual(self.end(box), (None, UNMETERED))
        self.assertEqual(box.record["register"], "exchanged")
        self.assertEqual(box.record["register_before_wh"], 8_000)
        self.assertEqual(box.record["register_after_wh"], 8_000)

    def test_is_unknown_when_the_meter_was_exchanged_in_a_power_cut(self):
        for serial, expected in (("A", (500, MEASURED)), ("B", (None, UNMETERED))):
            box = Box()
            box.journal.append({})
            opening = {"charge": 1, "start_wh": 1_000, "start_read": True, "meter_serial": "A"}
            box.session.resume_after_reset(opening)
            box.wh, box.serial = 1_500, serial
            box.run(2_000)
            self.assertEqual((box.record["wh"], box.record["energy"]), expected)

    def test_of_the_next_charge_begins_anew(self):
        box = Box().charging()
        box.wh += 10
        box.session.account.max_power_w = 11_000
        self.end(box)
        self.assertIsNone(box.session.energy_wh())
        box.charging()
        box.wh += 2
        self.assertEqual(self.end(box), (2, MEASURED))
        self.assertEqual(box.record["max_power_w"], 0)
        self.assertTrue(box.record["charging_s"] <= 1)


class Times(unittest.TestCase):
    def test_energised_seconds_and_interruptions_are_counted(self):
        box = Box().charging()
        box.run(10_000)
        box.plug(B).run(30_000)
        box.plug(C).run(10_000)
        box.plug(A).run(8_000)
        self.assertTrue(19 <= box.record["charging_s"] <= 22, box.record["charging_s"])
        self.assertEqual(box.record["openings"], [("stopped", 2)])
        self.assertEqual(box.record["opened"], "stopped")

    def test_a_charge_that_never_closed_says_so(self):
        box = Box().plug(B)
        box.run(1_000)
        box.plug(A).run(8_000)
        self.assertEqual((box.record["opened"], box.record["charging_s"]), ("", 0))
        self.assertEqual(box.record["openings"], [])


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
