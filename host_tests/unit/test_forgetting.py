"""The journal forgets what is acknowledged, and gives long searches up in between."""

import unittest

from book import MARK, JournalTest, is_chain, secret, segment
from fake_flash import PowerCut
from pilotwire.record.frame import FIRST, Key, pack
from pilotwire.record.journal import FlashBusy
from pilotwire.record.kinds import CHARGE, DAY, EVENT

FORGOTTEN = {"event": "forgotten"}


class ForgettingTest(JournalTest):
    def acknowledged(self, n=3):
        self.box.charge(n)
        self.box.acknowledge()
        self.j.settle()

    def assert_forgotten(self, number):
        """Nothing is there but the event, by this number."""
        for _ in range(2):
            (record,) = self.box.history()
            self.assertEqual((record["seq"], record["event"]), (number, "forgotten"))
            self.assertEqual(
                (self.j.seq, self.j.pending, self.j.read()["seq"]), (number, 1, number)
            )
            self.reset()
        self.assertEqual(
            [path for path in self.box.flash.files if path[-2:].isdigit()], [segment(0)]
        )

    def assert_not_forgotten(self):
        """It has raised OSError; nothing says that it is done, and the next try does it."""
        with self.assertRaises(OSError):
            self.j.forget(dict(FORGOTTEN))
        self.box.flash.refused = ()
        for _ in range(2):
            self.assertEqual((self.j.seq, self.j.pending), (3, 0))
            self.assertEqual(self.box.numbers()[-1], 3)
            self.reset()
        self.j.forget(dict(FORGOTTEN))
        self.assert_forgotten(4)


class Forgetting(ForgettingTest):
    def test_leaves_an_event_of_its_own_and_no_other_record(self):
        self.acknowledged()
        before = self.j._head
        self.j.forget(dict(FORGOTTEN))
        self.assertTrue(is_chain(self.box.frames(), before))  # which goes on from what is gone
        self.assert_forgotten(4)

    def test_numbers_and_charges_go_on(self):
        self.acknowledged()
        self.j.forget(dict(FORGOTTEN))
        self.box.charge()
        self.assertEqual(self.box.numbers(), [4, 5])
        self.assertEqual([one["seq"] for one in self.box.acknowledge()], [4, 5])

    def test_leaves_nothing_of_any_segment_whatever_is_in_it(self):
        key = Key(secret(32))
        for index in range(18):  # the newest is 2
            number = (index - 3) % 18 + 1
            self.box.put(segment(index), pack(DAY, number, 1, FIRST, b"", key))
        for index in (5, 9):
            self.box.put(segment(index), b"noise")
        self.reset()
        self.j.read()
        self.box.acknowledge()
        self.j.forget(dict(FORGOTTEN))
        self.assertEqual(self.box.numbers(), [19])
        segments = [path for path in self.box.flash.files if path[-2:].isdigit()]
        self.assertEqual(len(segments), 1)

    def test_is_refused_while_a_record_is_not_acknowledged_and_changes_nothing(self):
        self.box.charge(3)
        self.j.read()
        self.j.acknowledge(1)
        with self.assertRaises(ValueError):
            self.j.forget(dict(FORGOTTEN))
        self.assert_whole(3)

    def test_loses_nothing_that_waits_to_be_written(self):
        self.acknowledged()
        for wait in (self.j.start, self.j.note):
            wait({"about": "power-on"})
            with self.assertRaises(ValueError):
                self.j.forget(dict(FORGOTTEN))
            self.j.settle()
            self.assertEqual(len(self.box.acknowledge()), 1)
        self.assertEqual(self.box.numbers(), [1, 2, 3, 4, 5])
        self.j.forget(dict(FORGOTTEN))
        self.assertEqual(self.box.numbers(), [6])

    def test_tells_no_reader_that_what_it_has_acknowledged_is_missing(self):
        self.box.charge(3)
        self.box.acknowledge()  # and nobody has settled
        self.j.forget(dict(FORGOTTEN))
        self.assert_forgotten(4)

    def test_waits_for_an_open_contactor(self):
        self.acknowledged()
        self.box.free = False
        with self.assertRaises(FlashBusy):
            self.j.forget(dict(FORGOTTEN))
        self.assert_whole(3)

    def test_on_broken_flash_is_an_error_and_loses_nothing(self):
        self.acknowledged()
        self.box.flash.broken = True
        with self.assertRaises(OSError):
            self.j.forget(dict(FORGOTTEN))
        self.box.flash.broken = False
        self.assert_whole(3)

    def test_that_flash_refuses_at_any_step_leaves_no_event(self):
        for refused in ("remove", "rename"):
            self.tearDown()
            self.setUp()
            self.acknowledged()
            self.box.put(segment(5), b"noise")
            self.box.flash.refused = (refused,)
            self.assert_not_forgotten()

    def test_cut_short_at_any_moment_takes_nothing_back_and_ends_with_the_next_try(self):
        left = 0
        while True:
            self.tearDown()
            self.setUp()
            self.acknowledged()
            self.box.flash.left = left
            try:
                self.j.forget(dict(FORGOTTEN))
                break
            except PowerCut:
                self.box.flash.left = None
            self.reset()
            self.assertTrue(self.j.seq in (3, 4))
            self.assertEqual(self.j.acked, 3)
            numbers = self.box.numbers()
            self.assertTrue(numbers in ([1, 2, 3], [4]), numbers)
            self.box.acknowledge()
            self.j.forget(dict(FORGOTTEN))
            self.assertEqual(self.box.numbers(), [self.j.seq])
            left += 1
        self.box.flash.left = None
        self.assert_forgotten(4)
        self.assertTrue(left > 60)


class ForgettingWithFram(ForgettingTest):
    fram = True

    def test_leaves_nothing_of_a_charge_in_either_copy_of_an_area(self):
        self.j.open({"start_wh": 50, "by": "somebody"})
        self.j.checkpoint({"end_wh": 60})
        self.j.note({"charge": 1, "by": "somebody"}, CHARGE)
        self.j.settle()
        self.box.acknowledge()
        self.assertTrue(b"somebody" in self.box.i2c.memory)
        self.j.forget(dict(FORGOTTEN))
        self.assertFalse(b"somebody" in self.box.i2c.memory)
        self.assertIsNone(self.reset().opening)
        self.assertEqual(self.box.numbers(), [2])

    def test_that_the_bus_refuses_leaves_no_event(self):
        self.acknowledged()
        self.box.i2c.broken = True
        with self.assertRaises(OSError):
            self.j.forget(dict(FORGOTTEN))
        self.assertTrue(self.j._fram.failed)
        self.box.i2c.broken = False
        self.assertEqual((self.j.seq, self.box.numbers()), (3, [1, 2, 3]))
        self.j.forget(dict(FORGOTTEN))
        self.assert_forgotten(4)


class Searching(ForgettingTest):
    def test_goes_on_where_it_was_given_up(self):
        self.box.charge(10)
        self.j.read()
        self.j.acknowledge(1)
        for _ in range(8):
            self.j.acknowledge(self.j.read()["seq"])
        self.j.settle()
        self.reset()  # which knows no place
        tries = 0
        while True:
            record = self.j.read(2)
            if record:
                break
            tries += 1
        self.assertEqual((record["seq"], tries), (10, 4))

    def test_given_up_has_shown_nothing_that_could_be_acknowledged(self):
        self.box.charge(5)
        self.box.put(MARK, b"")
        self.j.read()
        self.j.acknowledge(1)
        for _ in range(3):
            self.j.acknowledge(self.j.read()["seq"])
        self.j.settle()
        self.reset()
        self.assertIsNone(self.j.read(1))
        with self.assertRaises(ValueError):
            self.j.acknowledge(5)

    def test_finds_the_same_however_small_the_steps(self):
        for most in (1, 2, 3, 100, None):
            self.tearDown()
            self.setUp()
            self.box.charge(4)
            self.j.note({"event": "cover"}, EVENT)
            self.j.settle()
            seen = []
            while self.j.pending:
                record = self.j.read(most)
                if record:
                    seen.append(record["seq"])
                    self.j.acknowledge(record["seq"])
            self.assertEqual(seen, [1, 2, 3, 4, 5])


if __name__ == "__main__":
    unittest.main()
