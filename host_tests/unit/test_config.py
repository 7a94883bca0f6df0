"""The configuration: checked on load, and the last good one where it is refused."""

import json
import unittest
from binascii import hexlify
from hashlib import sha256

from fake_flash import Flash
from pilotwire import config
from pilotwire.config import KEYS, ConfigError, check, load, parse

ROOT = "root"
FILE = ROOT + "/config.json"
GOOD = ROOT + "/config.good.json"
RATED_MA = 32_000

REFUSED = (
    ({"limit_a": 16}, "limit_a: unknown key"),
    ({"limit_ma": "16000"}, "limit_ma: int wanted, not str"),
    ({"limit_ma": True}, "limit_ma: int wanted, not bool"),
    ({"limit_ma": 16_000.0}, "limit_ma: int wanted, not float"),
    ({"limit_ma": None}, "limit_ma: int wanted, not NoneType"),
    ({"limit_ma": -1}, "limit_ma: -1 is outside 0 to 80000"),
    ({"limit_ma": 80_001}, "limit_ma: 80001 is outside 0 to 80000"),
    ({"limit_ma": 32_001}, "limit_ma: 32001 is above the board's rating of 32000"),
    ({"meter_required": True}, "meter_required: str wanted, not bool"),
    ({"meter_required": "no"}, 'meter_required: \'no\' is none of "never", "billed", "always"'),
    ({"meter_baud": 9_601}, "meter_baud: 9601 is none of 0, 1200, 2400"),
    ({"meter_parity": "n"}, 'meter_parity: \'n\' is none of "", "N", "E", "O"'),
    ({"id": ""}, "id: 1 to 20 characters wanted"),
    ({"id": "a" * 21}, "id: 1 to 20 characters wanted"),  # a record has no room for more
    ({"id": "a/b"}, "id: letters, digits, - and _ wanted"),
    ({"id": "\u00e9"}, "id: letters, digits, - and _ wanted"),
    ({"id": "\u0661"}, "id: letters, digits, - and _ wanted"),
    ({"mqtt_host": "a\nb"}, "mqtt_host: a control character"),
    ({"mqtt_password": "\ud800"}, "mqtt_password: a control character"),
    ({"co2_instead_g_kwh": -1}, "co2_instead_g_kwh: -1 is outside 0 to 10000"),
    ({"co2_grid_g_kwh": 0.4}, "co2_grid_g_kwh: int wanted, not float"),
    ({"profile": "gbt18487"}, "cable_ma: gbt18487 wants"),
)


class Checking(unittest.TestCase):
    def refusal(self, call, *args):
        try:
            call(*args)
        except ConfigError as error:
            return error.args[0]
        self.fail(args)
        return None

    def test_fills_in_the_defaults_which_charge_nothing(self):
        self.assertEqual(check({}), {key: KEYS[key][0] for key in KEYS})
        self.assertEqual(check({})["limit_ma"], 0)

    def test_takes_every_key_at_both_ends_of_its_range(self):
        for key, row in KEYS.items():
            if key == "zone":  # a text of its own kind: test_zone.py
                continue
            base = {"profile": "gbt18487", "cable_ma": 1} if key == "profile" else {}
            ends = row[1] if len(row) == 2 else row[1:]
            for value in ends:
                value = "x" * value if type(row[0]) is str and len(row) == 3 else value
                base[key] = value
                self.assertEqual(check(base)[key], value)

    def test_refuses_with_the_key_and_what_is_wanted(self):
        for values, text in REFUSED:
            complaint = self.refusal(check, values, RATED_MA)
            self.assertEqual(complaint[: len(text)], text)

    def test_takes_text_in_any_language(self):
        self.assertEqual(
            parse('{"mqtt_password": "gr\u00fcn"}'.encode())["mqtt_password"], "gr\u00fcn"
        )

    def test_refuses_what_is_not_an_object_of_keys(self):
        for text in (b"", b"{", b"\xff\xfe", b'{"id": "\xff"}', b"[]", b"7", b"[" * 4_000):
            self.assertEqual(self.refusal(parse, text)[:14], "configuration:", text)

    def test_complains_in_few_words(self):
        for values in (
            {"k" * 4_000: 1},
            {"\ud800\x00" * 500: 1},
            {"profile": "x" * 4_000},
            {"limit_ma": 10**2_000},
        ):
            self.assertTrue(len(json.dumps(self.refusal(check, values))) < 300)


class Loading(unittest.TestCase):
    def setUp(self):
        self.flash = Flash(durable_on_close=True).use(config)

    def tearDown(self):
        self.flash.restore(config)

    def put(self, text, path=FILE):
        self.flash.files[path] = bytearray(text)

    def load(self):
        values, complaint, self.digest = load(ROOT, RATED_MA)
        return values["limit_ma"], complaint

    def test_without_any_file_charges_nothing_and_says_so(self):
        self.assertEqual(self.load(), (0, "config.json: missing"))

    def test_keeps_a_good_one_for_the_day_on_which_it_is_not(self):
        self.put(b'{"limit_ma": 16000}')
        self.assertEqual(self.load(), (16_000, ""))
        for text, complaint in (
            (b"", "configuration: not JSON"),
            (b"\xff", "configuration: not JSON"),
            (b'{"limit_ma": 16001, "amps": 1}', "amps: unknown key"),
            (b" " * 5_000, "configuration: more than 4096 bytes"),
        ):
            self.put(text)
            self.assertEqual(self.load(), (16_000, complaint))
        del self.flash.files[FILE]
        self.assertEqual(self.load(), (16_000, "config.json: missing"))

    def test_names_in_records_the_file_that_is_in_force(self):
        self.load()
        self.assertEqual(self.digest, "")  # the defaults
        good = b'{"limit_ma": 16000}'
        self.put(good)
        for text in (good, b"{", b'{"amps": 1}', good + b" "):
            self.put(text)
            self.load()
            named = good + b" " if text == good + b" " else good
            self.assertEqual(self.digest, hexlify(sha256(named).digest()[:4]).decode(), text)

    def test_names_both_when_the_last_good_one_is_refused_too(self):
        self.put(b'{"a": 1}')
        self.put(b'{"limit_ma": 63000}', GOOD)
        text = "a: unknown key; last good: limit_ma: 63000 is above the board's rating of 32000"
        self.assertEqual(self.load(), (0, text))

    def test_writes_flash_only_for_a_new_one(self):
        self.put(b'{"limit_ma": 16000}')
        self.load()
        written = self.flash.written
        self.load()
        self.assertEqual(self.flash.written, written)
        self.put(b'{"limit_ma": 17000}')
        self.load()
        self.assertTrue(self.flash.written > written)

    def test_starts_with_a_full_flash(self):
        self.put(b'{"limit_ma": 16000}')
        self.load()
        self.put(b'{"limit_ma": 17000}')
        self.flash.room = 5
        self.assertEqual(self.load(), (17_000, "config.good.json: could not be written"))
        self.flash.room = None
        self.put(b"{")
        self.assertEqual(self.load(), (16_000, "configuration: not JSON"))

    def test_starts_with_a_broken_flash(self):
        self.flash.broken = True
        self.assertEqual(self.load(), (0, "config.json: missing"))

    def test_reads_no_more_than_a_board_has_memory_for(self):
        self.put(b"x" * 40_000)
        self.load()
        self.assertEqual(self.flash.longest_read, 4_097)


if __name__ == "__main__":
    unittest.main()
