"""What flash keeps of the log: written by the journal's means, and found again."""

import unittest

from book import ROOT, collect, secret
from fake_flash import Flash, PowerCut
from pilotwire.record import kept, segments
from pilotwire.record.frame import Frame, Key, is_sealed
from pilotwire.record.log import CHANGED, COMMAND, FAULT, OFFLINE, ROWS, Log
from pilotwire.record.segments import Segments

NOW = (1_800_000_000, "set")
ENTRY_BYTES = 400  # on flash, of one by itself and at its longest, and some


class Waiting:
    """The part of changes.Changes that is written."""

    def __init__(self, *snapshots):
        self.waiting = list(snapshots)


class KeptTest(unittest.TestCase):
    def setUp(self):
        collect()
        self.flash = Flash().use(segments)
        self.flash.files[ROOT + "/device.key"] = bytearray(secret(32))
        self.now_ms = 0
        self.restart()

    def tearDown(self):
        self.flash.restore(segments)

    root = ROOT  # of a HAL

    def clock(self):
        return self.stamp

    def sync(self):
        self.flash.sync()

    def restart(self):
        self.log = Log(lambda: self.now_ms)

    def note(self, code, about=""):
        self.now_ms += 60_000
        self.log.note(code, about)

    def write(self, changes=None, stamp=NOW, boot=7):
        self.stamp = stamp
        kept.write(self.log, changes, self, boot)

    def texts(self, most=1_000):
        return [entry[5] for entry in kept.entries(ROOT, most)]

    def frames(self):
        ring = Segments(ROOT + "/log", None, 7, 8_000)
        for index in kept._order(ring):
            for _, found in ring.scan(index):
                yield Frame(bytes(found.data))


class Entries(KeptTest):
    def test_are_those_that_matter_with_start_and_time(self):
        for code, about in ((COMMAND, "limit"), (OFFLINE, "closed"), (CHANGED, "config.json")):
            self.note(code, about)
        self.note(FAULT, "pe")
        self.now_ms += 5_000
        self.write()
        self.assertEqual(
            list(kept.entries(ROOT, 9)),
            [
                (7, 120_000, NOW[0] - 125, 1, OFFLINE, "closed"),
                (7, 180_000, NOW[0] - 65, 1, CHANGED, "config.json"),
                (7, 240_000, NOW[0] - 5, 1, FAULT, "pe"),
            ],
        )

    def test_are_written_once(self):
        for n in range(3):
            self.note(FAULT, str(n))
            self.write()
        self.write()
        self.assertEqual(self.texts(), ["0", "1", "2"])

    def test_have_no_time_where_the_clock_is_unknown(self):
        self.note(FAULT, "pe")
        self.write(stamp=(None, "none"))
        self.assertEqual(list(kept.entries(ROOT, 1)), [(7, 60_000, None, 1, FAULT, "pe")])

    def test_go_on_after_a_restart_in_one_sealed_chain(self):
        for boot in range(1, 5):
            self.restart()
            self.note(FAULT, "boot %d" % boot)
            self.write(boot=boot)
        self.assertEqual([entry[0] for entry in kept.entries(ROOT, 9)], [1, 2, 3, 4])
        found = list(self.frames())
        self.assertEqual([one.seq for one in found], [1, 2, 3, 4])
        for i in range(3):
            self.assertEqual(found[i + 1].before, found[i].hash())
        for one in found:
            self.assertTrue(is_sealed(one, Key(secret(32))))

    def test_take_56_kb_at_most_and_the_oldest_go(self):
        last = 0
        while last < 3_000:
            for _ in range(ROWS):
                self.note(FAULT, "%d %s" % (last, "x" * 50))
                last += 1
            self.write()
        sizes = [len(data) for path, data in self.flash.files.items() if "/log/" in path]
        self.assertEqual(len(sizes), 7)
        self.assertTrue(max(sizes) <= 8_000)
        texts = self.texts(10_000)
        numbers = [int(text.split()[0]) for text in texts]
        self.assertEqual(numbers, list(range(last - len(numbers), last)))
        self.assertTrue(len(numbers) > 400)
        self.assertEqual(self.texts(3), texts[-3:])
        self.assertEqual(self.texts(200), texts[-200:])

    def test_that_ram_has_forgotten_are_gone_and_the_others_written(self):
        for n in range(ROWS + 3):
            self.note(FAULT, str(n))
        self.write()
        self.assertEqual(self.texts(), [str(n) for n in range(3, ROWS + 3)])

    def test_of_the_longest_text_fit_a_frame(self):
        self.note(FAULT, "\U0001f50c" * 60)
        self.note(FAULT, "é" * 60)
        self.write()
        first, second = self.texts()
        self.assertEqual((first, second), ("\U0001f50c" * 30, "é" * 60))

    def test_wait_where_flash_is_full_or_broken_and_none_is_lost(self):
        self.note(FAULT, "0")
        self.write()
        for spoil in ("broken", "room"):
            self.note(FAULT, spoil)
            setattr(self.flash, spoil, True if spoil == "broken" else 0)
            with self.assertRaises(OSError):
                self.write()
            self.flash.broken, self.flash.room = False, None
        self.write()
        self.assertEqual(self.texts(), ["0", "broken", "room"])


class Snapshots(KeptTest):
    def test_are_kept_in_pieces_among_the_entries(self):
        one, two = bytes(range(256)) * 2, b"\x5a" * 193
        self.note(FAULT, "pe")
        changes = Waiting(one, two)
        self.write(changes)
        self.assertEqual(changes.waiting, [])
        self.assertEqual(kept.snapshots(ROOT, 9), [one, two])
        self.assertEqual(kept.snapshots(ROOT, 1), [two])
        self.assertEqual(self.texts(), ["pe"])

    def test_that_are_spread_over_two_segments_are_found(self):
        data = bytes([n & 0xFF for n in range(193 * 9)])
        for n in range(20):
            self.write(Waiting(data + bytes((n,))))
        self.assertEqual(kept.snapshots(ROOT, 5), [data + bytes((n,)) for n in range(15, 20)])

    def test_that_are_cut_short_wait_and_are_written_whole(self):
        changes = Waiting(bytes(500))
        self.flash.left = 600
        with self.assertRaises(PowerCut):
            self.write(changes)
        self.flash.left = None
        self.assertEqual(kept.snapshots(ROOT, 9), [])
        self.write(changes)
        self.assertEqual(kept.snapshots(ROOT, 9), [bytes(500)])


class Cuts(KeptTest):
    def test_at_any_operation_cost_nothing_that_was_written(self):
        left = 0
        while True:
            self.setUp()
            self.note(FAULT, "before")
            self.write()
            for n in range(9):
                self.note(FAULT, "%d %s" % (n, "x" * 50))
            self.flash.left = left
            try:
                self.write(Waiting(bytes(300)))
            except PowerCut:
                pass
            else:
                break
            finally:
                self.flash.left = None
            self.restart()
            self.assertEqual(self.texts()[0], "before", left)
            self.note(FAULT, "after")
            self.write()
            texts = self.texts()
            self.assertEqual((texts[0], texts[-1]), ("before", "after"), left)
            whole = [str(n) for n in range(len(texts) - 2)]
            self.assertEqual([text.split()[0] for text in texts[1:-1]], whole, left)
            left += 13
        self.assertTrue(left > 1_000)


if __name__ == "__main__":
    unittest.main()
