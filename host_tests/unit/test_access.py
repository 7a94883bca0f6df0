"""Who may charge: by plugging in, by a reservation, by a token; and who may not."""

import json
import unittest

from pilotwire.energy.access import Access
from pilotwire.zone import parse

HOUR_S = 3_600
DAY_S = 86_400
MONDAY = 1_800_230_400  # 2027-01-18 00:00 UTC
NOON = MONDAY + 12 * HOUR_S
ANNA, BEN, EVE = "a" * 16, "b" * 16, "e" * 16
WORKDAYS = [31, 8 * 60, 18 * 60]
GUESTS = {
    "tokens": [[ANNA, 0, -1], [BEN, NOON, 0]],
    "windows": [WORKDAYS],
}
DAMAGED = (b"{", b"[]", b'{"tokens": []}', b'{"tokens": [["x", 0, 0]], "windows": []}', b"\xff")


class AccessTest(unittest.TestCase):
    def setUp(self):
        self.now_ms = 0
        self.file = json.dumps(GUESTS).encode()
        self.broken = False
        self.reads = 0

    def read(self):
        self.reads += 1
        if self.broken:
            raise OSError(5)
        return self.file

    def make(self, policy):
        return Access(policy, self.read, parse(""), lambda: self.now_ms)

    def free(self, access, unix):
        access.look(unix)
        return access.free


class PluggingIn(AccessTest):
    def test_is_enough_where_the_policy_says_so_from_the_start_and_without_a_clock(self):
        access = self.make("free")
        self.assertEqual(access.free, "free")
        for unix in (None, NOON):
            self.assertEqual(self.free(access, unix), "free")

    def test_is_never_enough_where_a_command_is_wanted(self):
        access = self.make("remote")
        for unix in (None, MONDAY, NOON):
            self.assertEqual(self.free(access, unix), "")

    def test_is_enough_inside_the_guests_windows_and_not_outside(self):
        access = self.make("windows")
        self.assertEqual(access.free, "")
        for minute, expected in (
            (0, ""),
            (8 * 60 - 1, ""),
            (8 * 60, "window"),
            (18 * 60 - 1, "window"),
            (18 * 60, ""),
        ):
            for day in range(7):
                unix = MONDAY + day * DAY_S + minute * 60
                self.assertEqual(self.free(access, unix), expected if day < 5 else "", minute)

    def test_is_not_enough_while_the_time_is_unknown(self):
        access = self.make("windows")
        for unix, expected in ((None, ""), (NOON, "window"), (None, ""), (NOON, "window")):
            self.assertEqual(self.free(access, unix), expected)

    def test_follows_a_clock_that_jumps_back_as_well(self):
        access = self.make("windows")
        for unix, expected in ((NOON, "window"), (MONDAY, ""), (NOON, "window"), (MONDAY, "")):
            self.assertEqual(self.free(access, unix), expected)

    def test_follows_other_guests_at_once(self):
        access = self.make("windows")
        self.assertEqual(self.free(access, NOON), "window")
        self.file = b""
        self.assertEqual(self.free(access, NOON + 1), "window")  # not read again
        access.changed()
        self.assertEqual(self.free(access, NOON + 2), "")

    def test_reads_the_guests_no_more_often_than_it_must(self):
        access = self.make("windows")
        for second in range(0, DAY_S, 60):
            access.look(MONDAY + second)
        self.assertEqual(self.reads, 3)  # at midnight, at 8:00, at 18:00

    def test_is_not_enough_where_the_guests_cannot_be_read(self):
        for self.file in DAMAGED:
            self.assertEqual(self.free(self.make("windows"), NOON), "", self.file)
        self.broken = True
        self.assertEqual(self.free(self.make("windows"), NOON), "")


class Reservation(AccessTest):
    def reserved(self, access=None):
        access = access or self.make("free")
        self.assertEqual(access.reserve(ANNA, NOON + 60, NOON), "")
        return access

    def test_keeps_the_box_from_whoever_plugs_in(self):
        access = self.reserved()
        self.assertEqual(self.free(access, NOON), "")
        self.assertEqual(access.reserved, NOON + 60)

    def test_lets_its_holder_charge_whoever_the_guests_are_and_is_over_then(self):
        self.file = b""
        access = self.reserved(self.make("remote"))
        for token in (BEN, EVE, ""):
            self.assertEqual(access.permits(token, NOON), "reserved")
        self.assertEqual(access.permits(ANNA, NOON), "")
        self.assertIsNone(access.reserved)
        self.assertEqual(access.permits(ANNA, NOON), "unknown-token")

    def test_ends_when_its_time_is_over_whatever_happens_to_the_clock(self):
        for unix in (NOON, None, MONDAY, NOON + 10 * DAY_S):
            self.now_ms = 0
            access = self.reserved()
            self.now_ms = 59_999
            self.assertEqual(self.free(access, unix), "")
            self.now_ms = 60_000
            self.assertEqual(self.free(access, unix), "free")
            self.assertIsNone(access.reserved)

    def test_is_cancelled_by_anyone_and_without_a_clock(self):
        access = self.reserved()
        self.assertEqual(access.reserve(BEN, 0, None), "")
        self.assertEqual(self.free(access, NOON), "free")

    def test_replaces_the_one_before(self):
        access = self.reserved()
        self.assertEqual(access.reserve(BEN, NOON + 120, NOON), "")
        self.assertEqual(access.permits(ANNA, NOON), "reserved")
        self.now_ms = 60_000
        access.look(NOON + 60)
        self.assertEqual(access.reserved, NOON + 120)

    def test_is_refused_without_a_clock_and_out_of_range_and_changes_nothing(self):
        for until, unix, reason in (
            (NOON, None, "no-clock"),
            (NOON, NOON, "range"),
            (NOON - 1, NOON, "range"),
            (NOON + 432_001, NOON, "range"),
        ):
            access = self.make("free")
            self.assertEqual(access.reserve(ANNA, until, unix), reason)
            self.assertIsNone(access.reserved)
        self.assertEqual(self.make("free").reserve(ANNA, NOON + 432_000, NOON), "")


class Tokens(AccessTest):
    def test_are_judged_by_the_guests(self):
        for token, unix, reason in (
            (ANNA, NOON, ""),
            (ANNA, None, ""),
            (BEN, NOON - 1, ""),
            (BEN, NOON, "expired"),
            (BEN, MONDAY, "outside-window"),
            (BEN, None, "no-clock"),
            (EVE, NOON, "unknown-token"),
            (EVE, None, "unknown-token"),
        ):
            for policy in ("free", "remote", "windows"):
                self.assertEqual(self.make(policy).permits(token, unix), reason)

    def test_are_unknown_where_there_are_no_guests_or_none_that_can_be_read(self):
        for self.file in (b"",) + DAMAGED:
            self.assertEqual(self.make("remote").permits(ANNA, NOON), "unknown-token", self.file)
        self.broken = True
        self.assertEqual(self.make("remote").permits(ANNA, NOON), "unknown-token")


if __name__ == "__main__":
    unittest.main()
