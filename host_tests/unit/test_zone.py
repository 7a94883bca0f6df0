"""Local time by a zone's rule, around its changes, and which rules are refused.

zones.json has rules and changes of 26 zones in 2026, 2045 and 2100; host_tests/zones compares them
with zoneinfo.
"""

import json
import unittest

from pilotwire.zone import local, offset, parse

BERLIN = parse("60 120 3.5.0.120 10.5.0.180")
SPRING = 1_774_746_000  # 2026-03-29 01:00 UTC, a Sunday
AUTUMN = 1_792_890_000  # 2026-10-25 01:00 UTC, a Sunday
DAY_S = 86_400
SUNDAY = 6

FORM = "zone: 60 or 60 120 3.5.0.120 10.5.0.180 wanted"
REFUSED = (
    ("x", FORM),
    (" ", FORM),
    ("60.5", FORM),
    ("+60", FORM),
    ("060", FORM),
    ("6_0", FORM),
    ("60 ", FORM),
    ("60 120", FORM),
    ("60 120 3.5.0.120", FORM),
    ("60 120 3.5.0.120 10.5.0", FORM),
    ("60 120 3.5.0.120  10.5.0.180", FORM),
    ("60 120 3 5 0 120 10 5 0 180", FORM),
    ("60.120.3.5.0.120.10.5.0.180", FORM),
    ("60 120 3.5.0.120 10.5.0.180 7", FORM),
    ("CET-1CEST,M3.5.0,M10.5.0/3", FORM),
    ("Europe/Berlin", FORM),
    ("9" * 41, FORM),
    ("9" * 3_000, FORM),
    ("9" * 40, "zone: offset %s is outside -840 to 840" % ("9" * 40)),
    ("841", "zone: offset 841 is outside -840 to 840"),
    ("-841", "zone: offset -841 is outside -840 to 840"),
    ("60 841 3.5.0.120 10.5.0.180", "zone: offset 841 is outside -840 to 840"),
    ("60 120 1.5.0.120 10.5.0.180", "zone: month 1 is outside 2 to 11"),
    ("60 120 3.5.0.120 12.5.0.180", "zone: month 12 is outside 2 to 11"),
    ("60 120 3.0.0.120 10.5.0.180", "zone: week 0 is outside 1 to 5"),
    ("60 120 3.5.0.120 10.6.0.180", "zone: week 6 is outside 1 to 5"),
    ("60 120 3.5.-1.120 10.5.0.180", "zone: weekday -1 is outside 0 to 6"),
    ("60 120 3.5.0.120 10.5.7.180", "zone: weekday 7 is outside 0 to 6"),
    ("60 120 3.5.0.10021 10.5.0.180", "zone: minute 10021 is outside -10020 to 10020"),
    ("60 120 3.5.0.120 10.5.0.-10021", "zone: minute -10021 is outside -10020 to 10020"),
)


def zones():
    with open("host_tests/unit/zones.json") as file:
        return json.load(file)


class Offset(unittest.TestCase):
    def test_changes_to_the_second(self):
        for name, zone in zones().items():
            rule = parse(zone["rule"])
            for unix, before, after in zone["changes"]:
                self.assertEqual(offset(rule, unix - 1)[0], before, (name, unix))
                self.assertEqual(offset(rule, unix)[0], after, (name, unix))

    def test_changes_at_no_other_time_of_the_year(self):
        for name, zone in zones().items():
            rule = parse(zone["rule"])
            changes = zone["changes"]
            for (_, _, holds), (until, _, _) in zip(changes[::2], changes[1::2]):
                for days in range(1, 100):
                    unix = until - days * DAY_S
                    self.assertEqual(offset(rule, unix)[0], holds, (name, unix))

    def test_holds_around_new_year(self):
        new_year = 1_735_689_600  # 2025
        for year in range(2025, 2101):
            for half_days in range(-6, 6):
                unix = new_year + half_days * DAY_S // 2
                self.assertEqual(offset(BERLIN, unix)[0], 60, (year, unix))
            new_year += (366 if year % 4 == 0 and year < 2100 else 365) * DAY_S

    def test_is_said_to_hold_until_the_next_change_or_for_a_day(self):
        for unix, until in (
            (SPRING - 2 * DAY_S, SPRING - DAY_S),
            (SPRING - DAY_S, SPRING),
            (SPRING - 1, SPRING),
            (SPRING, SPRING + DAY_S),
            (AUTUMN - 60, AUTUMN),
            (AUTUMN, AUTUMN + DAY_S),
        ):
            self.assertEqual(offset(BERLIN, unix)[1], until)
        self.assertEqual(offset(parse("330"), SPRING), (330, SPRING + DAY_S))

    def test_may_change_in_february(self):
        for end, unix in (
            ("2.3.0.0", 1_771_120_800),  # 15 February 2026, as was law in Brazil until 2019
            ("2.5.0.0", 1_771_725_600),  # 22 February 2026
            ("2.5.0.0", 1_835_229_600),  # 27 February 2028, a leap year
        ):
            rule = parse("-180 -120 10.3.0.0 " + end)
            self.assertEqual((offset(rule, unix - 1)[0], offset(rule, unix)[0]), (-120, -180), end)


class Local(unittest.TestCase):
    def test_is_weekday_and_minute_there(self):
        for text, expected in (
            ("0", (SUNDAY, 60)),
            ("330", (SUNDAY, 390)),
            ("840", (SUNDAY, 900)),
            ("-60", (SUNDAY, 0)),
            ("-61", (5, 1439)),
            ("-840", (5, 660)),
        ):
            self.assertEqual(local(parse(text), SPRING), expected, text)

    def test_leaves_an_hour_out_in_spring(self):
        self.assertEqual(local(BERLIN, SPRING - 1), (SUNDAY, 119))
        self.assertEqual(local(BERLIN, SPRING), (SUNDAY, 180))

    def test_repeats_an_hour_in_autumn(self):
        self.assertEqual(local(BERLIN, AUTUMN - 3_600), (SUNDAY, 120))
        self.assertEqual(local(BERLIN, AUTUMN - 1), (SUNDAY, 179))
        self.assertEqual(local(BERLIN, AUTUMN), (SUNDAY, 120))


class Parse(unittest.TestCase):
    def test_takes_the_numbers_in_their_order(self):
        self.assertEqual(parse("-210"), (-210,))
        self.assertEqual(BERLIN, (60, 120, 3, 5, 0, 120, 10, 5, 0, 180))
        widest = "-840 -840 11.5.6.-10020 11.5.6.-10020"
        self.assertTrue(len(widest) <= 40)
        self.assertEqual(parse(widest), (-840, -840) + (11, 5, 6, -10_020) * 2)

    def test_of_an_empty_text_is_utc(self):
        self.assertEqual(parse(""), (0,))

    def test_refuses_and_says_what_is_wanted(self):
        for text, complaint in REFUSED:
            try:
                parse(text)
            except ValueError as error:
                self.assertEqual(error.args[0], complaint, text)
            else:
                self.fail(text)


if __name__ == "__main__":
    unittest.main()
