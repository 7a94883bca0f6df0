"""Leases expire in ring 0, by its own clock."""

import unittest
from array import array

from pilotwire.pilot.handover import (
    DOWN_LEASES,
    DOWN_ROWS,
    N_DOWN,
    N_LEASES,
    NEVER,
    NO_LIMIT_MA,
)
from pilotwire.pilot.limits import Limits


def slot(*rows):
    """A down slot with these (limit_ma, ttl_ms, fallback_ma) rows."""
    down = array("i", [0] * N_DOWN)
    down[DOWN_ROWS] = len(rows)
    i = DOWN_LEASES
    for row in rows:
        for value in row:
            down[i] = value
            i += 1
    return down


class InForce(unittest.TestCase):
    def test_is_nothing_before_ring_1_has_spoken(self):
        self.assertEqual(Limits(slot((16_000, NEVER, 0))).limit_ma, 0)

    def test_is_the_least_and_names_it(self):
        limits = Limits(slot((32_000, NEVER, 0), (20_000, NEVER, 0), (10_000, 5_000, 6_000)))
        limits.renew()
        self.assertEqual((limits.limit_ma, limits.binding), (10_000, 2))

    def test_is_named_by_the_first_of_equals(self):
        limits = Limits(slot((32_000, NEVER, 0), (16_000, NEVER, 0), (16_000, NEVER, 0)))
        limits.renew()
        self.assertEqual((limits.limit_ma, limits.binding), (16_000, 1))

    def test_comes_from_as_many_leases_as_there_is_room_for(self):
        limits = Limits(slot(*[(16_000 - row, NEVER, 0) for row in range(N_LEASES)]))
        limits.renew()
        self.assertEqual((limits.limit_ma, limits.binding), (15_993, 7))

    def test_falls_back_when_a_lease_runs_out(self):
        limits = Limits(slot((32_000, NEVER, 0), (20_000, 30, 6_000), (10_000, 50, NO_LIMIT_MA)))
        limits.renew()
        seen = []
        for _ in range(7):
            seen.append((limits.limit_ma, limits.binding))
            limits.step(10)
        self.assertEqual(seen[:3], [(10_000, 2)] * 3)
        self.assertEqual(seen[3:], [(6_000, 1)] * 4)

    def test_a_lease_already_out_is_its_fallback(self):
        limits = Limits(slot((32_000, NEVER, 0), (20_000, 0, 9_000)))
        limits.renew()
        self.assertEqual(limits.limit_ma, 9_000)

    def test_is_nothing_when_the_number_of_leases_makes_no_sense(self):
        for rows in (0, -1, N_LEASES + 1, 1 << 28):
            down = slot((16_000, NEVER, 0))
            down[DOWN_ROWS] = rows
            limits = Limits(down)
            limits.renew()
            self.assertEqual(limits.limit_ma, 0, rows)

    def test_counts_no_further_than_a_small_integer(self):
        limits = Limits(slot((32_000, 1_000_000, 6_000)))
        limits.renew()
        for _ in range(3):
            limits.step(0x1FFFFFFF)
        self.assertEqual((limits.limit_ma, limits._age_ms), (6_000, 0x1FFFFFFF))
