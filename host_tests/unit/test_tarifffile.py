"""The tariff's file: what it means, and what it is refused for."""

import json
import unittest

from fake_flash import Flash
from pilotwire.energy import tarifffile
from pilotwire.energy.tarifffile import TariffError, load

ROOT = "r"
PATH = ROOT + "/tariff.json"

WHOLE = {
    "periods": [["night", 25_000], ["day", 35_000]],
    "day": [["00:00", "night"], ["06:00", "day"], ["22:30", "night"]],
    "currency": "EUR",
    "zone": "60 120 3.5.0.120 10.5.0.180",
}

PERIODS = 'periods: 1 to 4 of ["name", price or null] wanted'
ROW = 'periods: ["name", price or null] wanted'
NAME = "periods: a name of 1 to 9 characters, each once, no comma"
ALL = "periods: a price for each, or none"
DAY = 'day: 1 to 48 of ["hh:mm", "name"] wanted'
ZONE = "zone: 60 or 60 120 3.5.0.120 10.5.0.180 wanted"
CURRENCY = "currency: 3 letters wanted, for the prices"
OBJECT = "an object of periods, day, currency, zone wanted"


def day(place):
    """The complaint about a row of the day."""
    return 'day: %d: ["hh:mm", "name"] wanted, in order, the first at 00:00' % place


def deep():
    """More than an interpreter's stack could show."""
    nested = []
    for _ in range(1_000):
        nested = [nested]
    return nested


# (what is changed in WHOLE, what the complaint says)
REFUSED = (
    ({"colour": "red"}, OBJECT),
    ({"periods": None}, PERIODS),
    ({"periods": []}, PERIODS),
    ({"periods": {"night": 1}}, PERIODS),
    ({"periods": [[str(i), None] for i in range(5)]}, PERIODS),
    ({"periods": ["night"]}, ROW),
    ({"periods": [["night"]]}, ROW),
    ({"periods": [["night", 1, 2]]}, ROW),
    ({"periods": [["", 1]]}, NAME),
    ({"periods": [["n" * 10, 1]]}, NAME),
    ({"periods": [["a,b", 1]]}, NAME),
    ({"periods": [["a", 1], ["a", 1]]}, NAME),
    ({"periods": [[5, 1]]}, NAME),
    ({"periods": [["night", -1]]}, "periods: night: price 0 to 100000000 wanted"),
    ({"periods": [["night", 100_000_001]]}, "periods: night: price 0 to 100000000 wanted"),
    ({"periods": [["night", 0.3]]}, "periods: night: price 0 to 100000000 wanted"),
    ({"periods": [["night", True]]}, "periods: night: price 0 to 100000000 wanted"),
    ({"periods": [["night", "1"]]}, "periods: night: price 0 to 100000000 wanted"),
    ({"periods": [["night", 1], ["day", None]]}, ALL),
    ({"currency": "EU"}, CURRENCY),
    ({"currency": ""}, CURRENCY),
    ({"currency": 978}, CURRENCY),
    ({"day": None}, DAY),
    ({"day": []}, DAY),
    ({"day": [["%02d:%02d" % (i // 2, i % 2 * 30), "day"] for i in range(48)] + [1]}, DAY),
    ({"day": ["00:00"]}, day(0)),
    ({"day": [["00:01", "day"]]}, day(0)),
    ({"day": [["00:00", "noon"]]}, day(0)),
    ({"day": [["00:00", ["day"]]]}, day(0)),
    ({"day": [["00:00", "day", 1]]}, day(0)),
    ({"day": [["00:00", "day"], ["00:00", "night"]]}, day(1)),
    ({"day": [["00:00", "day"], ["09:00", "night"], ["08:59", "day"]]}, day(2)),
    ({"day": [["00:00", "day"], ["24:00", "night"]]}, day(1)),
    ({"day": [["00:00", "day"], ["12:60", "night"]]}, day(1)),
    ({"day": [["00:00", "day"], ["9:00", "night"]]}, day(1)),
    ({"day": [["00:00", "day"], ["09.00", "night"]]}, day(1)),
    ({"day": [["00:00", "day"], ["-1:00", "night"]]}, day(1)),
    ({"day": [["00:00", "day"], [900, "night"]]}, day(1)),
    ({"day": [["00:00", "x" * 500]]}, day(0)),
)

NO_TARIFFS = (
    (b"", "not JSON"),
    (b"{", "not JSON"),
    (b"\xff\xfe", "not JSON"),
    (b"[" * 3_000, "not JSON"),
    (b" " * 4_097, "more than 4096 bytes"),
    (b"5", OBJECT),
    (b"[]", OBJECT),
    (b"null", OBJECT),
    (b"{}", PERIODS),
)


class FileTest(unittest.TestCase):
    def setUp(self):
        self.flash = Flash().use(tarifffile)

    def tearDown(self):
        self.flash.restore(tarifffile)

    def load(self, may_split=True, text=None, **changed):
        if text is None:
            text = json.dumps(dict(WHOLE, **changed)).encode()
        self.flash.files[PATH] = bytearray(text)
        return load(ROOT, may_split)

    def refusal(self, *args, **changed):
        try:
            self.load(*args, **changed)
        except TariffError as error:
            return error.args[0]
        self.fail((args, changed))
        return None


class Loading(FileTest):
    def test_without_a_file_gives_none(self):
        self.assertIsNone(load(ROOT, True))
        self.flash.broken = True
        self.assertIsNone(load(ROOT, True))

    def test_gives_periods_prices_and_the_local_day(self):
        tariff = self.load()
        self.assertEqual((tariff.names, tariff.prices), (["night", "day"], [25_000, 35_000]))
        self.assertEqual(tariff.currency, "EUR")
        for utc, index in (("04:59", 0), ("05:00", 1), ("21:29", 1), ("21:30", 0)):
            minute = int(utc[:2]) * 60 + int(utc[3:])
            self.assertEqual(tariff.period(86_400 * 9 + minute * 60), index, utc)
        self.assertEqual(tariff.period(1_774_746_000 + 3 * 3_600), 1)  # 4:00 UTC is 6:00 now

    def test_refuses_what_is_nested_too_deeply_to_be_shown_or_stored(self):
        nested = deep()
        for changed, wanted in (
            ({"day": [["00:00", "day"], nested]}, day(1)),
            ({"day": [["00:00", nested]]}, day(0)),
            ({"periods": [["night", None], ["day", None]], "currency": nested}, CURRENCY),
            ({"zone": nested}, "zone: a text wanted"),
        ):
            try:
                tarifffile.check(dict(WHOLE, **changed), True)
            except TariffError as error:
                self.assertEqual(error.args[0], wanted)
            else:
                self.fail(wanted)

    def test_takes_48_changes_and_4_periods(self):
        names = ["peak", "high", "flat", "valley" + "x" * 3]
        changes = [["%02d:%02d" % (i // 2, i % 2 * 30), names[i % 4]] for i in range(48)]
        periods = [[name, 100_000_000] for name in names]
        tariff = self.load(day=changes, zone="840", periods=periods)
        self.assertEqual(tariff.period(63_000), (63_000 + 840 * 60) % 86_400 // 1_800 % 4)
        self.assertEqual(len(",".join(tariff.names)), 24)

    def test_needs_no_more_than_a_period(self):
        tariff = self.load(text=b'{"periods": [["all", null]]}')
        self.assertEqual((tariff.names, tariff.prices), (["all"], None))
        self.assertTrue(tariff.is_one(1_000_000, 1_080_000))

    def test_names_the_file_in_records_by_its_first_bytes_of_sha_256(self):
        self.assertEqual(self.load(text=b'{"periods": [["all", null]]}').digest, "413803d8")


class Refusing(FileTest):
    def test_says_where_and_what_is_wanted(self):
        for changed, text in REFUSED:
            self.assertEqual(self.refusal(**changed), text)

    def test_of_what_is_no_tariff_at_all(self):
        for data, text in NO_TARIFFS:
            self.assertEqual(self.refusal(True, data), text, data[:20])

    def test_is_in_few_words(self):
        for changed in ({"x" * 3_000: 1}, dict(WHOLE, day=[["0" * 3_000, "day"]])):
            text = json.dumps(changed).encode()
            self.assertTrue(len(self.refusal(True, text)) < 150)

    def test_of_several_periods_where_a_power_cut_would_leave_them_unsplit(self):
        text = "several periods in a billed charge need an FRAM on the board"
        self.assertEqual(self.refusal(False), text)
        one = self.load(False, periods=[["all", 5]], day=[["00:00", "all"]])
        self.assertEqual(one.prices, [5])


if __name__ == "__main__":
    unittest.main()
