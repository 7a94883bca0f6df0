"""Commands that change what is on flash: checked whole, written now or later, secrets kept."""

import json
import sys
import unittest

from pilotwire.config import KEYS, check, parse
from pilotwire.link.commands import Refused
from pilotwire.orders.settings import SEALED, SECRETS
from test_orders import OrdersTest
from whole_app import NOW

ANNA = "a" * 16
SCHEDULE = {"windows": [[127, 0, 1440, 10_000]], "otherwise_ma": 0}
GUESTS = {"tokens": [[ANNA, 0, -1]], "windows": [[127, 0, 1440]]}
TARIFF = {"periods": [["a", 1], ["b", 2]], "currency": "EUR"}
SETTINGS = (
    ("schedule", SCHEDULE, {"windows": [], "otherwise_ma": -1}),
    ("guests", GUESTS, {"tokens": [["a", 0, -1]], "windows": []}),
    ("tariff", TARIFF, {"periods": []}),
)
DEPTH = 1_000 if sys.implementation.name == "cpython" else 200  # whose heap holds no more
MOST_VALUE = 1_800  # bytes of a result, beside which there is room for the longest id


def nested():
    """More than an interpreter can show."""
    value = []
    for _ in range(DEPTH):
        value = [value]
    return value


class Writing(OrdersTest, unittest.TestCase):
    config = (("authorise", "windows"),)

    def stored(self, name):
        return self.box.file("r/%s.json" % name)

    def test_says_whether_it_is_on_flash_or_will_be(self):
        for free, written in ((True, "stored"), (False, "deferred")):
            self.box.free = free
            for name, data, _ in SETTINGS:
                self.assertEqual(self.obey(name, **{name: data}), {"written": written})
                self.assertEqual(json.loads(self.app.files.read(name + ".json")), data)
                self.assertEqual(json.loads(self.stored(name)), data)
                self.box.flash.files["r/%s.json" % name] = bytearray(b"{}")
                self.assertEqual(self.obey(name, **{name: None}), {"written": written})
                self.assertEqual(self.stored(name), b"" if free else b"{}")
                self.box.flash.files["r/%s.json" % name] = bytearray(json.dumps(data).encode())

    def test_refuses_what_is_wrong_with_its_place_and_changes_nothing(self):
        for name, data, wrong in SETTINGS:
            self.obey(name, **{name: data})
            self.assertEqual(self.refusal(name, **{name: wrong}), "range")
            self.assertEqual(json.loads(self.stored(name)), data)

    def test_refuses_dates_that_are_past_but_not_those_of_a_file_that_has_grown_old(self):
        old = {"windows": [], "otherwise_ma": 9_000, "dates": [[20240101, 20240102, 0, 60, 0]]}
        self.assertEqual(self.refusal("schedule", schedule=old), "range")
        self.box.flash.files["r/schedule.json"] = bytearray(json.dumps(old).encode())
        self.app.look()
        self.assertEqual(self.app.leases.granted("schedule"), 9_000)

    def test_is_in_force_at_once_whether_it_is_on_flash_or_not(self):
        for self.box.free in (True, False):
            self.app.look()
            self.assertEqual(self.app.session.free, "")
            self.obey("schedule", schedule=SCHEDULE)
            self.obey("guests", guests=GUESTS)
            self.app.look()
            self.assertEqual(self.app.leases.granted("schedule"), 10_000)
            self.assertEqual(self.app.session.free, "window")
            self.obey("schedule", schedule=None)
            self.obey("guests", guests=None)
            self.app.look()
            self.assertIsNone(self.app.leases.granted("schedule"))

    def test_of_a_tariff_is_taken_up_by_the_app(self):
        self.assertFalse(self.app.tariff_changed)
        self.obey("tariff", tariff=TARIFF)
        self.assertTrue(self.app.tariff_changed)

    def test_of_several_periods_is_refused_where_a_charge_may_not_be_split(self):
        self.app.may_split = lambda: False
        self.assertEqual(self.refusal("tariff", tariff=TARIFF), "range")
        self.assertFalse(self.app.tariff_changed)

    def test_of_more_than_can_wait_is_refused_and_changes_nothing(self):
        self.box.free = False
        rows = [["%016x" % i, NOW, -1] for i in range(32)]
        guests = {"tokens": rows, "windows": []}
        self.obey("guests", guests=guests)
        hours = [[1, 60 * i, 60 * i + 60, 80_000] for i in range(16)]
        schedule = {"windows": hours, "otherwise_ma": 80_000}
        tariff = {"periods": [["a", 1]], "currency": "EUR"}
        tariff["day"] = [["%02d:%02d" % (i // 2, i % 2 * 30), "a"] for i in range(48)]
        self.assertEqual(self.refusal("tariff", tariff=tariff), "busy")
        self.assertFalse(self.app.tariff_changed)
        self.obey("schedule", schedule=schedule)
        self.assertEqual(json.loads(self.app.files.read("guests.json")), guests)

    def test_is_refused_where_flash_fails(self):
        self.box.flash.refused = ("rename",)
        for name, data, _ in SETTINGS:
            self.assertEqual(self.refusal(name, **{name: data}), "flash")
        self.assertEqual(self.refusal("config-set", values={"bay": "7"}), "flash")
        self.assertFalse(self.app.tariff_changed)


class AskingForTheConfiguration(OrdersTest, unittest.TestCase):
    def value(self, *keys):
        return self.obey("config-get", keys=list(keys))["value"]

    def test_gives_all_of_it_or_what_is_asked_for(self):
        self.assertEqual(self.obey("config-get")["value"], self.app.config)
        said = {"id": "box-1", "limit_ma": 16_000, "ventilated": False}
        self.assertEqual(self.value("id", "limit_ma", "ventilated"), said)
        self.assertEqual(self.value(), {})

    def test_never_tells_a_secret_only_whether_there_is_one(self):
        for key in SECRETS:
            self.assertEqual(self.value(key), {key: ""})
            self.app.config[key] = "hunter2"
        self.assertEqual(self.value(*SECRETS), dict.fromkeys(SECRETS, "***"))
        text = json.dumps(self.obey("config-get"))
        self.assertEqual((text.count("hunter2"), text.count("***")), (0, len(SECRETS)))
        self.assertEqual(self.app.config["mqtt_password"], "hunter2")  # the box has it still

    def test_of_a_key_that_there_is_not_is_refused_whatever_it_is(self):
        for key in ("colour", "", "x" * 2_000, 5, None, True, [], {"a": 1}, nested()):
            self.assertEqual(self.refusal("config-get", keys=["id", key]), "range")

    def test_fits_a_message_or_is_refused_however_long_the_texts_are(self):
        told = 0
        for character in ("x", '"', "\u00e9", "\u20ac", "\U0001f600"):
            for key, row in KEYS.items():
                if type(row[0]) is str and len(row) == 3 and key not in ("id", "zone"):
                    self.app.config[key] = character * row[2]
            texts = [key for key in KEYS if type(KEYS[key][0]) is str]
            for keys in ({}, {"keys": ["mqtt_host", "mqtt_user", "location"]}, {"keys": texts}):
                try:
                    value = self.obey("config-get", **keys)["value"]
                except Refused as refused:
                    self.assertEqual(refused.args[1], "range")
                    continue
                told += 1
                size = len(json.dumps(value, separators=(",", ":")).encode())
                self.assertTrue(size <= MOST_VALUE, (character, size))
        self.assertTrue(told >= 4, told)


class ChangingTheConfiguration(OrdersTest, unittest.TestCase):
    def file(self):
        return json.loads(self.app.files.read("config.json"))

    def test_changes_the_keys_that_are_given_and_no_other(self):
        self.app.files.put("config.json", b'{"id": "box-1", "bay": "6"}')
        result = self.obey("config-set", values={"bay": "7", "tele_s": 5})
        self.assertEqual(result, {"written": "stored"})
        self.assertEqual(self.file(), {"id": "box-1", "bay": "7", "tele_s": 5})
        self.assertEqual(self.app.config["bay"], "")  # in force after a reset

    def test_begins_with_the_defaults_where_there_is_no_file(self):
        self.obey("config-set", values={"bay": "7"})
        self.assertEqual(self.file(), {"bay": "7"})

    def test_waits_for_an_open_contactor_one_after_the_other(self):
        self.box.free = False
        for values in ({"bay": "7"}, {"price": "0.42"}):
            self.assertEqual(self.obey("config-set", values=values), {"written": "deferred"})
        self.assertEqual(self.file(), {"bay": "7", "price": "0.42"})
        self.assertEqual(self.box.file("r/config.json"), b"")

    def test_leaves_every_key_of_the_installer_alone_whatever_comes_with_it(self):
        self.app.files.put("config.json", b"{}")
        for key in SEALED:
            for values in ({key: KEYS[key][0]}, {"bay": "7", key: 1}):
                self.assertEqual(self.refusal("config-set", values=values), "safety")
        self.assertEqual(self.file(), {})

    def test_refuses_what_the_box_would_not_start_with(self):
        self.app.files.put("config.json", b"{}")
        for values in (
            {"colour": "red"},
            {"bay": 7},
            {"bay": "x" * 21},
            {"bay": "\ud800"},
            {"bay": nested()},
            {"tele_s": -1},
            {"zone": "Europe/Berlin"},
            {"log_level": "loud"},
        ):
            self.assertEqual(self.refusal("config-set", values=values), "range")
        self.assertEqual(self.file(), {})

    def test_refuses_to_add_to_a_file_that_is_wrong_already(self):
        for data in (b"{", b"[]", b"5", b'{"colour": 1}', b"\xff"):
            self.app.files.put("config.json", data)
            self.assertEqual(self.refusal("config-set", values={"bay": "7"}), "range")
            self.assertEqual(self.app.files.read("config.json"), data)

    def test_never_writes_more_than_the_box_will_read_at_its_next_start(self):
        longest = {
            key: "\U0001f600" * row[2]
            for key, row in KEYS.items()
            if type(row[0]) is str and len(row) == 3 and key not in SEALED + ("zone",)
        }
        self.app.files.put("config.json", json.dumps(check({})).encode())
        refused = 0
        for key, value in longest.items():
            try:
                self.obey("config-set", values={key: value})
            except Refused as error:
                self.assertEqual(error.args[1], "range")
                refused += 1
            parse(self.app.files.read("config.json"))
        self.assertTrue(0 < refused < len(longest), refused)

    def test_never_tells_a_secret_in_a_refusal(self):
        for key in SECRETS:
            for value in ("hunter2\n", "hunter2" * 40):
                try:
                    self.obey("config-set", values={key: value})
                except Refused as error:
                    self.assertEqual(str(error.args).find("hunter2"), -1)
                else:
                    self.fail(key)


class Table(unittest.TestCase):
    def test_of_the_installers_keys_and_the_secrets_names_keys_that_there_are(self):
        config = check({})
        for key in SEALED + SECRETS:
            self.assertTrue(key in config, key)
        for key in config:  # what is worth a secret says so in its name
            secret = "key" in key or "password" in key
            self.assertEqual(secret, key in SECRETS, key)


if __name__ == "__main__":
    unittest.main()
