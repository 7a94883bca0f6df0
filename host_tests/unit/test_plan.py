"""When a plan lets a box charge, and which plans and prices are refused."""

import unittest

from pilotwire.energy.tariff import Tariff
from pilotwire.pilot.handover import NO_LIMIT_MA
from pilotwire.power.plan import allowed, cheapest, check, check_prices, next_time
from pilotwire.zone import parse

HOUR_S = 3_600
DAY_S = 86_400
UTC = parse("")
BERLIN = parse("60 120 3.5.0.120 10.5.0.180")
MIDNIGHT = 1_800_230_400  # 2027-01-18 00:00 UTC, a Monday
SPRING = 1_774_746_000  # 2026-03-29 01:00 UTC, 2:00 in Berlin
AUTUMN = 1_792_890_000  # 2026-10-25 01:00 UTC, 3:00 in Berlin
EVENING = MIDNIGHT + 18 * HOUR_S
SEVEN = 7 * 60
SLOTS = {
    "slots": [[MIDNIGHT, MIDNIGHT + 600, 16_000], [MIDNIGHT + 600, MIDNIGHT + 900, 8_000]],
    "otherwise_ma": 6_000,
}
WISH = {"by": SEVEN, "wh": 22_000, "w": 11_000}
PRICES = {"start": EVENING, "step_s": HOUR_S, "prices": [900, 800, 700, 600, 500, -40, 30, 20] * 2}
SCHEDULE = {"windows": [[127, 22 * 60, 5 * 60, 16_000]], "otherwise_ma": 6_000}
NIGHT_TARIFF = Tariff(["day", "night"], [30, 20], "EUR", [(0, 1), (360, 0), (1380, 1)], UTC, "")
NEW = (0, 0, 32_000, 690, 0, False)  # a charge that begins

PLAN = "plan: slots and otherwise_ma wanted, or by, wh and w"
A_UNIX = "1735689600 to 4294967295 wanted"
REFUSED = (
    (None, PLAN),
    ([], PLAN),
    ({}, PLAN),
    ({"slots": SLOTS["slots"]}, PLAN),
    (dict(SLOTS, wh=5), PLAN),
    (dict(SLOTS, otherwise_ma=80_001), "otherwise_ma: 0 to 80000 wanted"),
    (dict(SLOTS, otherwise_ma=None), "otherwise_ma: 0 to 80000 wanted"),
    (dict(SLOTS, slots=[]), "slots: a list of 1 to 48 wanted"),
    (dict(SLOTS, slots={}), "slots: a list of 1 to 48 wanted"),
    (dict(SLOTS, slots=[[0, 1, 2]] * 49), "slots: a list of 1 to 48 wanted"),
    (dict(WISH, by=1_440), "by: 0 to 1439, or: " + A_UNIX),
    (dict(WISH, by=-1), "by: 0 to 1439, or: " + A_UNIX),
    (dict(WISH, by=True), "by: 0 to 1439, or: " + A_UNIX),
    (dict(WISH, by="7:00"), "by: 0 to 1439, or: " + A_UNIX),
    (dict(WISH, wh=0), "wh: 1 to 200000 wanted"),
    (dict(WISH, wh=200_001), "wh: 1 to 200000 wanted"),
    (dict(WISH, wh=20_000.0), "wh: 1 to 200000 wanted"),
    (dict(WISH, w=0), "w: null, or: 1 to 60000 wanted"),
    (dict(WISH, w=60_001), "w: null, or: 1 to 60000 wanted"),
)
REFUSED_SLOTS = (
    ([1, 2, 3], "[from, until, ma] wanted"),
    ([[1, 2]], "[from, until, ma] wanted"),
    ([[5, MIDNIGHT, 0]], "from: " + A_UNIX),
    ([[MIDNIGHT, MIDNIGHT, 0]], "until: %d to 4294967295 wanted" % (MIDNIGHT + 1)),
    ([[MIDNIGHT, MIDNIGHT + 1, 80_001]], "ma: 0 to 80000 wanted"),
    ([[MIDNIGHT, MIDNIGHT + 1, None]], "ma: 0 to 80000 wanted"),
)
A_LIST = "prices: a list of 1 to 192 wanted"
REFUSED_PRICES = (
    (None, "prices: start, step_s and prices wanted"),
    ({}, "prices: start, step_s and prices wanted"),
    (dict(PRICES, zone=""), "prices: start, step_s and prices wanted"),
    (dict(PRICES, start=0), "start: " + A_UNIX),
    (dict(PRICES, step_s=60), "step_s: 900, 1800 or 3600 wanted"),
    (dict(PRICES, step_s="900"), "step_s: 900, 1800 or 3600 wanted"),
    (dict(PRICES, prices=[]), A_LIST),
    (dict(PRICES, prices=[1] * 193), A_LIST),
    (dict(PRICES, prices=None), A_LIST),
    (dict(PRICES, prices=[1, None]), "prices: 1: -99999 to 999999 wanted"),
    (dict(PRICES, prices=[1, 2, 3.5]), "prices: 2: -99999 to 999999 wanted"),
    (dict(PRICES, prices=[1_000_000]), "prices: 0: -99999 to 999999 wanted"),
    (dict(PRICES, prices=[-100_000]), "prices: 0: -99999 to 999999 wanted"),
)


def refusal(data, unix=None, check=check):
    """What `check` says against it, "" for nothing."""
    try:
        check(data, unix)
    except ValueError as error:
        return error.args[0]
    return ""


def at(unix, plan=WISH, prices=None, schedule=None, tariff=None, charge=NEW):
    """(mA, seconds until that can change, why, seconds until it is ready)."""
    ma, until, why, ready = allowed(plan, prices, schedule, tariff, UTC, unix, charge)
    return ma, until - unix, why, ready and ready - unix


def held(unix, plan=WISH, charge=NEW):
    """(mA, why)."""
    found = at(unix, plan, charge=charge)
    return found[0], found[2]


class Slots(unittest.TestCase):
    def test_hold_from_their_first_second_to_before_their_last(self):
        for second, ma, until in (
            (-1, 6_000, 0),
            (0, 16_000, 600),
            (599, 16_000, 600),
            (600, 8_000, 900),
            (899, 8_000, 900),
        ):
            unix = MIDNIGHT + second
            self.assertEqual(at(unix, SLOTS), (ma, until - second, "slot", None), second)

    def test_when_they_are_over_leave_what_holds_otherwise(self):
        self.assertEqual(at(MIDNIGHT + 900, SLOTS)[:2], (6_000, DAY_S))

    def test_without_a_clock_leave_what_holds_otherwise(self):
        found = allowed(SLOTS, None, None, None, UTC, None, NEW)
        self.assertEqual(found, (6_000, None, "no-clock", None))


class Wish(unittest.TestCase):
    def test_takes_the_cheapest_hours_before_its_time(self):
        # 23:00 is the cheapest; then 1:00, 0:00; two hours are wanted, 7:00 is the end.
        self.assertEqual(at(EVENING, prices=PRICES), (0, 300, "waits", 8 * HOUR_S))
        for hour, why in ((22, "waits"), (23, "cheap"), (24, "waits"), (25, "cheap")):
            got_wh = 11_000 if hour > 23 else 0
            unix = MIDNIGHT + hour * HOUR_S
            charge = ((hour - 18) * HOUR_S, got_wh) + NEW[2:]
            self.assertEqual(at(unix, prices=PRICES, charge=charge)[2], why, hour)

    def test_looks_again_every_five_minutes_and_when_it_is_to_begin_or_end(self):
        for unix, got_wh, until_s in (
            (MIDNIGHT + 23 * HOUR_S - 400, 0, 300),
            (MIDNIGHT + 23 * HOUR_S - 200, 0, 200),
            (MIDNIGHT + 25 * HOUR_S, 21_000, 300),
            (MIDNIGHT + 25 * HOUR_S, 21_945, 18),
        ):
            charge = (unix - EVENING, got_wh) + NEW[2:]
            self.assertEqual(at(unix, prices=PRICES, charge=charge)[1], until_s)

    def test_takes_more_time_where_the_vehicle_has_taken_less(self):
        unix = MIDNIGHT + 25 * HOUR_S - 655  # 2 kWh before the hour that is cheaper
        for got_wh, why in ((11_000, "waits"), (9_000, "cheap")):
            charge = (7 * HOUR_S - 655, got_wh) + NEW[2:]
            self.assertEqual(at(unix, prices=PRICES, charge=charge)[2], why)

    def test_charges_at_once_where_it_could_not_be_ready_otherwise_and_says_so(self):
        for hour, why in ((28, "waits"), (29, "cheap"), (30, "late")):
            unix = MIDNIGHT + hour * HOUR_S
            prices = {"start": unix, "step_s": HOUR_S, "prices": [9, 8, 7]}
            ma = 0 if why == "waits" else NO_LIMIT_MA
            found = at(unix, prices=prices)
            self.assertEqual((found[0], found[2]), (ma, why), hour)
            self.assertEqual(found[3] is None, why == "late")

    def test_leaves_time_for_a_start_that_is_delayed(self):
        unix = MIDNIGHT + 29 * HOUR_S
        self.assertEqual(at(unix, charge=NEW[:4] + (1, False))[2], "late")
        self.assertEqual(at(unix - 1, charge=NEW[:4] + (1, False))[2], "cheap")

    def test_of_a_vehicle_that_takes_all_counts_what_the_limit_gives(self):
        wish = dict(WISH, w=None)
        for limit_ma, ready_s in ((32_000, 3_587), (16_000, 7_174)):
            charge = (0, 0, limit_ma) + NEW[3:]
            self.assertEqual(at(EVENING, wish, charge=charge)[3], ready_s)
        self.assertEqual(at(EVENING, wish, charge=(0, 0, 5_999) + NEW[3:])[2], "late")

    def test_that_is_fulfilled_gives_nothing_more_until_the_charge_ends(self):
        for hours in (1, 20):
            charge = (hours * HOUR_S, 22_000) + NEW[2:]
            self.assertEqual(held(EVENING + hours * HOUR_S, charge=charge), (0, "done"))

    def test_that_is_not_by_its_time_goes_on_at_once(self):
        charge = (14 * HOUR_S, 21_000) + NEW[2:]
        self.assertEqual(held(EVENING + 14 * HOUR_S, charge=charge), (NO_LIMIT_MA, "late"))

    def test_of_one_time_is_over_for_charges_that_begin_after_it(self):
        wish = dict(WISH, by=EVENING)
        self.assertEqual(held(EVENING - 1, wish), (NO_LIMIT_MA, "late"))
        self.assertEqual(held(EVENING, wish), (NO_LIMIT_MA, "over"))
        self.assertEqual(held(EVENING, wish, (1,) + NEW[1:]), (NO_LIMIT_MA, "late"))

    def test_without_a_clock_charges_at_once(self):
        found = allowed(WISH, PRICES, None, None, UTC, None, NEW)
        self.assertEqual(found, (NO_LIMIT_MA, None, "no-clock", None))


class Valley(unittest.TestCase):
    def test_is_the_tariffs_where_there_are_no_prices(self):
        self.assertEqual(at(EVENING, tariff=NIGHT_TARIFF)[2:], ("waits", 7 * HOUR_S))
        self.assertEqual(at(MIDNIGHT + 23 * HOUR_S, tariff=NIGHT_TARIFF)[2:], ("cheap", 7_200))

    def test_is_the_tariffs_where_all_prices_are_of_another_time(self):
        for start in (EVENING - 9 * HOUR_S, EVENING + 13 * HOUR_S):
            prices = {"start": start, "step_s": HOUR_S, "prices": [1] * 9}
            self.assertEqual(at(EVENING, prices=prices, tariff=NIGHT_TARIFF)[2], "waits")

    def test_is_when_the_schedule_allows_most_where_there_is_no_tariff(self):
        one = Tariff(["all"], [30], "EUR", [(0, 0)], UTC, "")
        nameless = Tariff(["day", "night"], None, "", [(0, 1), (360, 0)], UTC, "")
        for tariff in (None, one, nameless):
            found = at(EVENING, schedule=SCHEDULE, tariff=tariff)
            self.assertEqual(found[2:], ("waits", 4 * HOUR_S + 7_200))
        self.assertEqual(at(MIDNIGHT + 22 * HOUR_S, schedule=SCHEDULE)[2], "cheap")

    def test_without_anything_that_tells_times_apart_is_at_once(self):
        self.assertEqual(at(EVENING)[2:], ("cheap", 2 * HOUR_S))

    def test_counts_what_the_schedule_lets_through(self):
        closed = {"windows": [[127, 0, 12 * 60, 0]], "otherwise_ma": 16_000}
        self.assertEqual(at(MIDNIGHT + 22 * HOUR_S, schedule=closed)[2], "cheap")
        self.assertEqual(at(MIDNIGHT + 22 * HOUR_S + 60, schedule=closed)[2], "late")
        slow = {"windows": [[127, 0, 12 * 60, 6_000]], "otherwise_ma": 16_000}
        # At the cheapest hour, 23:00, all of it; at 1:00 and 0:00 only 4,140 W; then at 22:00.
        ready = at(EVENING, prices=PRICES, schedule=slow)
        self.assertEqual(ready[2:], ("waits", 8 * HOUR_S))

    def test_a_time_without_a_price_is_the_dearest(self):
        prices = {"start": EVENING + HOUR_S, "step_s": HOUR_S, "prices": [5, 4]}
        self.assertEqual(at(EVENING, prices=prices)[2:], ("waits", 3 * HOUR_S))
        wish = dict(WISH, wh=22_001)
        self.assertEqual(at(EVENING + HOUR_S, wish, prices)[2:], ("cheap", 7_201))

    def test_raises_where_the_schedule_is_none(self):
        for schedule in (5, [5], {"windows": 3, "otherwise_ma": 0}):
            self.assertRaises(ValueError, at, EVENING, WISH, None, schedule)


# (costs of hours at 1 kW, Ws wanted, whether it is charging, blocks in hours)
CHOICES = (
    ([3, 1, 2], 3_600, False, [[1, 2]]),
    ([3, 1, 2], 7_200, False, [[1, 3]]),
    ([3, 1, 2, 1], 3_600, False, [[1, 2]]),  # the earlier one
    ([3, 1, 2, 1], 3_600, True, [[1, 2]]),
    ([1, 2, 1], 3_600, True, [[0, 1]]),
    ([2, 1, 2], 5_400, False, [[0.5, 2]]),  # in one go, though that is no earlier
    ([2, 1, 2], 5_400, True, [[0, 0.5], [1, 2]]),  # no start more either
    ([2, 1, 3, 2], 5_400, False, [[0.5, 2]]),
    ([3, 1, 2, 1], 9_000, False, [[1, 2.5], [3, 4]]),
    ([1, 2, 1, 2, 2, 1], 14_400, False, [[0, 3], [5, 6]]),
    ([1, 2, 2, 1, 2, 1], 14_400, False, [[0, 1], [3, 6]]),  # the gap that closes
    ([2, 5, 2, 2, 5, 2], 7_200, False, [[2, 4]]),  # one that holds all of it
    ([2, 5, 2, 2, 5, 2], 9_000, False, [[0, 0.5], [2, 4]]),
    ([-5, 2, -9], 7_200, False, [[0, 1], [2, 3]]),
    ([4], 3_600, False, [[0, 1]]),
    ([4, 4], 1, False, [[0, 1 / 3_600]]),
)


class Cheapest(unittest.TestCase):
    def test_is_cheapest_first_then_fewest_starts_then_earliest(self):
        for costs, need, charging, blocks in CHOICES:
            starts = [i * HOUR_S for i in range(len(costs) + 1)]
            times = (starts, costs, [1_000] * len(costs))
            expected = [[round(first * HOUR_S), round(last * HOUR_S)] for first, last in blocks]
            found = cheapest(times, need * 1_000, charging)
            self.assertEqual(found, (expected, True), (costs, need))

    def test_takes_all_where_that_is_not_enough(self):
        times = ([0, 10, 20, 30], [1, 2, 3], [100, 0, 100])
        self.assertEqual(cheapest(times, 2_001, False), ([[0, 10], [20, 30]], False))
        self.assertEqual(cheapest(([0], [], []), 1, False), ([], False))


class NextTime(unittest.TestCase):
    def test_is_after_the_time_that_is_given_by_a_day_at_most(self):
        for second, ahead in ((0, 25_200), (25_199, 1), (25_200, DAY_S), (25_201, DAY_S - 1)):
            unix = MIDNIGHT + second
            self.assertEqual(next_time(SEVEN, UTC, unix) - unix, ahead)

    def test_follows_the_clock_on_the_wall(self):
        for change, after in ((SPRING, 5), (AUTUMN, 6)):
            found = next_time(8 * 60, BERLIN, change - 5 * HOUR_S)
            self.assertEqual(found, change + after * HOUR_S)

    def test_in_the_hour_left_out_is_the_jump(self):
        for minute in (120, 150, 179):
            self.assertEqual(next_time(minute, BERLIN, SPRING - 9_000), SPRING)
        self.assertEqual(next_time(180, BERLIN, SPRING - 9_000), SPRING)
        self.assertEqual(next_time(150, BERLIN, SPRING), SPRING + DAY_S - 1_800)

    def test_in_the_hour_repeated_is_the_first_then_the_second(self):
        first = next_time(150, BERLIN, AUTUMN - 9_000)
        self.assertEqual(first, AUTUMN - 1_800)
        self.assertEqual(next_time(150, BERLIN, first), AUTUMN + 1_800)
        self.assertEqual(next_time(120, BERLIN, first), AUTUMN)


class Check(unittest.TestCase):
    def test_takes_what_is_right(self):
        slots = [[MIDNIGHT + i, MIDNIGHT + i + 1, 80_000] for i in range(48)]
        for data in (SLOTS, dict(SLOTS, slots=slots), WISH, dict(WISH, w=None, by=MIDNIGHT)):
            self.assertEqual(refusal(data), "")

    def test_names_the_place(self):
        for data, complaint in REFUSED:
            self.assertEqual(refusal(data), complaint)
        first = [MIDNIGHT - 9, MIDNIGHT, 0]
        for rows, complaint in REFUSED_SLOTS:
            data = dict(SLOTS, slots=[first] + rows)
            self.assertEqual(refusal(data), "slots: 1: " + complaint)

    def test_refuses_slots_that_overlap_or_are_out_of_order(self):
        one, two = SLOTS["slots"]
        self.assertEqual(
            refusal(dict(SLOTS, slots=[two, one])), "slots: 1: before 0: in order of time wanted"
        )
        for rows in ([one, one], [one, [two[0] - 1, two[1], 0]]):
            self.assertEqual(refusal(dict(SLOTS, slots=rows)), "slots: 1: overlaps with 0")

    def test_refuses_what_is_past_where_the_time_is_known(self):
        self.assertEqual(refusal(SLOTS, MIDNIGHT + 599), "")
        self.assertEqual(refusal(SLOTS, MIDNIGHT + 600), "slots: 0: past")
        ahead = "by: %d to %d wanted" % (MIDNIGHT + 1, MIDNIGHT + 4 * DAY_S)
        for by, complaint in (
            (MIDNIGHT, ahead),
            (MIDNIGHT + 1, ""),
            (MIDNIGHT + 4 * DAY_S, ""),
            (MIDNIGHT + 4 * DAY_S + 1, ahead),
            (0, ""),
        ):
            self.assertEqual(refusal(dict(WISH, by=by), MIDNIGHT), complaint)

    def test_takes_prices_and_names_the_place_of_wrong_ones(self):
        most = dict(PRICES, prices=[-99_999, 999_999] * 96)
        for data in (PRICES, most):
            self.assertEqual(refusal(data, None, check_prices), "")
        for data, complaint in REFUSED_PRICES:
            self.assertEqual(refusal(data, None, check_prices), complaint)

    def test_refuses_prices_that_are_all_past(self):
        end = EVENING + 16 * HOUR_S
        self.assertEqual(refusal(PRICES, end - 1, check_prices), "")
        self.assertEqual(refusal(PRICES, end, check_prices), "prices: all of them are past")


if __name__ == "__main__":
    unittest.main()
