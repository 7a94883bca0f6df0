"""The journal of charging records: what survives reset, damage and a full flash."""

import os
import sys
import unittest
from binascii import crc32

from fake_flash import Flash
from pilotwire.record import journal
from pilotwire.record.journal import FlashBusy, Journal

PATH = "journal.log"
KEEP_BYTES = 16_384
WINDOW = 32


def line(body):
    return b"\n%08x %s\n" % (crc32(body), body)


# Lines that were written whole and mean nothing here.
FOREIGN = (
    b"[1]",
    b"7",
    b"null",
    b'""',
    b"{}",
    b'{"open": 1, "close": 2}',
    b'["close", 5]',
    b'["close", [5]]',
    b'["close", {}]',
    b'["close", {"seq": "5"}]',
    b'["close", {"seq": true}]',
    b'["open", {"seq": 1.5}]',
    b'["open", {"seq": -1}]',
    b'["open", {"seq": null}]',
    b'["ack", "9"]',
    b'["ack", {"seq": 9}]',
    b'["ack", -1]',
    b'["base", null]',
    b'["rotate", 9]',
    b'["open", {"seq": 9}, 1]',
    b'[["open"], {"seq": 9}]',
    b"not json",
    b"\xff\xfe",
    b"",
)


class Box:
    """A journal on a flash in memory; `free` is what the app says of the contactor."""

    def __init__(self):
        self.flash = Flash()
        self.free = True
        self.journal = None

    def start(self):
        self.journal = Journal(PATH, lambda: self.free, self.flash.sync)
        return self.journal

    def charge(self, n=1):
        for _ in range(n):
            seq = self.journal.open({"start": {"wh": 50}})
            self.journal.close({"wh": seq})

    def acknowledge(self):
        """As a backend does: one after the other, until nothing is pending."""
        while self.journal.pending:
            seq = self.journal.pending[0]
            self.journal.read(seq)
            self.journal.acknowledge(seq)
            self.journal.settle()

    @property
    def size(self):
        return len(self.flash.files[PATH])

    @property
    def data(self):
        return bytes(self.flash.files.get(PATH, b""))

    @data.setter
    def data(self, data):
        self.flash.files[PATH] = bytearray(data)


class JournalTest(unittest.TestCase):
    def setUp(self):
        self.box = Box()
        self.box.flash.use(journal)
        self.j = self.box.start()

    def tearDown(self):
        self.box.flash.restore(journal)

    def reset(self):
        self.j = self.box.start()
        return self.j


class Records(JournalTest):
    def test_begins_empty(self):
        self.assertEqual((self.j.seq, self.j.last, self.j.pending, self.j.damaged), (0, {}, [], 0))

    def test_survive_a_reset(self):
        self.assertEqual(self.j.open({"box": "b"}), 1)
        self.assertEqual(self.reset().last, {"box": "b", "seq": 1})
        self.assertEqual(self.j.pending, [])
        self.j.close({"wh": 7})
        for _ in range(2):
            self.assertEqual(self.j.last, {})
            self.assertEqual(self.j.pending, [1])
            self.assertEqual(self.j.read(1), {"box": "b", "seq": 1, "wh": 7})
            self.reset()
        self.assertEqual(self.j.open({}), 2)

    def test_are_on_flash_before_the_call_returns(self):
        for _ in range(2):
            self.j.open({})
            self.assertFalse(self.box.flash.unsynced)
            self.j.close({})
            self.assertFalse(self.box.flash.unsynced)

    def test_are_not_written_while_the_contactor_may_be_closed(self):
        self.j.open({})
        before = self.box.data
        self.box.free = False
        with self.assertRaises(FlashBusy):
            self.j.close({})
        with self.assertRaises(FlashBusy):
            self.j.open({})
        self.assertEqual(self.box.data, before)
        self.box.free = True
        self.j.close({})
        self.assertEqual(self.j.pending, [1])

    def test_of_which_the_file_vanished_read_as_none(self):
        self.box.charge()
        del self.box.flash.files[PATH]
        self.assertIsNone(self.j.read(1))

    def test_of_which_the_line_was_damaged_since_read_as_none(self):
        self.box.charge()
        self.box.data = self.box.data.replace(b'"wh": 1', b'"wh": 2')
        self.assertIsNone(self.j.read(1))


class Acknowledging(JournalTest):
    def test_removes_up_to_the_number_and_survives_a_reset(self):
        self.box.charge(3)
        self.j.read(1)
        self.j.read(2)
        self.assertTrue(self.j.acknowledge(2))
        self.assertFalse(self.j.acknowledge(2))
        self.assertFalse(self.j.acknowledge(1))
        self.j.settle()
        for _ in range(2):
            self.assertEqual(self.j.pending, [3])
            self.reset()

    def test_refuses_what_was_never_read(self):
        self.box.charge(2)
        self.j.open({})
        self.j.read(1)
        for upto in (2, 3, 4, 10**30):
            with self.assertRaises(ValueError):
                self.j.acknowledge(upto)
        self.assertEqual(self.j.pending, [1, 2])
        self.reset()
        with self.assertRaises(ValueError):
            self.j.acknowledge(1)

    def test_is_written_once_the_contactor_is_open(self):
        self.box.charge()
        self.j.read(1)
        before = self.box.data
        self.box.free = False
        self.j.acknowledge(1)
        self.j.settle()
        self.assertEqual(self.box.data, before)
        self.assertEqual(self.reset().pending, [1])  # it costs one resend
        self.j.read(1)
        self.j.acknowledge(1)
        self.box.free = True
        self.j.settle()
        self.assertEqual(self.reset().pending, [])
        size = self.box.size
        self.j.settle()
        self.assertEqual(self.box.size, size)


class Damage(JournalTest):
    def test_of_a_meaning_is_counted_and_passed_over(self):
        for body in FOREIGN:
            self.box.data = line(b'["open", {"seq": 4}]') + line(body) + line(b'["ack", 3]')
            j = self.reset()
            self.assertEqual((j.seq, j.last, j.damaged), (4, {"seq": 4}, 1), body)
            self.assertEqual(j.open({}), 5)

    def test_of_a_newline_costs_one_line(self):
        self.box.charge(2)
        whole = self.box.data
        for i in range(len(whole)):
            if whole[i] == 10:
                self.box.data = whole[:i] + b"?" + whole[i + 1 :]
                self.assertTrue(self.reset().damaged <= 1, i)
                if self.j.last:  # the newline was the last closing record's
                    self.j.close({})
                self.assertEqual(self.j.pending, [1, 2], i)

    def test_of_an_opening_record_leaves_the_closing_one(self):
        self.box.charge(2)
        self.box.data = self.box.data.replace(b'"open"', b'"oPen"')
        self.assertEqual(self.reset().damaged, 2)
        self.assertEqual(self.j.pending, [1, 2])
        self.assertEqual(self.j.read(1)["wh"], 1)

    def test_of_a_closing_record_leaves_the_opening_one(self):
        self.box.charge(2)
        self.box.data = self.box.data.replace(b'"wh": 1', b'"wh": 9')
        self.assertEqual(self.reset().pending, [1, 2])
        self.assertEqual(self.j.read(1), {"seq": 1, "start": {"wh": 50}})
        self.assertEqual(self.j.last, {})

    def test_of_the_last_closing_record_leaves_the_charge_open(self):
        self.box.charge(2)
        self.box.data = self.box.data.replace(b'"wh": 2', b'"wh": 9')
        self.assertEqual(self.reset().last["seq"], 2)
        self.j.close({"wh": 3})
        self.assertEqual(self.reset().pending, [1, 2])

    def test_of_an_acknowledged_closing_record_opens_nothing_again(self):
        self.box.charge()
        self.box.acknowledge()
        self.box.data = self.box.data.replace(b'"wh": 1', b'"wh": 9')
        self.assertEqual((self.reset().last, self.j.pending), ({}, []))
        self.assertEqual(self.j.open({}), 2)

    def test_a_torn_line_takes_no_other_with_it(self):
        self.box.charge()
        whole = self.box.data
        for size in range(len(whole)):
            self.box.data = whole[:size]
            seq = self.reset().open({"again": size})
            self.assertEqual(self.reset().last, {"again": size, "seq": seq}, size)

    def test_a_long_stretch_of_noise_is_read_in_pieces(self):
        self.box.charge()
        self.box.data = b"x" * 20_000 + self.box.data
        self.box.flash.longest_read = 0
        self.assertEqual(self.reset().pending, [1])
        self.assertTrue(self.box.flash.longest_read <= 4_096)

    def test_an_unreadable_file_takes_no_charge_because_its_numbers_are_unknown(self):
        self.box.charge()
        before = self.box.data
        self.box.flash.broken = True
        self.reset()
        self.box.flash.broken = False
        for _ in range(2):
            with self.assertRaises(OSError):
                self.j.open({})
        self.j.settle()
        self.assertEqual(self.box.data, before)


class FullFlash(JournalTest):
    def test_in_the_middle_of_a_record_damages_no_other(self):
        for call in ("open", "close"):
            for room in range(70):
                self.box.flash.files.clear()
                self.box.charge() if self.reset() else None
                if call == "close":
                    self.j.open({})
                self.box.flash.room = room
                try:
                    getattr(self.j, call)({"long": "x" * 70})
                except OSError as error:
                    self.assertEqual(error.args[0], 28)
                else:
                    self.fail(room)
                self.box.flash.room = None
                getattr(self.j, call)({"short": room})
                if call == "open":
                    self.j.close({})
                self.assertEqual(self.reset().pending, [1, 2], (call, room))
                self.assertEqual(self.j.read(2)["short"], room)
                self.assertTrue(self.j.damaged <= 1)

    def test_keeps_an_acknowledgement_for_later(self):
        self.box.charge()
        self.j.read(1)
        self.j.acknowledge(1)
        self.box.flash.room = 0
        with self.assertRaises(OSError):
            self.j.settle()
        self.box.flash.room = None
        self.j.settle()
        self.assertEqual(self.reset().pending, [])


class Growth(JournalTest):
    def test_of_the_file_ends_when_charges_are_acknowledged(self):
        largest = 0
        for _ in range(600):
            self.box.charge()
            self.box.acknowledge()
            largest = max(largest, self.box.size)
        self.assertTrue(KEEP_BYTES < largest < 2 * KEEP_BYTES + 500, largest)
        self.assertEqual(self.reset().seq, 600)
        self.assertEqual(self.j.pending, [])
        self.assertEqual(self.j.damaged, 0)

    def test_of_the_memory_ends_when_they_are_not_and_none_is_forgotten(self):
        self.box.charge(3 * WINDOW)
        self.assertEqual(self.j.pending, list(range(1, WINDOW + 1)))
        self.assertEqual(self.reset().pending, list(range(1, WINDOW + 1)))
        self.j.open({})
        seen = []
        while self.j.pending:
            seq = self.j.pending[0]
            seen.append(self.j.read(seq)["wh"])
            self.j.acknowledge(seq)
            self.j.settle()
            self.assertTrue(len(self.j.pending) <= WINDOW)
        self.assertEqual(seen, list(range(1, 3 * WINDOW + 1)))
        self.j.close({"wh": 0})
        self.assertEqual(self.j.pending, [3 * WINDOW + 1])


class RamDisk:
    """Block device of `blocks` times 512 bytes, for littlefs."""

    def __init__(self, blocks):
        self._data = bytearray(512 * blocks)

    def readblocks(self, block, buffer, offset=0):
        at = block * 512 + offset
        buffer[:] = self._data[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * 512 + offset
        self._data[at : at + len(buffer)] = buffer

    def ioctl(self, operation, _):
        return {4: len(self._data) // 512, 5: 512}.get(operation, 0)


@unittest.skipIf(sys.implementation.name != "micropython", "littlefs is MicroPython's")
class OnLittlefs(unittest.TestCase):
    def setUp(self):
        disk = RamDisk(40)
        os.VfsLfs2.mkfs(disk)
        os.mount(os.VfsLfs2(disk), "/ram")

    def tearDown(self):
        os.umount("/ram")

    def test_fills_the_flash_and_goes_on_once_there_is_room(self):
        with open("/ram/other", "wb") as file:
            file.write(b"x" * 6_000)
        j = Journal("/ram/" + PATH, lambda: True, lambda: None)
        try:
            while True:
                j.open({"box": "b" * 100})
                j.close({"wh": j.seq})
        except OSError as error:
            self.assertEqual(error.args[0], 28)
        seq = j.seq
        os.remove("/ram/other")
        if j.last:
            j.close({"wh": seq})
        self.assertEqual(j.open({}), seq + 1)
        j.close({"wh": seq + 1})
        j = Journal("/ram/" + PATH, lambda: True, lambda: None)
        self.assertEqual(j.seq, seq + 1)
        for expected in range(1, seq + 2):
            self.assertEqual(j.read(expected)["wh"], expected)
            j.acknowledge(expected)
            j.settle()
        self.assertEqual(j.pending, [])


if __name__ == "__main__":
    unittest.main()
