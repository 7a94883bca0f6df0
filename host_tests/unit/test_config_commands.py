"""config-get and config-set, by a command's arguments alone."""

import unittest

from pilotwire import config
from pilotwire.link.commands import Refused
from pilotwire.orders import settings


class FakeApp:
    config = config.check({"id": "box-1"})


class ConfigGet(unittest.TestCase):
    def asked(self, keys):
        """What is wrong with them."""
        try:
            settings.obey(FakeApp(), "config-get", {"keys": keys})
        except Refused as refused:
            self.assertEqual(refused.args[:2], (None, "range"))
            return refused.args[2]
        raise AssertionError("obeyed")

    def test_what_is_no_name_is_not_written_out(self):
        nested = []
        for _ in range(500):  # a chip ends there what writes it out: RuntimeError
            nested = [nested]
        for wrong in (nested, None, 1, {"a": 1}):
            self.assertEqual(self.asked(["id", wrong]), "keys: names wanted")

    def test_a_name_of_no_key_is_named(self):
        self.assertEqual(self.asked(["limit_a"]), "keys: 'limit_a': no such key")
