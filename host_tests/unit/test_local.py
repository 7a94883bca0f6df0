"""Single values of a local energy manager: what each sets, for how long, and what is refused."""

import unittest

from pilotwire.link.commands import Refused
from pilotwire.link.local import Local
from pilotwire.power.leases import Leases

TTL_S = 120
FALLBACK_MA = 6_000
NOTHING = {"limit_ma": None, "enable": True, "left_s": None}

REFUSED = (
    (b"limit_ma", b"", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"-1", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"+1", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b" 16000", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"16000 ", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"16.0", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"1e3", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"1_0", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"80001", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"016000", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"9" * 2_000, "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"\xff\xfe", "range", "set/limit_ma: 0 to 80000 wanted"),
    (b"limit_ma", b"\xd9\xa1", "range", "set/limit_ma: 0 to 80000 wanted"),  # a digit, not ours
    (b"enable", b"", "range", "set/enable: true, false, 1 or 0 wanted"),
    (b"enable", b"True", "range", "set/enable: true, false, 1 or 0 wanted"),
    (b"enable", b"on", "range", "set/enable: true, false, 1 or 0 wanted"),
    (b"enable", b"2", "range", "set/enable: true, false, 1 or 0 wanted"),
    (b"phases", b"2", "range", "set/phases: 1 or 3 wanted"),
    (b"phases", b"", "range", "set/phases: 1 or 3 wanted"),
    (b"phases", b"13", "range", "set/phases: 1 or 3 wanted"),
    (b"grid_w", b"", "range", "set/grid_w: -100000 to 100000 wanted"),
    (b"grid_w", b"-", "range", "set/grid_w: -100000 to 100000 wanted"),
    (b"grid_w", b"--1", "range", "set/grid_w: -100000 to 100000 wanted"),
    (b"grid_w", b"-100001", "range", "set/grid_w: -100000 to 100000 wanted"),
    (b"grid_w", b"1.5", "range", "set/grid_w: -100000 to 100000 wanted"),
    (b"", b"1", "unknown", "set/"),
    (b"Enable", b"1", "unknown", "set/Enable"),
    (b"x" * 90, b"1", "unknown", "set/" + "x" * 20),
    (b"\xff\xfe", b"1", "unknown", "set/\\xff\\xfe"),
)


class LocalTest(unittest.TestCase):
    def setUp(self):
        self.now_ms = 0
        self.leases = Leases(32_000, lambda: self.now_ms)
        self.local = Local(self.leases, lambda: self.now_ms, TTL_S, FALLBACK_MA)

    def granted(self):
        return self.leases.granted("local")

    def set(self, name, text):
        return self.local.take(name.encode(), text.encode())


class Values(LocalTest):
    def test_measured_at_the_grid_are_handed_on_once_and_limit_nothing(self):
        self.assertIsNone(self.local.heard())
        for grid_w in (-3_200, 0, 100_000, -100_000):
            self.set("grid_w", str(grid_w))
            self.assertEqual((self.local.heard(), self.local.heard()), (grid_w, None))
        self.assertEqual((self.local.state(), self.granted()), (NOTHING, None))

    def test_nothing_is_limited_before_the_first(self):
        self.assertEqual((self.local.state(), self.granted()), (NOTHING, None))
        self.assertTrue(self.local.enabled)

    def test_limit_the_current(self):
        for text, ma in (("0", 0), ("16000", 16_000), ("00006", 6), ("80000", 80_000)):
            self.assertIsNone(self.set("limit_ma", text))
            self.assertEqual(self.granted(), ma)
            self.assertEqual(self.local.state(), {"limit_ma": ma, "enable": True, "left_s": TTL_S})

    def test_switch_off_and_on_whatever_the_limit(self):
        for limit_ma in (None, 10_000):
            if limit_ma:
                self.set("limit_ma", str(limit_ma))
            for text, enable in (("false", False), ("true", True), ("0", False), ("1", True)):
                self.set("enable", text)
                self.assertEqual(self.granted(), limit_ma if enable else 0)
                self.assertIs(self.local.enabled, enable)
                self.assertIs(self.local.state()["enable"], enable)

    def test_whatever_was_said_last_the_fallback_holds_when_it_falls_silent(self):
        for name, text in (
            ("enable", "true"),
            ("enable", "0"),
            ("phases", "3"),
            ("limit_ma", "1"),
        ):
            self.set(name, text)
            self.now_ms += TTL_S * 1_000
            self.assertEqual(self.granted(), FALLBACK_MA, name)

    def test_a_limit_that_comes_while_it_is_off_holds_once_it_is_on(self):
        self.set("enable", "false")
        self.set("limit_ma", "8000")
        self.assertEqual(self.granted(), 0)
        self.set("enable", "true")
        self.assertEqual(self.granted(), 8_000)

    def test_say_how_many_phases_are_wanted(self):
        self.assertEqual((self.set("phases", "1"), self.set("phases", "3")), (1, 3))
        self.assertEqual(self.granted(), None)

    def test_that_are_wrong_are_refused_with_their_topic_and_change_nothing(self):
        self.set("limit_ma", "10000")
        self.set("enable", "0")
        self.now_ms = 5_000
        before = self.local.state(), self.granted()
        for name, text, reason, about in REFUSED:
            try:
                self.local.take(name, text)
            except Refused as refused:
                self.assertEqual(refused.args, (None, reason, about))
            else:
                self.fail((name, text))
            self.assertEqual((self.local.state(), self.granted()), before)  # nor renew anything


class TimeToLive(LocalTest):
    def test_is_renewed_by_each_message_for_all_three(self):
        self.set("limit_ma", "10000")
        for name, text in (("phases", "1"), ("enable", "true"), ("limit_ma", "10000")):
            self.now_ms += TTL_S * 1000 - 1
            self.assertEqual(self.local.state()["left_s"], 1)
            self.set(name, text)
            self.assertEqual(self.local.state()["left_s"], TTL_S)
            self.assertEqual(self.granted(), 10_000)

    def test_ends_in_the_fallback_with_charging_enabled(self):
        for values in (("limit_ma", "32000"), ("enable", "false")):
            self.setUp()
            self.set(*values)
            self.now_ms = TTL_S * 1000
            self.assertEqual(self.granted(), FALLBACK_MA)
            self.assertTrue(self.local.enabled)
            self.assertEqual(self.local.state(), NOTHING)
            self.assertEqual(self.leases.expired, ["local"])

    def test_that_has_ended_leaves_nothing_of_the_values_behind(self):
        self.set("limit_ma", "10000")
        self.set("enable", "false")
        self.now_ms = TTL_S * 1000
        self.set("limit_ma", "16000")  # without a look between
        self.assertEqual(self.granted(), 16_000)
        self.assertEqual(self.local.state(), {"limit_ma": 16_000, "enable": True, "left_s": TTL_S})


if __name__ == "__main__":
    unittest.main()
