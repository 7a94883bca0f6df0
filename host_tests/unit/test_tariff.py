"""Which tariff period holds when, and how the Wh of a charge are split."""

import random
import unittest

from pilotwire.energy.tariff import Tariff
from pilotwire.zone import parse

H = 60  # minutes
DAY_S = 86_400

# Night, day, peak: as in Berlin in 2026, where 2:30 is left out once and comes twice once.
NAMES = ("night", "day", "peak")
CHANGES = ((0, 0), (2 * H + 30, 1), (6 * H, 2), (22 * H, 0))
SPRING = 1_774_746_000  # 2026-03-29 01:00 UTC, from when on it is UTC+2
AUTUMN = 1_792_890_000  # 2026-10-25 01:00 UTC, from when on it is UTC+1 again
BERLIN = Tariff(NAMES, None, "", CHANGES, parse("60 120 3.5.0.120 10.5.0.180"), "b")
UTC = parse("")
MIDNIGHT = 1_782_864_000 - 2 * H * 60  # 2026-07-01 in Berlin

HALVES = Tariff(NAMES, None, "", [(30 * i, i % 3) for i in range(48)], UTC, "h")
ONE = Tariff(("all",), None, "", ((0, 0),), UTC, "o")
PRICED = Tariff(NAMES, (30_000, 25_055, 0), "EUR", CHANGES, UTC, "p")
FRAGMENTS = Tariff(NAMES, (499, 500, 501), "EUR", CHANGES, UTC, "f")

# (UTC seconds, index of the period in Berlin)
TIMES = (
    (MIDNIGHT - 1, 0),
    (MIDNIGHT, 0),
    (MIDNIGHT + 150 * 60 - 1, 0),
    (MIDNIGHT + 150 * 60, 1),
    (MIDNIGHT + 6 * H * 60 - 1, 1),
    (MIDNIGHT + 6 * H * 60, 2),
    (MIDNIGHT + 22 * H * 60 - 1, 2),
    (MIDNIGHT + 22 * H * 60, 0),
    (SPRING - 1, 0),  # 1:59:59, UTC+1
    (SPRING, 1),  # 3:00
    (SPRING + 3 * H * 60 - 1, 1),  # 5:59:59, UTC+2
    (SPRING + 3 * H * 60, 2),
    (SPRING - DAY_S + 4 * H * 60 - 1, 1),  # 5:59:59 of the day before, UTC+1
    (SPRING - DAY_S + 4 * H * 60, 2),
    (AUTUMN - 31 * 60, 0),  # 2:29, UTC+2
    (AUTUMN - 30 * 60, 1),  # 2:30
    (AUTUMN, 0),  # 2:00 again
    (AUTUMN + 30 * 60, 1),  # 2:30 again
    (0, 0),
    (4 * H * 60 + 60 * 60, 2),
)

# (from, to, whether that is one stretch of one period)
STRETCHES = (
    (MIDNIGHT, MIDNIGHT, True),
    (MIDNIGHT, MIDNIGHT + 150 * 60 - 1, True),
    (MIDNIGHT, MIDNIGHT + 150 * 60, False),
    (MIDNIGHT + 150 * 60, MIDNIGHT + 6 * H * 60 - 1, True),
    (MIDNIGHT - 1, MIDNIGHT, True),  # across midnight
    (MIDNIGHT - 2 * H * 60, MIDNIGHT + 150 * 60 - 1, True),
    (MIDNIGHT - 2 * H * 60 - 1, MIDNIGHT, False),
    (MIDNIGHT - 2 * H * 60, MIDNIGHT + 150 * 60, False),
    (MIDNIGHT, MIDNIGHT + DAY_S, False),  # the same period, and others between
    (MIDNIGHT + 5, MIDNIGHT + 4, False),  # the clock was put back
    (SPRING - 1, SPRING, False),
    (SPRING, SPRING + 3 * H * 60 - 1, True),
    (SPRING - 4 * H * 60, SPRING - 1, True),
    (AUTUMN - 30 * 60, AUTUMN - 1, True),
    (AUTUMN - 30 * 60, AUTUMN + 30 * 60, False),
    (AUTUMN, AUTUMN + 30 * 60 - 1, True),
)


class Periods(unittest.TestCase):
    def test_hold_as_the_table_says_in_local_time(self):
        for unix, index in TIMES:
            self.assertEqual(BERLIN.period(unix), index, unix)

    def test_are_up_to_48_a_day(self):
        for i in range(3 * 48):
            for second in (0, 1, 1_799):
                self.assertEqual(HALVES.period(1_800_057_600 + 1_800 * i + second), i % 48 % 3)

    def test_lie_in_one_stretch_as_the_table_says(self):
        for first, last, one in STRETCHES:
            self.assertEqual(BERLIN.is_one(first, last), one, (first, last))

    def test_lie_in_one_stretch_where_every_minute_says_the_same(self):
        random.seed(3)
        for tariff in (BERLIN, HALVES, ONE):
            for start in (SPRING, AUTUMN, MIDNIGHT):
                for _ in range(40):
                    first = start - 30_000 + random.getrandbits(16) % 60_000
                    last = first + random.getrandbits(16) % (random.getrandbits(15) + 1)
                    minutes = range(first - first % 60 + 60, last + 1, 60)
                    one = all(tariff.period(t) == tariff.period(first) for t in minutes)
                    self.assertEqual(tariff.is_one(first, last), one, (first, last))


class Amounts(unittest.TestCase):
    def test_are_none_without_prices(self):
        self.assertIsNone(BERLIN.amounts([1, 2, 3]))

    def test_are_the_nearest_100000th(self):
        for wh, amounts in (
            (0, [0, 0, 0]),
            (1, [0, 1, 1]),  # 0.499, 0.5 and 0.501
            (2, [1, 1, 1]),
            (3, [1, 2, 2]),
            (1_000, [499, 500, 501]),
            (999_999_999, [499_000_000, 500_000_000, 500_999_999]),
        ):
            self.assertEqual(FRAGMENTS.amounts([wh] * 3), amounts, wh)

    def test_of_a_charge_are_what_a_person_reckons(self):
        # 7.5 kWh at 30 ct, 12 kWh at 25.055 ct, the rest for nothing
        self.assertEqual(PRICED.amounts([7_500, 12_000, 9]), [225_000, 300_660, 0])


class SplitTest(unittest.TestCase):
    def setUp(self):
        self.split = BERLIN.split()
        self.split.begin(MIDNIGHT + 150 * 60 - 100, 1_000)

    def see(self, *readings):
        """Readings as (seconds after the change from night to day, Wh since the start)."""
        for second, wh in readings:
            unix = None if second is None else MIDNIGHT + 150 * 60 + second
            self.split.see(unix, 1_000 + wh)
        return self.split.period_wh


class Splitting(SplitTest):
    def test_follows_the_periods(self):
        self.assertEqual(self.see((-50, 10), (-2, 20), (0, 21), (50, 30)), [20, 10, 0])

    def test_gives_to_the_later_period_what_flowed_in_the_two_seconds_of_a_reading(self):
        self.assertEqual(self.see((-1, 20), (1, 22)), [20, 2, 0])
        self.assertEqual(self.split.fields(22)["unsplit_wh"], 0)

    def test_leaves_unsplit_what_flowed_in_a_silence_across_a_change(self):
        self.assertEqual(self.see((-50, 10), (50, 90), (60, 95)), [10, 5, 0])
        self.assertEqual(self.split.fields(95)["unsplit_wh"], 80)

    def test_splits_what_flowed_in_a_silence_within_a_period(self):
        self.assertEqual(self.see((-99, 1), (-1, 50), (3, 52), (9_000, 900)), [50, 848, 0])
        self.assertEqual(self.split.fields(900)["unsplit_wh"], 2)

    def test_leaves_unsplit_what_flowed_while_the_time_was_unknown(self):
        self.assertEqual(self.see((-50, 10), (None, 20), (None, 30), (-20, 40)), [10, 0, 0])
        self.assertEqual(self.see((-10, 50)), [20, 0, 0])
        self.split.begin(None, 1_000)
        self.assertEqual(self.see((-50, 10), (-40, 15)), [5, 0, 0])

    def test_leaves_unsplit_what_flowed_while_the_clock_was_put_back(self):
        self.assertEqual(self.see((-50, 10), (-90, 20), (-50, 30)), [20, 0, 0])

    def test_begins_with_the_first_reading_where_there_was_none_at_the_start(self):
        self.split.begin(MIDNIGHT, None)
        self.assertEqual(self.see((-50, 10), (-40, 15)), [5, 0, 0])

    def test_gives_nothing_to_any_period_when_the_register_goes_back(self):
        self.assertEqual(self.see((-50, 10), (-49, 4), (-48, 5)), [11, 0, 0])

    def test_begins_anew_with_the_next_charge(self):
        self.see((-50, 10))
        self.split.begin(MIDNIGHT, 5_000)
        self.assertEqual(self.split.period_wh, [0, 0, 0])

    def test_adds_up_to_the_whole_whatever_comes(self):
        random.seed(5)
        for tariff in (BERLIN, HALVES, PRICED, ONE):
            for _ in range(60):
                split = tariff.split()
                unix = SPRING - 10_000 + random.getrandbits(14)
                wh = random.getrandbits(20)
                split.begin(unix if random.getrandbits(3) else None, wh)
                total = 0
                for _ in range(30):
                    unix += (1, 2, 9, 60, 3_600, -5, 100_000)[random.getrandbits(8) % 7]
                    step = random.getrandbits(6)
                    total += step
                    split.see(unix if random.getrandbits(3) else None, wh + total)
                    fields = split.fields(total)
                    self.assertEqual(sum(fields["period_wh"]) + fields["unsplit_wh"], total)
                    self.assertTrue(min(fields["period_wh"]) >= 0 <= fields["unsplit_wh"])


class Fields(SplitTest):
    def test_name_the_tariff_and_what_is_left(self):
        self.see((-50, 10))
        expected = {"tariff": "b", "period_wh": [10, 0, 0], "unsplit_wh": 4}
        self.assertEqual(self.split.fields(14), expected)

    def test_have_amounts_where_there_are_prices(self):
        split = PRICED.split()
        split.begin(MIDNIGHT, 0)
        split.see(MIDNIGHT + 60, 500)
        fields = split.fields(500)
        self.assertEqual(fields["currency"], "EUR")
        self.assertEqual(
            sum(fields["amounts"]), 500 * (30_000, 25_055, 0)[PRICED.period(MIDNIGHT)] // 1_000
        )

    def test_are_none_where_the_whole_is_unknown_or_less_than_its_parts(self):
        self.see((-50, 10))
        self.assertEqual(self.split.fields(None), {})
        self.assertEqual(self.split.fields(9), {})


class AfterAPowerCut(SplitTest):
    def opening(self, **changed):
        at = MIDNIGHT + 150 * 60
        opening = {"start_unix": at - 100, "end_unix": at - 20, "tariff": "b"}
        opening["period_wh"] = [30, 0, 0]
        opening.update(changed)
        return {key: value for key, value in opening.items() if value is not None}

    def recalled(self, opening, *readings):
        self.split = BERLIN.split()
        self.split.recall(opening, 1_030)
        self.see(*readings)
        return self.split.fields(readings[-1][1])

    def test_goes_on_from_the_last_checkpoint(self):
        fields = self.recalled(self.opening(), (-10, 40))
        self.assertEqual((fields["period_wh"], fields["unsplit_wh"]), ([40, 0, 0], 0))

    def test_leaves_unsplit_what_flowed_since_then_if_the_period_has_changed(self):
        for second in (1, 2, 600):
            fields = self.recalled(self.opening(end_unix=MIDNIGHT + 150 * 60 - 1), (second, 40))
            self.assertEqual((fields["period_wh"], fields["unsplit_wh"]), ([30, 0, 0], 10))

    def test_leaves_unsplit_what_flowed_since_then_if_the_time_is_unknown(self):
        for opening, reading in (
            (self.opening(), (None, 40)),
            (self.opening(end_unix=None), (-9, 40)),
        ):
            fields = self.recalled(opening, reading)
            self.assertEqual((fields["period_wh"], fields["unsplit_wh"]), ([30, 0, 0], 10))

    def test_leaves_all_unsplit_if_the_tariff_is_another(self):
        fields = self.recalled(self.opening(tariff="x"), (-10, 40))
        self.assertEqual((fields["period_wh"], fields["unsplit_wh"]), ([0, 0, 0], 40))

    def test_without_a_checkpoint_goes_on_from_the_start(self):
        opening = self.opening(period_wh=None, tariff=None, end_unix=None)
        for second, period_wh in ((-10, [10, 0, 0]), (10, [0, 0, 0])):
            self.split = BERLIN.split()
            self.split.recall(opening, 1_000)
            self.assertEqual(self.see((second, 10)), period_wh)

    def test_changes_nothing_in_the_opening_record(self):
        opening = self.opening()
        self.recalled(opening, (-10, 40))
        self.assertEqual(opening, self.opening())


if __name__ == "__main__":
    unittest.main()
