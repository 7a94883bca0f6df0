"""One charge: when its records are due in each state, and what they say."""

import unittest

from pilotwire.energy import session
from pilotwire.energy.session import CLOSE, LAST_KNOWN, MEASURED, OPEN, UNMETERED
from pilotwire.pilot import handover, levels
from pilotwire.pilot.handover import FLAG_AUTHORISED, FLAG_RECORDED, FLAG_RUN
from session_box import BOTH, A, B, Box, C, D, E, F


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


if __name__ == "__main__":
    unittest.main()
