"""The hand-over between the rings; every interleaving is checked on the chip's proof, not here."""

import unittest
from array import array

from pilotwire.pilot import handover, signals
from pilotwire.pilot.handover import HandOver, TornRead


class Down(unittest.TestCase):
    def setUp(self):
        self.h = HandOver()
        self.copy = array("i", [0] * handover.N_DOWN)

    def test_is_taken_once(self):
        self.h.spare()[handover.DOWN_FLAGS] = 5
        self.assertFalse(self.h.take(self.copy))  # not published yet
        self.h.publish()
        self.assertTrue(self.h.take(self.copy))
        self.assertEqual(self.copy[handover.DOWN_FLAGS], 5)
        self.assertFalse(self.h.take(self.copy))

    def test_carries_over_what_is_not_written_again(self):
        for flags in (1, 2, 3):
            spare = self.h.spare()
            spare[handover.DOWN_FLAGS] = flags
            if flags == 1:
                spare[handover.DOWN_LEASES] = 16_000
            self.h.publish()
        self.h.take(self.copy)
        self.assertEqual(self.copy[handover.DOWN_LEASES], 16_000)
        self.assertEqual(self.copy[handover.DOWN_FLAGS], 3)

    def test_sequence_stays_a_small_integer(self):
        self.h.slots[0][handover.DOWN_SEQ] = 0x1FFFFFFF
        self.h.publish()
        self.assertTrue(self.h.take(self.copy) or self.copy[handover.DOWN_SEQ] == 0)
        self.assertEqual(self.h.slots[1][handover.DOWN_SEQ], 0)


class Up(unittest.TestCase):
    def setUp(self):
        self.h = HandOver()
        self.copy = array("i", [0] * handover.N_UP)

    def test_reads_what_was_written_whole(self):
        self.h.tell(array("i", range(handover.N_DECIDED)), array("i", range(signals.N_INPUTS)))
        copy = self.h.read(self.copy)
        self.assertEqual(list(copy[1 : handover.UP_INPUTS]), list(range(handover.N_DECIDED)))
        self.assertEqual(list(copy[handover.UP_INPUTS :]), list(range(signals.N_INPUTS)))

    def test_refuses_a_torn_array(self):
        self.h.up[handover.UP_SEQ] = 1
        with self.assertRaises(TornRead):
            self.h.read(self.copy)
