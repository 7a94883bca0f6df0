"""The trace of ring 0's inputs and outputs: what is noted, what is noise, and what has no room."""

import unittest
from array import array

from pilotwire.hal.mock import MockHal
from pilotwire.pilot import handover, signals
from pilotwire.pilot.duty import X1
from pilotwire.pilot.tap import Tap

HEALTHY = (12_000, 12_000, X1, 30_000, 0, 0, 1, 0, 0, 0)


class Recorder:
    """A tap that has noted a healthy board, and begun anew since."""

    def __init__(self, room=300):
        self.hal = MockHal()
        self.down = array("i", [0] * handover.N_DOWN)
        self.tap = Tap(self.hal, self.down)
        self.inputs = array("i", [0] * signals.N_INPUTS)
        self.entries = array("h", bytes(2 * room))
        self.tap.use(self.entries)
        self.sample(1)
        self.tap.drive(X1, 0)
        self.tap.use(self.entries)

    def sample(self, ticks):
        """Ticks of the board as it is; what ring 0 saw in the last one."""
        for _ in range(ticks):
            self.returned = self.tap.sample(self.inputs)
        return list(self.inputs)

    @property
    def noted(self):
        """All entries: (ticks since the last one, what, value)."""
        e = self.entries
        return [tuple(e[i : i + 3]) for i in range(0, self.tap.n, 3)]


class Noted(unittest.TestCase):
    def test_are_the_inputs_that_are_not_zero_at_first(self):
        hal = MockHal()
        tap = Tap(hal, array("i", [0] * handover.N_DOWN))
        entries = array("h", bytes(300))
        tap.use(entries)
        inputs = array("i", [0] * signals.N_INPUTS)
        self.assertEqual(tap.sample(inputs), 10)
        first = [1, 10, 10, 0, 0, 12_000, 0, 1, 12_000, 0, 2, X1, 0, 3, 30_000, 0, 6, 1]
        self.assertEqual(list(entries[: tap.n]), first)
        self.assertEqual(tuple(inputs), HEALTHY)

    def test_is_nothing_while_nothing_changes(self):
        r = Recorder()
        self.assertEqual(tuple(r.sample(1_000)), HEALTHY)
        r.tap.drive(X1, 0)
        self.assertEqual((r.noted, r.tap.ticks), ([], 1_001))

    def test_is_each_input_that_changes_with_the_ticks_before_it(self):
        r = Recorder()
        r.sample(7)
        r.hal.inputs[signals.STOP] = 1
        r.hal.inputs[signals.RCD] = 1
        r.sample(3)
        r.hal.inputs[signals.STOP] = 0
        r.sample(1)
        self.assertEqual(r.noted, [(8, 5, 1), (0, 8, 1), (3, 8, 0)])

    def test_are_outputs(self):
        r = Recorder()
        r.sample(2)
        r.tap.drive(5_333, 0)
        r.sample(1)
        r.tap.drive(5_333, 1)
        r.tap.drive(X1, 0)
        r.tap.switch(signals.OUT_LOCK, 1)
        r.tap.switch(signals.OUT_THREE_PHASES, True)
        r.tap.switch(signals.OUT_LOCK, 0)
        outputs = [(0, 14, 2), (0, 14, 6), (0, 14, 4)]
        self.assertEqual(r.noted, [(2, 12, 5_333), (1, 13, 1), (0, 12, X1), (0, 13, 0)] + outputs)
        self.assertEqual((r.hal.duty, r.hal.closed, list(r.hal.outputs)), (X1, 0, [0, 0, 1]))

    def test_is_the_time_that_a_tick_took(self):
        r = Recorder()
        for dt_ms in (10, 11, 11, -1, 10):
            r.hal.dt_ms = dt_ms
            r.sample(1)
            self.assertEqual(r.returned, dt_ms)
        self.assertEqual(r.noted, [(2, 10, 11), (2, 10, -1), (1, 10, 10)])

    def test_is_the_slot_that_was_taken(self):
        r = Recorder()
        for seq, ticks in ((0, 2), (5, 3), (0x8001, 1)):
            r.down[handover.DOWN_SEQ] = seq
            r.sample(ticks)
        self.assertEqual(r.noted, [(3, 11, 5), (3, 11, 1)])

    def test_is_that_nothing_has_been(self):
        r = Recorder()
        r.sample(0x7FFE)
        self.assertEqual(r.noted, [])
        r.sample(0x7FFF)
        r.tap.drive(5_333, 0)
        self.assertEqual(r.noted, [(0x7FFF, 15, 0), (0x7FFE, 12, 5_333)])


class Noise(unittest.TestCase):
    def test_is_held_back_and_ring_0_does_not_see_it_either(self):
        # input, the most that is noise beside its value in HEALTHY
        for index, band in (
            (signals.CP_HIGH_MV, 60),
            (signals.CP_LOW_MV, 60),
            (signals.CP_DUTY, 20),
            (signals.PP_OHM, 30_000 >> 5),
        ):
            for sign in (1, -1):
                r = Recorder()
                r.hal.inputs[index] = HEALTHY[index] + sign * band
                self.assertEqual(tuple(r.sample(3)), HEALTHY, index)
                self.assertEqual(r.noted, [])
                value = HEALTHY[index] + sign * (band + 1)
                r.hal.inputs[index] = value
                self.assertEqual(r.sample(1)[index], value)
                self.assertEqual(r.noted, [(4, index, value)])
                r.hal.inputs[index] = value - sign
                self.assertEqual(r.sample(1)[index], value, "beside what was noted last")

    def test_of_a_cable_is_a_part_of_its_resistance(self):
        r = Recorder()
        for ohm, seen in ((220, 220), (226, 220), (227, 227), (220, 227), (219, 219)):
            r.hal.inputs[signals.PP_OHM] = ohm
            self.assertEqual(r.sample(1)[signals.PP_OHM], seen)

    def test_beside_a_change_is_still_noise(self):
        r = Recorder()
        r.hal.inputs[signals.CP_HIGH_MV] += 50
        r.hal.inputs[signals.PE] = 0
        self.assertEqual(r.sample(1)[signals.CP_HIGH_MV], 12_000)
        self.assertEqual(r.noted, [(1, 6, 0)])


class Room(unittest.TestCase):
    def test_is_used_to_the_end_and_no_further(self):
        for room, noted in ((0, 0), (5, 1), (6, 2), (7, 2), (8, 2), (9, 3)):
            r = Recorder(room)
            for duty in (1_000, 2_000, 3_000):
                r.tap.drive(duty, 0)
            self.assertEqual(len(r.noted), noted, room)
            self.assertEqual(r.hal.duty, 3_000)

    def test_of_another_half_begins_anew(self):
        r = Recorder()
        r.down[handover.DOWN_SEQ] = 9
        r.sample(3)
        r.down[handover.DOWN_SEQ] = 10
        r.tap.drive(1_000, 0)
        r.entries = array("h", bytes(60))
        r.tap.use(r.entries)
        r.sample(4)
        r.tap.drive(2_000, 0)
        self.assertEqual(r.noted, [(4, 12, 2_000)])


class Passed(unittest.TestCase):
    def test_on_is_all_the_rest(self):
        r = Recorder()
        r.tap.feed()
        r.tap.wake()
        r.tap.wake()
        self.assertEqual((r.hal.fed, r.hal.wakes), (1, 2))
