"""What the console shows of the air: networks by strength, and no name that moves a terminal."""

import asyncio
import sys
import unittest

from pilotwire.console import net, table
from pilotwire.link.commands import Refused
from pilotwire.pilot import handover, levels
from whole_app import AppTest

HEARD = (
    (b"far", b"\0" * 6, 1, -81, 3, False),
    (b"near", b"\0" * 6, 6, -40, 5, False),
    (b"\x1b[2Jhole\x7f", b"\0" * 6, 11, -70, 0, False),
    ("停车场".encode(), b"\0" * 6, 11, -71, 4, False),
    (b"\xff\xfe", b"\0" * 6, 11, -72, 99, False),
    (b"", b"\0" * 6, 11, -73, 3, True),
)


class Radio:
    STA_IF = 0
    heard = HEARD

    def WLAN(self, _which):  # noqa: N802 - as MicroPython calls it
        return self

    def active(self, on):
        self.is_on = on

    def scan(self):
        assert self.is_on
        return list(self.heard)


class Con:
    """A shell that only notes."""

    lang = "en"

    def __init__(self, app):
        self.app = app
        self.staged = {}
        self.said = []

    async def say(self, key, *values):
        said = table.text(self.lang, key)
        self.said.append(said % values if values else said)


class Net(AppTest, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.radio = Radio()
        self.before = sys.modules.get("network")
        sys.modules["network"] = self.radio
        self.con = Con(self.app)

    def tearDown(self):
        del sys.modules["network"]
        if self.before:
            sys.modules["network"] = self.before
        super().tearDown()

    def run_(self, name):
        asyncio.run(net.COMMANDS[name](self.con, {}))
        return self.con.said

    def test_is_heard_by_strength(self):
        said = self.run_("wifi scan")
        names = [line.split(" dBm")[0].rsplit(" ", 1)[0].strip() for line in said]
        self.assertEqual(names, ["near", "?[2Jhole?", "停车场", "??", "-", "far"])
        self.assertIn("-40 dBm good  channel 6  WPA2-EAP", said[0])
        self.assertIn("fair  channel 11  open", said[1])
        self.assertIn("99", said[3])
        self.assertIn("WEAK", said[5])

    def test_says_where_nothing_is_heard(self):
        self.radio.heard = ()
        self.assertIn("antenna", self.run_("wifi scan")[0])

    def test_is_not_listened_to_while_a_car_is_there(self):
        self.app.up[handover.UP_STATE] = levels.B
        with self.assertRaises(Refused):
            self.run_("wifi scan")

    def test_says_what_to_do_where_there_is_no_network(self):
        for reason, advice in (("wrong-key", "refuses the key"), ("", "`wifi set`")):
            self.app.hal.connected = "wifi", "", None, reason
            try:
                self.run_("wifi test")
                said = ""
            except table.WrongError as error:
                said = error.args[1]
            self.assertIn(advice, said)

    def test_judges_the_strength(self):
        self.app.hal.name_servers = lambda: ["10.0.0.1"]
        self.app.config["mqtt_host"] = "10.0.0.7"
        said = self.run_("wifi test")
        self.assertEqual(
            said[1:],
            [
                "strength   fair",
                "names by   10.0.0.1",
                "dns        10.0.0.7 = 10.0.0.7",
                "Passed.",
            ],
        )


if __name__ == "__main__":
    unittest.main()
