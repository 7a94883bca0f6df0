"""Ring 1's side of the leases, on a clock of 30 bits."""

import unittest
from array import array

from pilotwire.pilot import handover
from pilotwire.pilot.handover import NEVER, NO_LIMIT_MA
from pilotwire.power.leases import _ROWS, MAX_TTL_S, SOURCES, Leases

BOX = 0
OPERATOR = 3
N_ROWS = max(_ROWS) + 1


class Filling(unittest.TestCase):
    def setUp(self):
        self.now_ms = 0
        self.leases = Leases(32_000, lambda: self.now_ms)
        self.down = array("i", [7] * handover.N_DOWN)

    def row(self, row):
        self.leases.fill(self.down)
        at = handover.DOWN_LEASES + row * handover.LEASE_WIDTH
        return tuple(self.down[at : at + handover.LEASE_WIDTH])

    def test_gives_the_box_its_own_limit_for_ever(self):
        self.assertEqual(self.row(BOX), (32_000, NEVER, NO_LIMIT_MA))

    def test_gives_a_source_without_a_lease_no_limit(self):
        self.assertEqual(self.row(OPERATOR), (NO_LIMIT_MA, NEVER, NO_LIMIT_MA))

    def test_touches_nothing_but_the_rows_and_their_number(self):
        self.leases.fill(self.down)
        end = handover.DOWN_LEASES + N_ROWS * handover.LEASE_WIDTH
        self.assertEqual(self.down[handover.DOWN_ROWS], N_ROWS)
        self.assertTrue(end <= handover.N_DOWN)
        for i in range(handover.N_DOWN):
            if i < handover.DOWN_ROWS or i >= end:
                self.assertEqual(self.down[i], 7, i)

    def test_hands_down_the_time_that_is_left(self):
        self.leases.grant("operator", 10_000, 5_000, 6_000)
        for age_ms, left_ms in ((0, 5_000), (1, 4_999), (4_999, 1)):
            self.now_ms = age_ms
            self.assertEqual(self.row(OPERATOR), (10_000, left_ms, 6_000))

    def test_falls_back_for_ever_once_it_has_run_out(self):
        self.leases.grant("operator", 10_000, 5_000, 6_000)
        self.now_ms = 5_000
        for later_ms in (5_000, 5_001, 2**28, 2**29 + 6_000, 2**30 - 1, 0, 4_000):
            self.now_ms = later_ms
            self.assertEqual(self.row(OPERATOR), (6_000, NEVER, 6_000), later_ms)

    def test_a_new_grant_replaces_the_old_one(self):
        self.leases.grant("operator", 10_000, 5_000, 6_000)
        self.now_ms = 4_000
        self.leases.grant("operator", 20_000, 5_000, 8_000)
        self.assertEqual(self.row(OPERATOR), (20_000, 5_000, 8_000))
        self.leases.grant("operator", 16_000)
        self.assertEqual(self.row(OPERATOR), (16_000, NEVER, NO_LIMIT_MA))

    def test_the_longest_lease_is_a_small_integer_and_runs_out(self):
        self.leases.grant("operator", 10_000, MAX_TTL_S * 1_000, 6_000)
        self.assertTrue(MAX_TTL_S * 1_000 < 2**29)
        self.now_ms = MAX_TTL_S * 1_000 - 1
        self.assertEqual(self.row(OPERATOR), (10_000, 1, 6_000))
        self.now_ms += 1
        self.assertEqual(self.row(OPERATOR), (6_000, NEVER, 6_000))


class Asking(unittest.TestCase):
    def setUp(self):
        self.now_ms = 0
        self.leases = Leases(32_000, lambda: self.now_ms)

    def test_says_what_a_source_allows_at_this_moment(self):
        self.assertEqual(self.leases.granted("box"), 32_000)
        self.assertIsNone(self.leases.granted("operator"))
        self.leases.grant("operator", 0, 5_000, 6_000)
        for self.now_ms, ma in ((0, 0), (4_999, 0), (5_000, 6_000), (2**29, 6_000)):
            self.assertEqual(self.leases.granted("operator"), ma)

    def test_a_fallback_may_be_no_limit(self):
        self.leases.grant("local", 6_000, 5_000)
        self.now_ms = 5_000
        self.assertIsNone(self.leases.granted("local"))

    def test_a_source_that_is_withdrawn_sets_no_limit_and_never_expires(self):
        self.leases.grant("schedule", 6_000)
        self.leases.grant("local", 6_000, 5_000, 0)
        for source in ("schedule", "local"):
            self.leases.withdraw(source)
        self.now_ms = 5_000
        for source in ("schedule", "local"):
            self.assertIsNone(self.leases.granted(source))
        self.assertEqual(self.leases.expired, [])
        self.assertEqual(self.leases.granted("box"), 32_000)

    def test_each_that_runs_out_is_told_once_however_it_is_noticed(self):
        for notice in (
            lambda: self.leases.granted("operator"),
            lambda: self.leases.fill(array("i", [0] * handover.N_DOWN)),
        ):
            self.setUp()
            self.leases.grant("operator", 10_000, 5_000, 6_000)
            for self.now_ms, told in ((4_999, 0), (5_000, 1), (5_001, 1), (2**29, 1)):
                notice()
                self.assertEqual(self.leases.expired, ["operator"] * told)
            self.leases.expired.clear()
            self.leases.grant("operator", 10_000, 5_000, 6_000)
            self.now_ms += 5_000
            notice()
            self.assertEqual(self.leases.expired, ["operator"])


class Ramps(unittest.TestCase):
    """10 A for a minute, then down to 6 A by 1 A a minute."""

    setUp = Filling.setUp
    row = Filling.row

    def grant(self):
        self.leases.grant("operator", 10_000, 60_000, 6_000, 1_000)

    def test_come_down_step_by_step_and_stay(self):
        self.grant()
        for now_s, ma in (
            (59, 10_000),
            (60, 9_834),
            (69, 9_834),
            (71, 9_667),
            (240, 6_834),
            (300, 6_000),
        ):
            self.now_ms = now_s * 1_000
            self.assertEqual(self.row(OPERATOR)[0], ma, now_s)
        self.now_ms = 2**30 - 1
        self.assertEqual(self.row(OPERATOR), (6_000, NEVER, 6_000))

    def test_jump_to_their_end_soon_where_nobody_steps(self):
        """Ring 1 is held up: what ring 0 has must run out by itself."""
        self.grant()
        self.assertEqual(self.row(OPERATOR), (10_000, 63_000, 6_000))
        self.now_ms = 120_000
        self.row(OPERATOR)
        self.now_ms = 150_000
        self.assertEqual(self.row(OPERATOR), (8_334, 3_000, 6_000))

    def test_are_told_once_and_end_with_another_word(self):
        self.grant()
        for self.now_ms in (60_000, 61_000, 300_000, 301_000):
            self.row(OPERATOR)
        self.assertEqual(self.leases.expired, ["operator"])
        self.grant()
        self.now_ms += 90_000
        self.leases.grant("operator", 16_000)
        self.assertEqual(self.row(OPERATOR), (16_000, NEVER, NO_LIMIT_MA))

    def test_upward_is_no_ramp(self):
        self.leases.grant("operator", 6_000, 60_000, 16_000, 1_000)
        self.now_ms = 60_000
        self.assertEqual(self.row(OPERATOR), (16_000, NEVER, 16_000))


class Sources(unittest.TestCase):
    setUp = Filling.setUp

    def least(self):
        self.leases.fill(self.down)
        starts = range(
            handover.DOWN_LEASES, handover.DOWN_LEASES + N_ROWS * handover.LEASE_WIDTH, 3
        )
        rows = [self.down[at] for at in starts]
        return min(rows), self.leases.source_of(rows.index(min(rows)))

    def test_that_bind_are_named_also_where_they_share_a_row(self):
        for name in SOURCES:
            self.setUp()
            self.leases.grant("schedule", 31_000)
            self.leases.grant(name, 6_000)
            self.assertEqual(self.least(), (6_000, name))
            self.leases.grant(name, 32_000)
            self.assertEqual(self.least()[0], 32_000 if name == "schedule" else 31_000)
        self.assertEqual(self.leases.source_of(handover.BINDING_CABLE), "cable")
        self.assertEqual(self.leases.source_of(handover.BINDING_VEHICLE), "vehicle")

    def test_that_may_die_have_a_row_of_their_own(self):
        shared = [
            name for place, name in enumerate(SOURCES) if list(_ROWS).count(_ROWS[place]) > 1
        ]
        self.assertEqual(shared, ["box", "temperature", "imbalance", "schedule", "plan", "delay"])
        self.assertEqual(sorted(_ROWS), list(_ROWS))
        self.assertTrue(N_ROWS <= handover.N_LEASES)

    def test_of_the_owner_are_passed_by_while_an_override_holds(self):
        self.leases.override = True
        for name in SOURCES:
            self.leases.grant(name, 6_000, 5_000 if name in ("solar", "site") else NEVER, 0)
            owners = name in ("schedule", "plan", "delay", "solar")
            self.assertEqual(self.least()[0], 32_000 if owners else 6_000, name)
            self.leases.withdraw(name)
            self.leases.grant("box", 32_000)

    def test_that_bind_say_how_long_still(self):
        for ttl_ms, left_s in ((NEVER, None), (5_500, 6), (1, 1)):
            self.leases.grant("operator", 10_000, ttl_ms, 6_000)
            self.least()
            self.assertEqual(self.leases.left_s(OPERATOR), left_s)
        self.assertIsNone(self.leases.left_s(handover.BINDING_CABLE))


if __name__ == "__main__":
    unittest.main()
