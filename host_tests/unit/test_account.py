"""What is counted of a charge: times, interruptions, contactor, limits."""

import unittest
from array import array

from pilotwire.energy.account import Account, counted
from pilotwire.pilot import handover, reasons
from pilotwire.record.frame import BODY
from pilotwire.record.layout import decode, encode


class AccountTest(unittest.TestCase):
    def setUp(self):
        self.up = array("i", [0] * handover.N_UP)
        self.now_ms = 1_000
        self.by = "box"
        self.account = Account(self.up)

    def see(self, ms=0, closed=None, opened=None, why_not=None, limit_ma=None, by=None):
        """Ring 0 changes its state after `ms`."""
        self.now_ms += ms
        for place, value in (
            (handover.UP_CLOSED, closed),
            (handover.UP_OPENED, opened),
            (handover.UP_WHY_NOT, why_not),
            (handover.UP_LIMIT_MA, limit_ma),
        ):
            if value is not None:
                self.up[place] = value
        self.by = by or self.by
        self.account.see(self.now_ms, self.up, self.by)

    def fields(self):
        return self.account.fields()

    def times(self):
        fields = self.fields()
        return fields["charging_s"], fields["suspended_s"], fields["idle_s"]


class Times(AccountTest):
    def test_begin_with_nothing(self):
        self.assertEqual(self.times(), (0, 0, 0))
        self.see(9_000)
        self.assertEqual(self.times(), (0, 0, 0))

    def test_are_those_of_the_state_that_was(self):
        self.see(0, why_not=reasons.NOT_READY)
        self.see(10_000, closed=1, why_not=0)
        self.see(20_000, closed=0, why_not=reasons.LIMIT)
        self.see(40_000, why_not=reasons.LIMIT | reasons.NOT_READY)
        self.see(80_000, why_not=reasons.NOT_READY)
        self.assertEqual(self.times(), (20, 120, 10))
        self.see(5_000, closed=1, why_not=0)
        self.assertEqual(self.times(), (20, 120, 15))

    def test_of_many_short_steps_lose_no_second(self):
        self.see(closed=1)
        for _ in range(1_000):
            self.see(250)
            self.see(9)
        self.assertEqual(self.times(), (259, 0, 0))

    def test_are_suspended_whatever_the_box_gives_as_a_reason(self):
        for bit in (reasons.PAUSED, reasons.NOT_AUTHORISED, reasons.FAULT, reasons.METER):
            self.setUp()
            self.see(why_not=bit)
            self.see(1_000)
            self.assertEqual(self.times(), (0, 1, 0), bit)


class Contactor(AccountTest):
    def test_moves_are_listed_with_the_second_and_what_opened_it(self):
        self.see()
        self.see(2_000, closed=1)
        self.see(10_000, closed=0, opened=reasons.OPENED_BY_VEHICLE)
        self.see(1_500, closed=1)
        self.see(60_000, closed=0, opened=reasons.OPENED_BY_FAULT)
        moves = [(2, "closed"), (12, "vehicle"), (13, "closed"), (73, "fault")]
        self.assertEqual(self.fields()["contactor"], moves)

    def test_openings_are_counted_by_what_opened_it(self):
        for opened in (1, 3, 1, 5, 1):
            self.see(1_000, closed=1)
            self.see(1_000, closed=0, opened=opened)
        self.assertEqual(
            sorted(self.fields()["openings"]), [("fault", 1), ("stopped", 1), ("vehicle", 3)]
        )

    def test_that_was_closed_before_has_not_just_closed(self):
        self.up[handover.UP_CLOSED] = 1
        self.account = Account(self.up)
        self.see()
        self.see(1_000)
        self.assertEqual((self.fields()["contactor"], self.times()), ([], (1, 0, 0)))

    def test_moves_are_twelve_and_lose_pairs_from_the_middle(self):
        for i in range(20):
            self.see(1_000, closed=1 - i % 2, opened=reasons.OPENED_BY_STOP)
            what = [move[1] for move in self.fields()["contactor"]]
            self.assertEqual(what, (["closed", "stopped"] * 6)[: len(what)])
        moves = self.fields()["contactor"]
        self.assertTrue(10 <= len(moves) <= 12, moves)
        self.assertEqual((moves[0], moves[-1]), ((0, "closed"), (19, "stopped")))
        self.assertEqual(self.fields()["openings"], [("stopped", 10)])


class Limits(AccountTest):
    def limits(self):
        return self.fields()["limits"]

    def test_are_listed_in_tenths_of_an_ampere_with_their_source(self):
        self.see(limit_ma=16_000)
        self.see(5_000)
        self.see(5_000, limit_ma=9_950, by="operator")
        self.see(5_000, by="cable")
        self.see(5_000, limit_ma=0, by="box")
        self.assertEqual(
            self.limits(),
            [(0, 160, "box"), (10, 99, "operator"), (15, 99, "cable"), (20, 0, "box")],
        )

    def test_that_are_gone_within_the_second_are_left_out(self):
        self.see(limit_ma=16_000)
        self.see(5_000, limit_ma=0)
        self.see(10, limit_ma=6_000)
        self.assertEqual(self.limits(), [(0, 160, "box"), (5, 60, "box")])

    def test_are_eight_and_lose_the_briefest(self):
        spans_s = (5, 60, 3, 90, 40, 2, 80, 70, 50)
        at_s = 0
        expected = []
        for i, span_s in enumerate(spans_s):
            self.see(0, limit_ma=6_000 + 1_000 * i)
            expected.append((at_s, 60 + 10 * i, "box"))
            at_s += span_s
            self.see(span_s * 1_000)
        del expected[5]  # it held for 2 s
        self.assertEqual(self.limits(), expected)
        self.see(0, limit_ma=32_000)
        del expected[2]  # 3 s
        self.assertEqual(self.limits(), expected + [(at_s, 320, "box")])

    def test_keep_the_first_however_brief_it_was(self):
        for i in range(30):
            self.see(1_000 + 1_000 * i, limit_ma=6_000 + 1_000 * i)
        self.assertEqual(len(self.limits()), 8)
        self.assertEqual((self.limits()[0][1], self.limits()[-1][1]), (60, 350))
        starts = [limit[0] for limit in self.limits()]
        self.assertEqual(starts, sorted(starts))


class Fields(AccountTest):
    def test_fit_a_record_and_come_back_out_of_an_opening_one(self):
        self.account.max_power_w = 11_000
        self.account.phases_used = 3
        for i in range(200):
            opened = 1 + i // 2 % 5
            self.see(
                99_000, closed=1 - i % 2, opened=opened, limit_ma=6_000 + 100 * i, by="vehicle"
            )
        fields = self.fields()
        opening = decode(encode(dict(fields, charge=1, end_wh=5), BODY))
        back = counted(opening)
        for name in fields:
            self.assertEqual(back[name], listed(fields[name]), name)
        self.assertEqual(counted({"charge": 1}), {})


def listed(value):
    """As a record has it: rows are lists."""
    return [list(row) for row in value] if type(value) is list else value


if __name__ == "__main__":
    unittest.main()
