"""Which commands the console has, what they take, and in which languages they are explained."""

import json
import unittest

from pilotwire.config import KEYS
from pilotwire.console import (
    bus,
    changes,
    commission,
    keeping,
    logs,
    net,
    parts,
    repl,
    sealing,
    shows,
    steps,
    table,
    trials,
)
from pilotwire.console.table import WrongError
from pilotwire.pilot import faults, reasons

OWN = (shows, parts, changes, trials, bus, net, keeping, repl, commission, sealing, logs)
FREE = ("config get", "config diff", "login", "pin set", "wifi test", "seal")
RESULTS = ("stored", "deferred")  # of record/files.py, and resident anyway
NAMES = [row["name"] for row in table.rows()]


def parsed(line):
    """(name, arguments), or the key of the text that says what is wrong, and its values."""
    try:
        row, words = table.find(table.split(line))
        return row["name"], table.check(row, words, KEYS)
    except WrongError as error:
        return error.args


GOOD = (
    (b"status", "status", {}),
    (b"  config   get  ", "config get", {}),
    (b"config get zone", "config get", {"key": "zone"}),
    (b'config set location "two words"', "config set", {"key": "location", "value": "two words"}),
    (b'config set location ""', "config set", {"key": "location", "value": ""}),
    ("config set location 停车场".encode(), "config set", {"key": "location", "value": "停车场"}),
    (b"limit 6000", "limit", {"ma": 6_000}),
    (b"limit 0 432000", "limit", {"ma": 0, "ttl_s": 432_000}),
    (b"phases 3", "phases", {"n": 3}),
    (b"override false", "override", {"on": False}),
    (b"override true", "override", {"on": True}),
    (b"wifi", "wifi", {}),
    (b"wifi set home secret-key", "wifi set", {"ssid": "home", "key": "secret-key"}),
    (b"lang zh", "lang", {"lang": "zh"}),
    (b"log", "log", {}),
    (b"log 5 error", "log", {"n": 5, "level": "error"}),
    (b"log kept 100", "log kept", {"n": 100}),
    (b"log snapshot", "log snapshot", {}),
)
WRONG = (
    (b"stat", ("unknown-command", "stat")),
    (b"config", ("which-command", "config get, config set, config diff, config save")),
    (b"config got", ("which-command", "config get, config set, config diff, config save")),
    (b"status now", ("usage-of-command", "status")),
    (b"limit", ("missing-argument", "ma", "0..80000")),
    (b"limit 80001", ("wrong-argument", "ma", "0..80000")),
    (b"limit -1", ("wrong-argument", "ma", "0..80000")),
    (b"limit 6A", ("wrong-argument", "ma", "0..80000")),
    (b"limit 99999999999", ("wrong-argument", "ma", "0..80000")),
    (b"limit -", ("wrong-argument", "ma", "0..80000")),
    (b"limit 1 0", ("wrong-argument", "ttl_s", "1..432000")),
    (b"limit 1 1 1", ("usage-of-command", "limit ma=0..80000 [ttl_s=1..432000]")),
    (b"phases 2", ("wrong-argument", "n", "1|3")),
    (b"override yes", ("wrong-argument", "on", "true|false")),
    (b"config get volume", ("wrong-argument", "key", "key")),
    (b"config set zone", ("missing-argument", "value", "text(128)")),
    (b"lang de", ("wrong-argument", "lang", "en|zh")),
    (b"config set zone " + b"x" * 129, ("wrong-argument", "value", "text(128)")),
    (b'config set zone "x', ("quote-not-closed",)),
    (b"meter scan 3", ("wrong-argument", "bus", "1..2")),
    (b"meter read x 1 9600 X", ("wrong-argument", "parity", "N|E|O")),
    (b"meter set", ("missing-argument", "map", "text(16)")),
    (b"trace start 33", ("wrong-argument", "kb", "1..32")),
)
COMPLETIONS = (
    (b"st", [b"start", b"status", b"stop"]),
    (b"config ", [b"diff", b"get", b"save", b"set"]),
    (b"config get wifi_k", [b"wifi_key", b"wifi_key2", b"wifi_key3"]),
    (b"config set mqtt_t", [b"mqtt_tls"]),
    (b"config set mqtt_tls o", []),
    (b"phases ", [b"1", b"3"]),
    (b"phases 3 ", []),
    (b"wifi s", [b"scan", b"set"]),
    (b"nothing ", []),
    (b"limit ", []),
)


class Lines(unittest.TestCase):
    def test_are_understood(self):
        for line, name, args in GOOD:
            self.assertEqual(parsed(line), (name, args), line)

    def test_that_are_wrong_name_what_is_allowed(self):
        for line, said in WRONG:
            self.assertEqual(parsed(line), said, line)

    def test_are_completed(self):
        for before, words in COMPLETIONS:
            self.assertEqual(table.complete(before, KEYS), words, before)


class Table(unittest.TestCase):
    def test_has_each_command_once_with_the_coroutine_that_it_names(self):
        self.assertEqual(len(set(NAMES)), len(NAMES))
        own = {module.__name__.split(".")[-1]: module.COMMANDS for module in OWN}
        found = [row["name"] for row in table.rows() if "order" not in row]
        for row in table.rows():
            if "order" not in row:
                self.assertIn(row["name"], own[row["in"]])
        self.assertEqual(
            sorted(found), sorted([name for module in OWN for name in module.COMMANDS])
        )

    def test_leaves_to_users_what_only_shows(self):
        free = {row["name"] for row in table.rows() if row["level"] == table.USER}
        self.assertEqual(
            free, set(shows.COMMANDS) | set(parts.COMMANDS) | set(logs.COMMANDS) | set(FREE)
        )

    def test_knows_what_each_takes(self):
        for row in table.rows():
            self.assertTrue(table.usage(row).startswith(row["name"]))


class Texts(unittest.TestCase):
    def keys(self, language):
        with open(table.__file__.rsplit("/", 1)[0] + "/%s.jsonl" % language) as file:
            return {key: text for line in file for key, text in json.loads(line).items()}

    def test_explain_every_command(self):
        for language in ("en", "zh"):
            for name in NAMES:
                self.assertTrue(table.text(language, "help " + name), name)
            self.assertEqual([name for name, _ in table.helps(language)], NAMES)

    def test_say_the_same_in_both_languages(self):
        english, chinese = self.keys("en"), self.keys("zh")
        self.assertEqual(set(english), {key for key in chinese if not key.startswith("code ")})
        for key, text in english.items():
            for mark in ("%s", "%d", "%.2f", "%%"):
                self.assertEqual(text.count(mark), chinese[key].count(mark), (key, mark))

    def test_name_every_fault_and_reason_in_chinese(self):
        codes = set(faults.codes(-1)) | set(reasons.codes(-1))
        found = {key[5:] for key in self.keys("zh") if key.startswith("code ")}
        self.assertEqual(found, codes)

    def test_have_keys_that_are_not_interned(self):
        for key in self.keys("en"):
            self.assertTrue(len(key) > 10 or key.startswith("help ") or key in RESULTS, key)

    def test_of_commissioning_are_there_in_both_languages_for_each_step_and_cause(self):
        english, chinese = self.keys("commission_en"), self.keys("commission_zh")
        self.assertEqual(set(english), set(chinese))
        for row in steps.rows():
            for kind in ("step ", "cause ") + (("how-to ",) if row.get("ask") else ()):
                self.assertIn(kind + row["step"], english)
        for key, text in english.items():
            for mark in ("%s", "%d"):
                self.assertEqual(text.count(mark), chinese[key].count(mark), (key, mark))

    def test_are_none_where_there_is_none_in_any_language(self):
        self.assertIsNone(table.text("zh", "no such text"))


if __name__ == "__main__":
    unittest.main()
