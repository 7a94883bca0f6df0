"""The ring of segments: in what order it is filled and dropped, and what is found in it."""

import unittest

from book import collect
from fake_flash import Flash
from pilotwire.record import segments
from pilotwire.record.frame import FIRST, Key, pack
from pilotwire.record.segments import Segments, read_file

COUNT = 18
BYTES = 16_000
KEY = Key(b"secret")
SIZE = 250  # of a frame here: 64 of them fill a segment to the last byte
EACH = BYTES // SIZE
ENOSPC = 28


def framed(number, size=SIZE):
    return pack(2, number, 1, FIRST, b"\x5a" * (size - 61), KEY)


def path(index):
    return "r/%02d" % index


class SegmentsTest(unittest.TestCase):
    def setUp(self):
        self.flash = None
        collect()
        self.flash = Flash().use(segments)
        self.reset()

    def tearDown(self):
        self.flash.restore(segments)

    def reset(self):
        self.ring = Segments("r", self.flash.sync)

    def put(self, first, last, dispensable=0):
        for number in range(first, last + 1):
            self.ring.append(framed(number), number, dispensable)

    def file(self, index):
        return bytes(self.flash.files[path(index)])

    def set(self, index, data):
        self.flash.files[path(index)] = bytearray(data)

    def numbers(self, index, place=0):
        return [found.seq for _, found in self.ring.scan(index, place)]

    def order(self):
        """Segments from the oldest on, by the first number in each."""
        index = self.ring.oldest()
        found = []
        while index is not None:
            found.append(index)
            index = self.ring.after(index)
        return found

    def refused(self, number, dispensable):
        written = self.flash.written
        try:
            self.ring.append(framed(number), number, dispensable)
        except OSError as error:
            self.assertEqual(error.args[0], ENOSPC)
        else:
            self.fail(number)
        self.assertEqual(self.flash.written, written)


class Filling(SegmentsTest):
    def test_begins_with_nothing(self):
        self.assertEqual((self.ring.newest, self.ring.size), (0, 0))
        self.assertEqual((self.order(), self.numbers(0)), ([0], []))
        self.assertEqual(self.ring.room(0), COUNT * BYTES)
        self.assertFalse(self.flash.files)

    def test_goes_on_where_it_was_after_a_reset(self):
        for number in range(1, 3 * EACH + 2):
            self.ring.append(framed(number), number, 0)
            place = self.ring.newest, self.ring.size
            if number % 50 < 3 or number % EACH < 2:
                self.reset()
                self.assertEqual((self.ring.newest, self.ring.size), place)
        self.assertEqual(place, (3, SIZE))
        self.assertEqual(self.order(), [0, 1, 2, 3])
        self.assertEqual(self.numbers(1), list(range(EACH + 1, 2 * EACH + 1)))

    def test_splits_no_frame_and_makes_no_segment_too_long(self):
        size = 256
        for number in range(1, 130):
            self.ring.append(framed(number, size), number, 0)
        self.assertEqual([len(self.file(i)) for i in range(2)], [62 * size, 62 * size])

    def test_is_on_flash_when_the_call_returns(self):
        for number in (1, 2):
            self.put(number, number)
            self.assertFalse(self.flash.unsynced)


class Dropping(SegmentsTest):
    def setUp(self):
        super().setUp()
        self.last = COUNT * EACH
        for index in range(COUNT):
            self.set(index, framed(index * EACH + 1))
        newest = self.flash.files[path(COUNT - 1)]
        newest.extend(bytes(BYTES - SIZE))
        self.reset()

    def fill(self, dispensable):
        """One segment more, of which the first frame is kept: a board has no room for all."""
        full = self.ring.newest
        self.put(self.last + 1, self.last + EACH, dispensable)
        self.set(full, self.file(full)[:SIZE])
        self.last += EACH

    def test_takes_nothing_that_must_be_kept(self):
        for dispensable in (0, 1, EACH - 1):
            self.assertEqual(self.ring.room(dispensable), 0)
            self.refused(self.last + 1, dispensable)
        self.reset()
        self.refused(self.last + 1, EACH - 1)

    def test_takes_the_oldest_segment_whole_and_no_other(self):
        self.assertEqual(self.ring.room(EACH), BYTES)
        self.fill(EACH)
        self.refused(self.last + 1, EACH)
        for _ in range(2):
            self.assertEqual(self.order(), list(range(1, COUNT)) + [0])
            self.assertEqual((self.ring.newest, self.ring.size), (0, BYTES))
            self.assertEqual(self.numbers(0)[0], self.last - EACH + 1)
            self.reset()

    def test_goes_around_for_as_long_as_what_is_old_may_go(self):
        for _ in range(COUNT + 2):
            dispensable = self.last - (COUNT - 1) * EACH
            self.refused(self.last + 1, dispensable - 1)
            self.fill(dispensable)
        self.reset()
        self.assertEqual(self.order(), [2 + i if i < 16 else i - 16 for i in range(COUNT)])
        self.assertEqual(len(self.flash.files), COUNT)

    def test_counts_as_room_what_may_go_and_what_is_left(self):
        self.assertEqual(self.ring.room(2 * EACH), 2 * BYTES)
        self.assertEqual(self.ring.room(2 * EACH - 1), BYTES)
        self.assertEqual(self.ring.room(self.last), (COUNT - 1) * BYTES)
        self.put(self.last + 1, self.last + 1, EACH)
        self.assertEqual(self.ring.room(EACH), BYTES - SIZE)

    def test_takes_first_what_nobody_can_read(self):
        self.set(5, b"noise" * 3_000)
        self.reset()
        self.assertEqual(self.ring.room(0), BYTES)
        self.fill(0)
        self.refused(self.last + 1, 0)
        self.assertEqual(self.numbers(5)[0], self.last - EACH + 1)
        self.assertEqual(self.order(), [i for i in range(COUNT) if i != 5] + [5])


class Clearing(SegmentsTest):
    def clear(self, number):
        self.ring.leave_only(framed(number), number)

    def test_leaves_one_frame_in_the_newest_segment_and_room_for_all_others(self):
        for newest, last in ((0, 3), (2, 3 * EACH)):
            self.put(1, last)
            self.set(7, b"noise")
            self.clear(last + 1)
            for _ in range(2):
                self.assertEqual(
                    (self.order(), list(self.flash.files)), ([newest], [path(newest)])
                )
                self.assertEqual(self.file(newest), framed(last + 1))
                self.assertEqual(self.ring.room(0), COUNT * BYTES - SIZE)
                self.reset()
            self.put(last + 2, last + 2)
            self.assertEqual(self.numbers(newest), [last + 1, last + 2])
            self.flash.files.clear()
            self.reset()

    def test_that_flash_refuses_is_raised_and_can_be_tried_again(self):
        for refused in ("remove", "rename"):
            self.put(1, 2 * EACH)
            self.flash.refused = (refused,)
            with self.assertRaises(OSError):
                self.clear(2 * EACH + 1)
            self.flash.refused = ()
            self.assertEqual(self.numbers(1)[-1], 2 * EACH)
            self.clear(2 * EACH + 1)
            self.assertEqual(list(self.flash.files), [path(1)])
            self.flash.files.clear()
            self.reset()

    def test_leaves_nothing_of_a_frame_that_was_cut_off(self):
        self.put(1, 1)
        self.flash.room = 100
        with self.assertRaises(OSError):
            self.put(2, 2)
        self.flash.room = None
        self.clear(2)
        self.put(3, 3)
        self.assertEqual(self.file(0), framed(2) + framed(3))


class Finding(SegmentsTest):
    def test_the_segment_of_a_number(self):
        self.put(1, 3 * EACH)
        for number, index in (
            (0, 0),
            (1, 0),
            (EACH, 0),
            (EACH + 1, 1),
            (2 * EACH, 1),
            (3 * EACH, 2),
            (1 << 31, 2),
        ):
            self.assertEqual(self.ring.holding(number), index, number)

    def test_the_segment_of_a_number_around_the_ring(self):
        last = (COUNT + 2) * EACH
        for index in range(COUNT):  # 0 and 1 have been written again
            self.set(index, framed((index + (COUNT if index < 2 else 0)) * EACH + 1))
        self.reset()
        self.assertEqual(self.ring.oldest(), 2)
        for number, index in ((1, 2), (2 * EACH + 1, 2), (COUNT * EACH, 17), (last, 1)):
            self.assertEqual(self.ring.holding(number), index, number)

    def test_every_frame_whatever_lies_between(self):
        for noise in (b"", b"\x5a", b"\x00", b"\x5a\x02\xff", b"\x5a" * 300, b"ab" * 600):
            data = noise
            places = []
            for number in range(1, 9):
                places.append((len(data), number))
                data += framed(number, 61 + 20 * number) + noise
            self.set(0, data)
            found = [(place, one.seq) for place, one in self.ring.scan(0)]
            self.assertEqual(found, places)
            for place, number in places:
                self.assertEqual(self.numbers(0, place)[0], number)
                self.assertEqual(self.numbers(0, place + 1)[:1], list(range(number + 1, 9))[:1])

    def test_every_frame_but_the_one_that_a_byte_has_changed(self):
        whole = b"".join([framed(number, 70) for number in range(1, 10)])
        for place in range(len(whole)):
            self.set(0, whole[:place] + bytes((whole[place] ^ 0x10,)) + whole[place + 1 :])
            damaged = place // 70 + 1
            self.assertEqual(self.numbers(0), [n for n in range(1, 10) if n != damaged], place)

    def test_every_frame_after_one_that_was_cut_off(self):
        whole = framed(1)
        for size in range(0, SIZE, 7):
            self.set(0, whole[:size] + framed(2))
            self.assertEqual(self.numbers(0), [2], size)
            self.set(0, framed(2) + whole[:size])
            self.assertEqual(self.numbers(0), [2], size)

    def test_nothing_in_a_file_that_is_not_there_or_empty(self):
        self.assertEqual(self.numbers(3), [])
        self.set(3, b"")
        self.assertEqual(self.numbers(3), [])

    def test_a_file_in_pieces_because_a_board_has_little_memory(self):
        self.put(1, EACH)
        self.flash.longest_read = 0
        self.reset()
        self.assertEqual(len(self.numbers(0)), EACH)
        self.assertTrue(self.flash.longest_read <= 1_024)

    def test_no_more_of_a_file_than_is_asked_for(self):
        self.put(1, 1)
        self.assertEqual(read_file(path(0), 10), framed(1)[:10])
        self.assertEqual(read_file(path(1), 10), b"")


class Trouble(SegmentsTest):
    def test_of_flash_is_raised(self):
        self.put(1, 1)
        self.flash.broken = True
        for call in (self.reset, lambda: self.put(2, 2), lambda: self.numbers(0)):
            with self.assertRaises(OSError):
                call()

    def test_of_a_full_flash_costs_the_frames_before_nothing(self):
        for room in range(0, SIZE, 9):
            self.set(0, b"")
            self.reset()
            self.put(1, 1)
            self.flash.room = room
            with self.assertRaises(OSError):
                self.put(2, 2)
            self.flash.room = None
            self.put(2, 2)
            self.assertEqual(self.numbers(0), [1, 2], room)
            self.reset()
            self.assertEqual(self.ring.size, len(self.file(0)))

    def test_that_left_all_but_the_byte_with_which_the_next_frame_begins_hides_neither(self):
        number = 2
        while framed(number)[-1] != 0x5A:
            number += 1
        self.put(1, 1)
        self.flash.room = SIZE - 1
        with self.assertRaises(OSError):
            self.put(number, number)
        self.flash.room = None
        self.put(number + 1, number + 2)
        self.assertEqual(self.numbers(0), [1, number + 1, number + 2])
        self.assertEqual(self.ring.size, len(self.file(0)))

    def test_while_a_segment_is_begun_leaves_the_one_before_the_newest(self):
        self.put(1, EACH)
        for size in range(SIZE):
            self.set(1, framed(EACH + 1)[:size])
            self.reset()
            self.assertEqual((self.ring.newest, self.ring.size), (0, BYTES), size)
        self.put(EACH + 1, EACH + 1)
        self.assertEqual((self.ring.newest, self.file(1)), (1, framed(EACH + 1)))

    def test_of_the_only_segment_is_passed_over_and_what_follows_is_kept(self):
        self.set(0, b"noise" * 100)
        self.reset()
        self.put(1, EACH)  # two of them no longer fit
        self.assertEqual((self.order(), self.numbers(1)), ([0, 1], [EACH - 1, EACH]))
        self.assertEqual(self.ring.room(0), (COUNT - 2) * BYTES + BYTES - 2 * SIZE)

    def test_of_a_segment_that_may_have_been_the_newest_is_told(self):
        self.put(1, EACH - 2)
        for index in (1, 9):
            self.set(index, b"noise")
            self.reset()
            self.assertEqual(self.ring.lost, 0)  # the newest is not full
            self.set(index, b"")
        self.put(EACH - 1, EACH)
        for index, lost in ((1, 5), (9, 0)):  # 9 would not have been the next
            self.set(index, b"noise")
            self.reset()
            self.assertEqual(self.ring.lost, lost)
            self.set(index, b"")

    def test_of_a_segments_beginning_costs_nothing_that_follows(self):
        self.put(1, 2 * EACH)
        self.set(1, b"?" + self.file(1)[1:])
        self.reset()
        self.assertEqual(self.numbers(1)[0], EACH + 2)
        self.assertEqual(self.ring.holding(EACH + 1), 0)  # from there on it is looked for
        self.assertEqual(self.order(), [0, 1])


if __name__ == "__main__":
    unittest.main()
