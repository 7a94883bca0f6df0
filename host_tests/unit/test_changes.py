"""Snapshots: what ring 0 told around a fault, from its latest changes."""

import unittest
from array import array

from pilotwire.hal.mock import HEALTHY
from pilotwire.pilot import faults, handover, levels, reasons, signals
from pilotwire.record import changes, snapshot
from pilotwire.record.changes import ROWS, Changes

NOW = 1_800_000_000
PE = handover.UP_INPUTS + signals.PE
HIGH = handover.UP_INPUTS + signals.CP_HIGH_MV
PP = handover.UP_INPUTS + signals.PP_OHM


class ChangesTest(unittest.TestCase):
    def setUp(self):
        self.now_ms = 1_000_000
        self.changes = Changes(lambda: (NOW, "set"))
        self.up = array("i", [0] * handover.N_UP)
        self.up[handover.UP_STATE] = levels.A
        for i, value in enumerate(HEALTHY):
            self.up[handover.UP_INPUTS + i] = value
        self.seen = array("i", [0] * handover.N_UP)
        self.look()

    def look(self, ms=0, *pairs):
        """After `ms` ring 0 says so; whether there is another snapshot."""
        self.now_ms += ms
        for place, value in pairs:
            self.up[place] = value
        taken = self.changes.look(self.now_ms, self.up, self.seen)
        for i in range(handover.UP_INPUTS):  # as the app does
            self.seen[i] = self.up[i]
        return taken

    def fault(self, ms=0, bits=faults.PE):
        return self.look(
            ms,
            (PE, 0),
            (handover.UP_FAULTS, bits),
            (handover.UP_CLOSED, 0),
            (handover.UP_OPENED, reasons.OPENED_BY_FAULT),
        )

    def heal(self, ms=0):
        return self.look(ms, (PE, 1), (handover.UP_FAULTS, 0))

    def lines(self, n=-1):
        return list(snapshot.lines(self.changes.waiting[n]))


class Snapshots(ChangesTest):
    def test_show_what_changed_before_and_after_a_fault(self):
        self.look(20_000, (handover.UP_DUTY, 1_666))
        self.look(8_000, (handover.UP_STATE, levels.C), (handover.UP_CLOSED, 1))
        self.assertFalse(self.fault(1_230))
        self.assertFalse(self.heal(3_000))
        self.assertFalse(self.look(1_999))
        self.assertTrue(self.look(1))
        first, *more = self.lines()
        was = first.pop("was")
        self.assertEqual(
            first,
            {
                "snapshot": 1,
                "uptime_ms": 1_029_230,
                "unix": NOW - 5,
                "faults": ["pe"],
                "from_ms": -9_230,
            },
        )
        self.assertEqual((was["state"], was["closed"], was["duty"]), ("A", 0, 0))
        self.assertEqual((was["pe"], was["pilot_high_mv"], was["faults"]), (1, 12_000, []))
        opened = {"closed": 0, "faults": ["pe"], "opened": "fault", "pe": 0}
        self.assertEqual(
            more,
            [
                {"at_ms": -9_230, "is": {"duty": 1_666}},
                {"at_ms": -1_230, "is": {"state": "C", "closed": 1}},
                {"at_ms": 0, "is": opened},
                {"at_ms": 3_000, "is": {"faults": [], "pe": 1}},
                {"at_ms": 5_000, "is": {}},
            ],
        )

    def test_reach_back_ten_seconds(self):
        self.look(0, (handover.UP_DUTY, 1_000))
        self.look(10, (handover.UP_DUTY, 2_000))
        self.fault(10_000)
        self.look(5_000)
        duties = [line["is"]["duty"] for line in self.lines()[1:] if "duty" in line["is"]]
        self.assertEqual(duties, [2_000])

    def test_have_the_latest_of_many_changes(self):
        for i in range(100):
            self.look(10, (handover.UP_DUTY, i))
        self.fault(10)
        self.look(5_000)
        lines = self.lines()
        self.assertEqual(sum([len(line["is"]) for line in lines[1:]]), ROWS)
        self.assertEqual(lines[0]["was"]["duty"], 99 - (ROWS - 3))
        self.assertEqual(lines[1]["is"]["duty"], 100 - (ROWS - 3))

    def test_hold_noise_back(self):
        self.look(0, (HIGH, 12_060), (PP, 30_900))
        self.look(0, (HIGH, 11_940), (PP, 29_100))
        n = self.changes.n
        self.look(0, (HIGH, 12_061), (PP, 29_062))
        self.assertEqual(self.changes.n, n + 2)
        self.look(0, (HIGH, 12_001))
        self.assertEqual(self.changes.n, n + 2)

    def test_are_one_a_minute_however_often_it_fails(self):
        for _ in range(12):
            self.fault(5_000)
            self.heal(5_000)
        self.assertEqual(len(self.changes.waiting), 2)
        first, second = [self.lines(n)[0]["uptime_ms"] for n in (0, 1)]
        self.assertEqual(second - first, 60_000)

    def test_wait_for_flash_two_at_most(self):
        for _ in range(4):
            self.fault(60_000)
            self.look(5_000)
            self.heal()
        self.assertEqual([self.lines(n)[0]["uptime_ms"] for n in (0, 1)], [1_190_000, 1_255_000])

    def test_are_given_up_where_there_is_no_memory(self):
        def fail():
            raise MemoryError

        self.changes._clock = fail  # where it is packed
        self.fault()
        self.assertTrue(self.look(5_000))
        self.changes._clock = lambda: (NOW, "set")
        self.assertEqual(self.changes.waiting, [])
        self.heal(55_000)
        self.fault()
        self.look(5_000)
        self.assertEqual(len(self.changes.waiting), 1)

    def test_hold_every_value_and_its_sign(self):
        worst = [-30_000, (1 << 29) - 1, -(1 << 29), -1, 0, 1]
        for i in range(handover.UP_LIMIT_MA, handover.N_UP):
            self.up[i] = worst[i % 6]
        self.up[handover.UP_OPENED] = 0
        self.look()
        self.fault(1, (1 << len(faults.CODES)) - 1)
        self.look(5_000)
        head, _, values, _ = snapshot._unpack(self.changes.waiting[0])
        self.assertEqual(values, list(self.seen[1:]))
        self.assertEqual(head[2], (1 << len(faults.CODES)) - 1)

    def test_cut_anywhere_are_nothing_or_what_is_there(self):
        self.fault()
        self.look(5_000)
        data = self.changes.waiting[0]
        for n in range(len(data)):
            list(snapshot.lines(data[:n]))
        self.assertEqual(list(snapshot.lines(b"\x02" + data[1:])), [])

    def test_have_a_row_for_each_name(self):
        self.assertEqual(len(snapshot._NAMES), handover.N_UP - handover.UP_STATE)
        self.assertTrue(handover.N_UP <= 1 << changes.PLACE_BITS)


if __name__ == "__main__":
    unittest.main()
