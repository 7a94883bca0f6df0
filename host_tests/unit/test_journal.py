"""The journal: what is on record when, in what order, and what a reset leaves of it."""

import unittest

from book import ENDED, KEY, MARK, ROOT, STARTED, JournalTest, secret, segment
from pilotwire.record.frame import FIRST, Key, pack
from pilotwire.record.journal import FlashBusy, Journal
from pilotwire.record.kinds import CHARGE, DAY


class Records(JournalTest):
    def test_begin_with_none(self):
        j = self.j
        self.assertEqual((j.seq, j.boot, j.acked, j.pending, j.lost), (0, 1, 0, 0, 0))
        self.assertEqual((j.opening, j.read(), self.box.history()), (None, None, []))

    def test_of_a_charge_are_one_that_says_all(self):
        self.assertEqual(self.j.open({"start_wh": 50, "by": "me"}), 1)
        self.assertEqual((self.j.pending, self.box.history()), (0, []))
        self.j.close(ENDED)
        for _ in range(2):
            (record,) = self.box.history()
            self.assertEqual(record.pop("frame")[:3], "WgI")  # the frame's first bytes in base64
            self.assertEqual(record, dict(ENDED, seq=1, boot=1, kind="charge"))
            self.assertEqual((self.j.opening, self.j.pending), (None, 1))
            self.reset()
        self.assertEqual(self.j.open({}), 2)

    def test_of_a_charge_without_an_end_survive_a_reset(self):
        self.j.open({"start_wh": 50, "by": None})
        for _ in range(2):
            opening = {key: value for key, value in self.j.opening.items() if value is not None}
            self.assertEqual(opening, {"charge": 1, "start_wh": 50})
            self.reset()
        self.j.close(ENDED)
        self.assertIsNone(self.reset().opening)
        self.assert_whole(1)

    def test_name_the_charge_by_the_number_of_its_opening(self):
        self.assertEqual(self.j.open({}), 1)
        self.j.note({"event": "cover"})
        self.j.settle()
        self.j.close(ENDED)
        self.assertEqual(self.j.open({}), 3)
        self.j.close({"charge": 3})
        said = [(record["seq"], record.get("charge")) for record in self.box.history()]
        self.assertEqual(said, [(1, None), (2, 1), (3, 3)])

    def test_are_on_flash_before_the_call_returns(self):
        for call in (lambda: self.j.open({}), lambda: self.j.close(ENDED), self.j.settle):
            call()
            self.assertFalse(self.box.flash.unsynced)

    def test_are_not_written_while_the_contactor_may_be_closed(self):
        self.j.open({})
        self.box.free = False
        written = self.box.flash.written
        with self.assertRaises(FlashBusy):
            self.j.close(ENDED)
        with self.assertRaises(FlashBusy):
            self.j.open({})
        self.j.note({"event": "cover"})
        self.j.acknowledge(0)
        self.j.settle()
        self.assertFalse(self.j.checkpoint({"end_wh": 60}))
        self.assertEqual(self.box.flash.written, written)
        self.box.free = True
        self.j.close(ENDED)
        self.assertEqual(self.kinds(), ["event", "charge"])

    def test_are_a_chain_over_resets_and_segments(self):
        for _ in range(5):
            self.j.start(STARTED)
            self.box.charge(2)
            for _ in range(60):
                self.j.note({"event": "clock"}, DAY)
                self.j.settle()
            self.reset()
        self.assert_whole(5 * 63)
        self.assertTrue(self.box.file(segment(1)))

    def test_carry_the_number_of_the_start(self):
        for boot in (1, 2, 3):
            self.assertEqual(self.j.boot, boot)
            self.box.charge()
            self.reset()
        self.assertEqual([record["boot"] for record in self.box.history()], [1, 2, 3])

    def test_are_sealed_with_a_key_that_is_made_once(self):
        made = []

        def new(n):
            made.append(n)
            return secret(n)

        for _ in range(3):
            Journal(ROOT, lambda: True, self.box.flash.sync, new)
        self.assertEqual(made, [])
        self.assertEqual(self.box.file(KEY), secret(32))
        for kept in (b"", b"short"):
            self.box.put(KEY, kept)
            Journal(ROOT, lambda: True, self.box.flash.sync, new)
            self.assertEqual(self.box.file(KEY), secret(32))
        self.assertEqual(made, [32, 32])

    def test_are_found_from_a_number_on(self):
        self.box.charge(70)
        self.box.acknowledge(30)
        for first in (0, 1, 2, 35, 62, 63, 70):
            self.assertEqual(
                [record["seq"] for record in self.j.history(first)],
                list(range(max(first, 1), 71)),
            )
        self.assertEqual(self.box.history(71), [])

    def test_of_a_kind_that_is_not_known_are_shown_all_the_same(self):
        key = Key(secret(32))
        self.box.put(segment(0), pack(9, 1, 1, FIRST, b"\xfe\x05", key))
        self.assertEqual(self.reset().read()["kind"], "9")
        self.assertEqual(self.box.history()[0]["seq"], 1)


class Checkpoints(JournalTest):
    def test_are_on_flash_where_it_is_free(self):
        self.j.open({"start_wh": 50})
        self.assertTrue(self.j.checkpoint({"end_wh": 60, "end_unix": 5}))
        opening = {"charge": 1, "start_wh": 50, "end_wh": 60, "end_unix": 5}
        self.assertEqual(self.reset().opening, opening)

    def test_are_lost_where_it_is_not(self):
        self.j.open({"start_wh": 50})
        self.box.free = False
        self.assertFalse(self.j.checkpoint({"end_wh": 60}))
        self.assertEqual(self.j.opening["end_wh"], 60)
        self.assertEqual(self.reset().opening, {"charge": 1, "start_wh": 50})


class Acknowledging(JournalTest):
    def test_goes_from_one_record_to_the_next(self):
        self.box.charge(3)
        for number in (1, 2, 3):
            for _ in range(2):
                self.assertEqual(self.j.read()["seq"], number)
            self.assertTrue(self.j.acknowledge(number))
            self.assertEqual(self.j.pending, 3 - number)
        self.assertIsNone(self.j.read())

    def test_survives_a_reset_once_it_is_written(self):
        self.box.charge(3)
        self.box.acknowledge(2)
        self.assertFalse(self.j.acknowledge(2))
        self.assertFalse(self.j.acknowledge(1))
        self.j.settle()
        for _ in range(2):
            self.assertEqual((self.j.acked, self.j.pending, self.j.read()["seq"]), (2, 1, 3))
            self.reset()

    def test_refuses_what_was_never_read(self):
        self.box.charge(3)
        self.j.read()
        for upto in (2, 3, 4, 10**30):
            with self.assertRaises(ValueError):
                self.j.acknowledge(upto)
        self.assertEqual(self.reset().pending, 3)
        with self.assertRaises(ValueError):
            self.j.acknowledge(1)

    def test_is_written_once_the_contactor_is_open_and_only_once(self):
        self.box.charge()
        self.box.free = False
        written = self.box.flash.written
        self.box.acknowledge()
        self.j.settle()
        self.assertEqual(self.box.flash.written, written)
        self.assertEqual(self.reset().pending, 1)  # it costs one resend
        self.box.acknowledge()
        self.box.free = True
        self.j.settle()
        written = self.box.flash.written
        self.j.settle()
        self.assertEqual(self.box.flash.written, written)
        self.assertEqual(self.reset().pending, 0)

    def test_that_cannot_be_read_costs_a_resend_and_no_number(self):
        self.box.charge(3)
        self.box.acknowledge()
        self.j.settle()
        mark = self.box.file(MARK)
        for damaged in (b"", mark[:4], mark[:-1] + b"?", bytes(8), b"\xff" * 8, mark + b"?"):
            self.box.put(MARK, damaged)
            self.reset()
            expected = 3 if damaged[:8] == mark else 0
            self.assertEqual((self.j.seq, self.j.acked), (3, expected), damaged)

    def test_protects_the_numbers_of_records_that_are_gone(self):
        self.box.charge(3)
        self.box.acknowledge()
        self.j.settle()
        del self.box.flash.files[segment(0)]
        self.assertEqual((self.reset().seq, self.j.pending, self.j.read()), (3, 0, None))
        self.assertEqual(self.j.open({}), 4)

    def test_passes_over_what_is_gone(self):
        self.box.charge(9)
        whole = self.box.file(segment(0))
        size = len(whole) // 9
        data = bytearray(whole)
        for number in (1, 4, 5, 8):
            data[number * size - 1] ^= 1
        self.box.put(segment(0), data)
        for _ in range(2):  # damaged since the start, and before it
            seen = [(one["kind"], one.get("first"), one["seq"]) for one in self.box.acknowledge()]
            self.assertEqual(
                seen,
                [
                    ("missing", 1, 1),
                    ("charge", None, 2),
                    ("charge", None, 3),
                    ("missing", 4, 5),
                    ("charge", None, 6),
                    ("charge", None, 7),
                    ("missing", 8, 8),
                    ("charge", None, 9),
                ],
            )
            self.reset()
        del self.box.flash.files[segment(0)]
        self.assertEqual(self.j.read(), {"seq": 9, "kind": "missing", "first": 1})


class Notes(JournalTest):
    def test_are_written_when_the_contactor_is_open(self):
        self.box.free = False
        self.j.note({"event": "cover"})
        self.j.note({"usable_min": 1_440}, DAY)
        self.j.settle()
        self.assertEqual(self.kinds(), [])
        self.box.free = True
        self.j.settle()
        self.j.settle()
        self.assertEqual(self.kinds(), ["event", "day"])
        self.assert_whole(2)

    def test_come_before_what_happens_after_them(self):
        self.box.free = False
        self.j.note({"event": "cover"})
        self.box.free = True
        self.assertEqual(self.j.open({}), 2)
        self.box.free = False
        self.j.note({"event": "clock"})
        self.box.free = True
        self.j.close({"charge": 2})
        self.assertEqual(self.kinds(), ["event", "event", "charge"])

    def test_of_one_day_are_24_and_what_is_more_is_counted(self):
        for day in (1, 2):
            for _ in range(30):
                self.j.note({"event": "cover"})
                self.j.settle()
            self.assertEqual(self.j.lost, 6 * day)
            self.j.note({}, DAY)
            self.j.settle()
        self.assertEqual(self.kinds(), 2 * (24 * ["event"] + ["day"]))

    def test_that_wait_are_eight_and_what_is_more_is_counted(self):
        self.box.free = False
        for _ in range(10):
            self.j.note({"event": "cover"})
        self.assertEqual(self.j.lost, 2)
        for number in range(1, 10):
            self.j.note({"charge": 100 + number}, CHARGE)  # of which there is room for more
        self.assertEqual(self.j.lost, 2)
        self.box.free = True
        self.j.settle()
        self.assertEqual(self.kinds(), 8 * ["event"] + 8 * ["charge"] + ["event"])
        told = self.box.history()[-1]
        self.assertEqual((told["event"], told["count"]), ("unrecorded", 1))


class Starts(JournalTest):
    def start(self, **changed):
        self.j.start(dict(STARTED, **changed))
        self.j.settle()
        self.reset()

    def test_are_on_record_before_anything_else(self):
        self.j.note({"event": "cover"})
        self.j.start(STARTED)
        self.j.settle()
        self.assertEqual(self.kinds(), ["start", "event"])

    def test_wait_for_something_else_to_say(self):
        self.j.start(STARTED)
        self.j.settle(patient=True)
        self.assertEqual(self.kinds(), [])
        self.j.note({"event": "cover"})
        self.j.settle(patient=True)
        self.assertEqual(self.kinds(), ["start", "event"])

    def test_wait_no_longer_than_that(self):
        self.j.start(STARTED)
        self.j.settle()
        self.assertEqual(self.kinds(), ["start"])

    def test_are_on_record_before_a_charge(self):
        self.j.start(STARTED)
        self.assertEqual(self.j.open({}), 2)

    def test_in_a_row_that_say_nothing_new_are_sixteen(self):
        for _ in range(20):
            self.start()
        self.assertEqual(self.kinds(), 16 * ["start"])
        self.start(about="watchdog")
        self.start(firmware="01020304")
        self.start(config="01020304")
        self.assertEqual(self.kinds(), 19 * ["start"])

    def test_go_on_after_anything_else(self):
        for _ in range(17):
            self.start()
        self.box.charge()
        self.reset()
        self.start()
        self.assertEqual(self.kinds(), 16 * ["start"] + ["charge", "start"])


if __name__ == "__main__":
    unittest.main()
