"""What plan.json allows: always what holds at this moment, asked for seldom."""

import json
import unittest

from pilotwire.pilot.handover import NO_LIMIT_MA
from pilotwire.power.planned import Planned
from pilotwire.zone import parse

HOUR_S = 3_600
MIDNIGHT = 1_800_230_400  # 2027-01-18 00:00 UTC
SLOTS = {"slots": [[MIDNIGHT, MIDNIGHT + HOUR_S, 16_000]], "otherwise_ma": 8_000}
WISH = {"by": 120, "wh": 11_000, "w": 11_000}
PRICES = {"start": MIDNIGHT, "step_s": HOUR_S, "prices": [9, 5]}
NEW = (0, 0, 32_000, 690, 0, False)


class Allowing(unittest.TestCase):
    def setUp(self):
        self.files = {"plan.json": json.dumps(SLOTS).encode()}
        self.error = None
        self.reads = 0
        self.planned = Planned(self.read, parse(""))

    def read(self, name):
        self.reads += name == "plan.json"
        if self.error:
            raise self.error
        return self.files.get(name, b"")

    def put(self, plan, prices=None):
        self.files = {"plan.json": json.dumps(plan).encode()}
        if prices:
            self.files["prices.json"] = json.dumps(prices).encode()
        self.planned.changed()

    def look(self, unix, charge=NEW):
        return self.planned.look(unix, None, charge)

    def test_follows_slots_by_a_clock_that_comes_goes_and_jumps(self):
        for second, ma in ((None, 8_000), (0, 16_000), (3_599, 16_000), (3_600, 8_000)):
            self.assertEqual(self.look(second if second is None else MIDNIGHT + second), ma)
        for unix in (MIDNIGHT, MIDNIGHT - 86_400, MIDNIGHT + 99, None, MIDNIGHT + 10**7, None):
            inside = unix is not None and 0 <= unix - MIDNIGHT < 3_600
            self.assertEqual(self.look(unix), 16_000 if inside else 8_000, unix)

    def test_reads_the_file_no_more_often_than_it_must(self):
        for unix in [None] * 9 + list(range(MIDNIGHT, MIDNIGHT + 2 * HOUR_S, 10)):
            self.look(unix)
        self.assertEqual(self.reads, 3)
        self.put(WISH, PRICES)
        for second in range(0, HOUR_S, 10):
            self.look(MIDNIGHT + second, (second,) + NEW[1:])
        self.assertEqual(self.reads, 3 + 12)

    def test_says_why_and_when_it_is_ready(self):
        self.look(MIDNIGHT)
        self.assertEqual((self.planned.why, self.planned.ready_unix), ("slot", None))
        self.put(WISH, PRICES)
        self.assertEqual(self.look(MIDNIGHT), 0)
        self.assertEqual(self.planned.why, "waits")
        self.assertEqual(self.planned.ready_unix, MIDNIGHT + 2 * HOUR_S)
        self.assertEqual(self.planned.until, MIDNIGHT + 300)

    def test_follows_other_files_at_once(self):
        self.look(MIDNIGHT)
        self.put(WISH, PRICES)
        self.assertEqual(self.look(MIDNIGHT), 0)
        self.put(WISH)
        self.assertEqual(self.look(MIDNIGHT), NO_LIMIT_MA)

    def test_asks_anew_for_another_charge(self):
        self.put(WISH)
        self.assertEqual(self.look(MIDNIGHT, (900, 11_000) + NEW[2:]), 0)
        self.assertEqual(self.look(MIDNIGHT + 1), NO_LIMIT_MA)

    def test_a_jump_of_the_clock_moves_the_charges_beginning_with_it(self):
        # Of a charge that is an hour old: in whatever year, its time is the next 2:00.
        self.put(WISH)
        for day in (0, 400, -700):
            unix = MIDNIGHT + day * 86_400
            for hour, why in ((0, "cheap"), (1, "cheap"), (2, "late"), (3, "cheap")):
                self.assertEqual(self.look(unix + hour * HOUR_S, (HOUR_S,) + NEW[1:]), NO_LIMIT_MA)
                self.assertEqual(self.planned.why, why)

    def test_without_a_plan_sets_no_limit_and_is_no_trouble(self):
        self.files = {}
        for unix in (MIDNIGHT, None, MIDNIGHT + 10**7):
            self.assertEqual(self.look(unix), NO_LIMIT_MA)
        self.assertEqual((self.planned.trouble, self.planned.why), ("", ""))

    def test_lets_nothing_through_where_a_file_is_wrong_and_says_why(self):
        for name, text, told in (
            ("plan.json", b"{", ""),
            ("plan.json", b"[]", "plan: slots and otherwise_ma wanted, or by, wh and w"),
            ("prices.json", b"[1]", "prices: start, step_s and prices wanted"),
            ("schedule.json", b"[1]", "schedule: an object of windows and otherwise_ma wanted"),
        ):
            for unix in (MIDNIGHT, MIDNIGHT + 10**7):
                self.put(WISH)
                self.files[name] = text
                self.assertEqual(self.look(unix), 0)
                trouble = self.planned.trouble
                self.assertTrue(trouble.startswith("plan: ") and trouble.endswith(told), trouble)
        self.put(SLOTS)
        self.assertEqual((self.look(MIDNIGHT), self.planned.trouble), (16_000, ""))

    def test_goes_on_with_what_held_while_a_file_cannot_be_read_and_asks_again(self):
        for error in (OSError(5), MemoryError()):
            for unix, ma in ((MIDNIGHT, 16_000), (None, 8_000)):
                self.setUp()
                self.look(unix)
                self.error = error
                self.planned.changed()
                for _ in range(2):
                    self.assertEqual(self.look(unix), ma)
                    self.assertEqual(self.planned.trouble[:6], "plan: ")
                self.error = None
                self.put(dict(SLOTS, slots=[[MIDNIGHT, MIDNIGHT + 9, 7_000]], otherwise_ma=7_000))
                self.assertEqual((self.look(unix), self.planned.trouble), (7_000, ""))


if __name__ == "__main__":
    unittest.main()
