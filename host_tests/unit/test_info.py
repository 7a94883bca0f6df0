"""What the box says of itself at each connection."""

import json
import unittest

from pilotwire.link.info import info
from whole_app import BOARD, App, AppTest, Fram, Meter

BARE = {"name": "bare", "rated_ma": 6_000, "phases": 1, "feedback": False}
BARE["outputs"] = dict.fromkeys(("lock", "three_phases", "rcd_test"))
ALL = (
    "lock",
    "three-phase-switch",
    "rcd-test",
    "meter",
    "grid-meter",
    "fram",
    "dead-man",
    "feedback",
    "local-control",
    "tariff",
)


class Info(AppTest, unittest.TestCase):
    def info(self, local=None):
        return info(self.app, (900, 60), local)

    def fit(self):
        self.app.meter = self.app.grid = Meter()
        self.app.fram = Fram()
        self.app.tariff = object()

    def test_names_every_part_that_is_fitted_and_no_other(self):
        self.fit()
        self.assertEqual(self.info(local=True)["capabilities"], list(ALL))
        self.app = App(self.box)
        self.app.hal.board = BARE
        self.assertEqual(self.info()["capabilities"], [])

    def test_a_fixed_cable_has_no_lock_whatever_the_board_has(self):
        self.app.config["cable_ma"] = 32_000
        self.assertFalse("lock" in self.info()["capabilities"])

    def test_says_what_box_and_firmware_it_is(self):
        self.box.charge()
        self.app.journal = self.box.start()  # the second start
        said = self.info()
        for key, value in (
            ("contract", "1.0"),
            ("id", "box-1"),
            ("model", "Bench 22"),
            ("board", "bench"),
            ("firmware", "0f1e2d3c"),
            ("boot", 2),
            ("heartbeat_s", {"idle": 900, "charging": 60}),
        ):
            self.assertEqual(said[key], value)
        self.app.hal.board = BARE
        self.assertEqual(self.info()["model"], "bare")

    def test_says_what_hardware_and_installer_allow(self):
        limits = {"rated_ma": 32_000, "limit_ma": 16_000, "min_ma": 6_000, "phases": 3}
        self.assertEqual(self.info()["limits"], limits)

    def test_says_what_is_configured_for_people_and_readers(self):
        for key in (
            "profile",
            "authorise",
            "meter",
            "zone",
            "location",
            "bay",
            "hours",
            "price",
        ):
            self.app.config[key] = "some " + key
            self.assertEqual(self.info()[key], "some " + key)

    def test_fits_a_message_however_much_there_is_to_say(self):
        self.fit()
        self.app.hal.board = dict(BOARD, name="b" * 32, model="m" * 32)
        for key, most in (("location", 40), ("bay", 20), ("hours", 40), ("price", 40)):
            self.app.config[key] = '"' * most
        self.app.config["zone"] = "-840 -840 11.5.6.-10020 11.5.6.-10020"
        size = len(json.dumps(self.info(local=True)).encode())
        self.assertTrue(size < 1_500, size)


if __name__ == "__main__":
    unittest.main()
