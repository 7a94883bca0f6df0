"""What a start finds beside the records: a charge without an end, and what FRAM has kept."""

import unittest

from book import OPENING, Book, JournalTest, collect, is_chain, secret, segment
from pilotwire.record.frame import BODY, FIRST, LEAST, Key, pack
from pilotwire.record.kinds import CHARGE, CHECKPOINT, DAY, OPEN, WAITING
from pilotwire.record.layout import encode

BUSY = ({"event": "cover"}, {"event": "clock", "after": "5"}, {"event": "meter", "after": "m"})


class RecoveryTest(JournalTest):
    fram = True

    def said(self):
        """What the events and charges say, in order."""
        found = []
        for record in self.box.history():
            if record["kind"] != "start":
                found.append(record.get("event") or record.get("charge"))
        self.assertTrue(is_chain(self.box.frames()))
        return found

    def note_busy(self):
        self.box.free = False
        for fields in BUSY:
            self.j.note(dict(fields))
        self.box.free = True


class Checkpoints(RecoveryTest):
    def test_in_fram_need_no_flash_and_win_over_the_opening_record(self):
        self.j.open({"start_wh": 50})
        self.box.free = False
        written = self.box.flash.written - self.box.i2c.written
        for wh in (60, 70, 80):
            self.assertTrue(self.j.checkpoint({"end_wh": wh, "period_wh": [wh - 50]}))
        self.assertEqual(self.box.flash.written - self.box.i2c.written, written)
        opening = {"charge": 1, "start_wh": 50, "end_wh": 80, "period_wh": [30]}
        self.assertEqual(self.reset().opening, opening)

    def test_are_those_of_the_same_charge_and_the_same_start(self):
        key = Key(secret(32))
        for seq, boot, wh in ((5, 3, 60), (4, 3, 50), (6, 3, 50), (5, 2, 50), (5, 4, 50)):
            opened = encode({"charge": 5, "end_wh": 50}, BODY)
            kept = encode({"charge": seq, "end_wh": 60}, BODY)
            self.box.put(OPENING, pack(OPEN, 5, 3, FIRST, opened, key))
            self.j._fram.save(CHECKPOINT, pack(OPEN, seq, boot, FIRST, kept, key))
            self.assertEqual(self.reset().opening["end_wh"], wh, (seq, boot))
        for junk in (b"", b"junk", pack(OPEN, 5, 3, FIRST, kept, key)[:-1]):
            self.j._fram.save(CHECKPOINT, junk)
            self.assertEqual(self.reset().opening["end_wh"], 50)

    def test_alone_open_no_charge(self):
        self.j.open({"start_wh": 50})
        self.j.checkpoint({"end_wh": 60})
        self.j.close({"charge": 1})
        self.j.settle()
        self.assertIsNone(self.reset().opening)

    def test_go_to_flash_where_fram_has_failed(self):
        self.j.open({"start_wh": 50})
        self.box.i2c.broken = True
        self.assertTrue(self.j.checkpoint({"end_wh": 60}))
        self.assertEqual(self.reset().opening["end_wh"], 60)

    def test_are_not_safe_where_fram_has_failed_and_flash_is_busy(self):
        self.j.open({"start_wh": 50})
        self.box.i2c.broken = True
        self.box.free = False
        self.assertFalse(self.j.checkpoint({"end_wh": 60}))


class Waiting(RecoveryTest):
    def test_records_survive_a_reset_in_fram_and_are_written_once(self):
        self.note_busy()
        for _ in range(3):
            self.reset()
            self.assertEqual(self.said(), [])
        self.j.settle()
        for _ in range(2):
            self.assertEqual(self.said(), ["cover", "clock", "meter"])
            self.reset().settle()

    def test_records_are_gone_without_fram(self):
        self.box.i2c = None
        self.reset()
        self.note_busy()
        self.reset().settle()
        self.assertEqual(self.said(), [])

    def test_records_of_which_some_were_written_are_not_written_twice(self):
        for written in range(4):
            for start in (False, True):
                self.box.close()
                self.box = Book(fram=True)
                self.j = self.box.journal
                self.note_busy()
                before = bytes(self.box.i2c.memory)
                if start:
                    self.reset().start({"about": "watchdog"})
                    before = bytes(self.box.i2c.memory)
                self.j.settle()
                data = self.box.file(segment(0))  # the power goes after so many of them
                sizes = [len(found.data) for found in self.box.frames()]
                self.box.put(segment(0), data[: sum(sizes[: written + start])])
                self.box.i2c.memory[:] = before
                self.reset().settle()
                self.assertEqual(self.said(), ["cover", "clock", "meter"], (written, start))

    def test_records_outlive_a_start_of_which_nothing_else_was_written(self):
        self.note_busy()
        for _ in range(20):
            self.reset().start({"about": "watchdog"})
        self.j.settle()
        self.assertEqual(self.said(), ["cover", "clock", "meter"])

    def test_records_beside_a_torn_one_are_written_all_the_same(self):
        self.box.charge()
        self.note_busy()
        whole = self.box.file(segment(0))
        before = bytes(self.box.i2c.memory)
        self.j.settle()
        torn = self.box.file(segment(0))[: len(whole) + 20]
        self.box.put(segment(0), torn)
        self.box.i2c.memory[:] = before
        self.reset().settle()
        self.assertEqual(self.said(), [1, "cover", "clock", "meter", "damage"])

    def test_records_that_are_more_than_fram_holds_are_lost_from_the_end(self):
        self.box.free = False
        for number in range(1, 9):
            self.j.note(
                {"charge": 900 + number, "by": "x" * 20, "limits": [[1, 1, "box"]] * 50}, CHARGE
            )
        self.box.free = True
        self.reset().settle()
        said = self.said()
        self.assertTrue(3 < len(said) < 8, said)
        self.assertEqual(said, list(range(901, 901 + len(said))))

    def test_records_too_long_for_what_is_left_take_no_other_with_them(self):
        self.box.free = False
        for number in range(1, 8):  # the sixth does not fit, the seventh would
            long = [[1, 1, "box"]] * (56 if 1 < number < 7 else 0)
            self.j.note({"charge": 900 + number, "by": "x" * 20, "limits": long}, CHARGE)
        before = bytes(self.box.i2c.memory)
        self.box.free = True
        self.j.settle()
        self.assertEqual(self.said(), list(range(901, 908)))
        self.box.i2c.memory[:] = before  # the power goes before FRAM is told
        self.reset().settle()
        self.assertEqual(self.said(), list(range(901, 908)))

    def fill(self, left):
        """A ring that nobody has acknowledged, but for so many bytes."""
        key = Key(secret(32))
        for index in range(18):
            self.box.put(segment(index), pack(DAY, 100 * index + 1, 1, FIRST, b"", key))
        data = self.box.flash.files[segment(17)]
        data.extend(bytes(16_000 - left - 2 * LEAST))
        data.extend(pack(DAY, 1_800, 1, FIRST, b"", key))
        self.reset()

    def test_records_for_which_there_is_no_room_make_no_other_appear_twice(self):
        self.fill(left=700)
        self.box.free = False
        for number in (901, 902, 903):
            self.j.note({"event": "cover"})
            self.j.note({"charge": number}, CHARGE)
        self.box.free = True
        newest = self.box.flash.files[segment(17)]
        memory = bytes(self.box.i2c.memory)
        for left in range(0, 500, 7):
            collect()
            self.box.i2c.memory[:] = memory
            newest[15_300:] = b""
            self.reset()
            self.settle_for(left).settle()
            said = [one["charge"] for one in self.box.history(1_801) if one["kind"] == "charge"]
            self.assertEqual(said, [901, 902, 903], left)

    def test_end_of_a_charge_ends_it_before_it_is_written(self):
        self.j.open({"start_wh": 5})
        self.j.note({"charge": 1, "wh": 7}, CHARGE)
        for _ in range(2):
            self.assertIsNone(self.reset().opening)
            self.assertNotEqual(self.box.file(OPENING), b"")
        self.j.settle()
        self.assertEqual(self.said(), [1])
        self.assertEqual(self.box.file(OPENING), b"")
        self.assertIsNone(self.reset().opening)

    def test_records_say_the_same_after_a_reset(self):
        self.box.free = False
        self.j.note({"event": "meter", "unix": 5, "before": "a", "after": "b"})
        self.j.note({"usable_min": 5}, DAY)
        self.box.free = True
        self.reset().settle()
        event, day = self.box.history()
        self.assertEqual((event["before"], event["after"], event["unix"]), ("a", "b", 5))
        self.assertEqual((day["kind"], day["usable_min"]), ("day", 5))

    def test_area_that_is_cut_off_gives_what_is_whole(self):
        fram = self.j._fram
        for data in (b"", b"\x00", bytes(4), bytes(4) + b"\x04", bytes(4) + b"\x04\x09ab"):
            fram.save(WAITING, data)
            self.reset().settle()  # raises nothing


class Mark(RecoveryTest):
    def test_in_fram_needs_no_flash(self):
        self.box.charge(3)
        self.box.free = False
        written = self.box.flash.written - self.box.i2c.written
        self.box.acknowledge(2)
        self.assertEqual(self.box.flash.written - self.box.i2c.written, written)
        self.assertEqual(self.reset().acked, 2)

    def test_is_the_later_one_of_flash_and_fram(self):
        self.box.charge(3)
        self.box.acknowledge(2)
        self.j.settle()
        self.box.i2c.memory[:] = bytes(len(self.box.i2c.memory))
        self.assertEqual(self.reset().acked, 2)
        self.box.acknowledge(1)
        self.assertEqual(self.reset().acked, 3)
        self.box.charge()
        self.box.i2c.broken = True
        self.box.acknowledge(1)
        self.j.settle()
        self.box.i2c.broken = False
        self.assertEqual(self.reset().acked, 4)


class Charges(RecoveryTest):
    fram = False

    def test_that_have_ended_are_not_ended_again_by_a_stale_opening_record(self):
        self.j.open({})
        stale = self.box.file(OPENING)
        self.j.close({"charge": 1})
        for _ in range(2):
            self.box.put(OPENING, stale)
            self.assertIsNone(self.reset().opening)
            self.j.note({"event": "cover"})
            self.j.settle()
            self.assertEqual(self.box.file(OPENING), b"")

    def test_outlive_the_records_before_them_and_their_numbers_and_starts(self):
        for _ in range(3):
            self.box.charge()
            self.reset()
        self.j.open({"start_wh": 5})
        del self.box.flash.files[segment(0)]
        self.assertEqual((self.reset().seq, self.j.boot), (3, 5))
        self.j.close({"charge": 4})
        self.assertEqual(self.box.numbers(), [4])

    def grow_segment(self, left):
        """Noise, then what is in the first one, up to so many bytes of its end."""
        collect()
        frame = self.box.file(segment(0))
        data = bytearray(16_000 - left)
        data[-len(frame) :] = frame
        return data

    def test_that_have_ended_at_the_end_of_a_segment_are_not_ended_again_either(self):
        """Power cuts before the opening record is removed, and then at every byte of the start."""
        self.j.open({})
        stale = self.box.file(OPENING)
        self.j.close({"charge": 1})
        data = self.grow_segment(left=1)  # the next record begins another
        for left in range(150):
            self.box.flash.files = {segment(0): data, OPENING: bytearray(stale)}
            data[15_999:] = b""
            self.reset().start({"about": "power-on"})
            self.settle_for(left)
            self.assertIsNone(self.j.opening, left)

    def test_of_which_the_end_had_to_wait_are_ended_once(self):
        """Power cuts at every byte of writing it, where it is the last that a segment takes."""
        self.box.charge()
        data = self.grow_segment(left=66)
        for left in range(300):
            collect()
            self.box.flash.files = {segment(0): data}
            data[15_934:] = b""
            self.reset()
            number = self.j.open({"start_wh": 5})
            self.j.note({"charge": number, "wh": 1}, CHARGE)
            self.j.note({"event": "cover"})
            self.settle_for(left)
            if self.j.opening:
                self.j.close({"charge": number, "wh": 2})
            self.assertIsNone(self.reset().opening)
            self.assertEqual(self.said().count(number), 1, left)

    def test_meter_is_the_one_that_is_on_record_last(self):
        for write, serial in (
            (lambda: None, ""),
            (lambda: self.j.note({"event": "meter", "before": "x", "after": "A"}), "A"),
            (lambda: self.j.close({"charge": self.j.open({}), "meter_serial": "B"}), "B"),
            (lambda: self.j.note({"event": "cover"}), "B"),
            (lambda: self.j.note({"event": "meter", "before": "B", "after": "C"}), "C"),
            (lambda: self.j.open({"meter_serial": "D"}), "D"),
        ):
            write()
            self.j.settle()
            self.assertEqual(self.reset().serial, serial)

    def test_meter_is_the_one_that_is_on_record_last_in_the_segment_before_too(self):
        self.j.close({"charge": self.j.open({}), "meter_serial": "A"})
        self.box.put(segment(0), self.grow_segment(left=1))
        self.j = self.box.start()
        self.j.start({"about": "power-on"})
        self.j.settle()
        self.assertTrue(self.box.file(segment(1)))
        self.assertEqual(self.reset().serial, "A")


if __name__ == "__main__":
    unittest.main()
