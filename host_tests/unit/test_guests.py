"""Which tokens may charge at a shared box, and when it is open to everybody."""

import unittest

from pilotwire.energy.guests import check, open_now, permits
from pilotwire.zone import parse

H = 60
DAY_S = 86_400
BERLIN = parse("60 120 3.5.0.120 10.5.0.180")
MONDAY = 1_774_220_400  # 2026-03-23 00:00 in Berlin
NOON = MONDAY + 12 * H * 60
WORKDAYS, ALL = 31, 127
OWNER, NEIGHBOUR, NURSE, VISITOR = "%016x" % 1, "%016x" % 2, "0123456789abcdef", "f" * 16
DATA = {
    "tokens": [
        [OWNER, 0, -1],
        [NEIGHBOUR, 0, 0],
        [NURSE, NOON, 1],
        [VISITOR, NOON, -1],
    ],
    "windows": [[WORKDAYS, 9 * H, 17 * H], [ALL, 22 * H, 6 * H]],
}

TOKENS = "tokens: a list of at most 32 wanted"
ROW = "tokens: 0: [hash, until, window] wanted"
HASH = "tokens: 0: hash of 16 digits 0 to f wanted"
UNTIL = "tokens: 0: until 0 to 4294967295 wanted"
# (tokens, the complaint), with one window
REFUSED = (
    (None, TOKENS),
    ({}, TOKENS),
    ([["%016x" % i, 0, -1] for i in range(33)], TOKENS),
    ([5], ROW),
    ([[OWNER, 0]], ROW),
    ([[OWNER, 0, -1, 0]], ROW),
    ([["f" * 15, 0, -1]], HASH),
    ([["f" * 17, 0, -1]], HASH),
    ([["F" * 16, 0, -1]], HASH),
    ([["\xe9" * 16, 0, -1]], HASH),
    ([[5, 0, -1]], HASH),
    ([[[], 0, -1]], HASH),
    ([[OWNER, -1, -1]], UNTIL),
    ([[OWNER, 4_294_967_296, -1]], UNTIL),
    ([[OWNER, None, -1]], UNTIL),
    ([[OWNER, False, -1]], UNTIL),
    ([[OWNER, 0, -2]], "tokens: 0: window -1 to 0 wanted"),
    ([[OWNER, 0, 1]], "tokens: 0: window -1 to 0 wanted"),
    ([[OWNER, 0, 0.0]], "tokens: 0: window -1 to 0 wanted"),
    ([[OWNER, 0, 0], [NURSE, 0, 0], [OWNER, 1, 0]], "tokens: 2: the same as 0"),
)


def refusal(data):
    """What `check` says against it, "" for nothing."""
    try:
        check(data)
    except ValueError as error:
        return error.args[0]
    return ""


class Permits(unittest.TestCase):
    def test_by_date_and_window(self):
        night = MONDAY + 23 * H * 60
        for token, unix, expected in (
            (OWNER, NOON, ""),
            (OWNER, night, ""),
            (NEIGHBOUR, NOON, ""),
            (NEIGHBOUR, night, "outside-window"),
            (NEIGHBOUR, NOON + 5 * DAY_S, "outside-window"),
            (NURSE, MONDAY, ""),
            (NURSE, NOON - 1, "outside-window"),
            (NURSE, NOON, "expired"),
            (VISITOR, NOON - 1, ""),
            (VISITOR, NOON, "expired"),
            ("%016x" % 3, NOON, "unknown-token"),
            ("", NOON, "unknown-token"),
        ):
            self.assertEqual(permits(DATA, BERLIN, token, unix), expected, (token, unix))

    def test_without_a_clock_only_who_may_charge_at_any_time(self):
        for token, expected in (
            (OWNER, ""),
            (NEIGHBOUR, "no-clock"),
            (NURSE, "no-clock"),
            (VISITOR, "no-clock"),
            ("%016x" % 3, "unknown-token"),
        ):
            self.assertEqual(permits(DATA, BERLIN, token, None), expected, token)


class OpenNow(unittest.TestCase):
    def test_is_in_any_window_and_says_until_when(self):
        for minute, expected in (
            (0, (True, 6 * H)),
            (6 * H, (False, 9 * H)),
            (9 * H, (True, 17 * H)),
            (17 * H, (False, 22 * H)),
        ):
            is_open, until_unix = open_now(DATA, BERLIN, MONDAY + minute * 60)
            self.assertEqual((is_open, (until_unix - MONDAY) // 60), expected)

    def test_is_not_without_a_clock_or_windows(self):
        self.assertEqual(open_now(DATA, BERLIN, None), (False, None))
        nobody = {"tokens": [], "windows": []}
        self.assertEqual(open_now(nobody, BERLIN, NOON), (False, NOON + DAY_S))


class Check(unittest.TestCase):
    def test_takes_what_is_right(self):
        self.assertEqual(refusal(DATA), "")
        self.assertEqual(refusal({"tokens": [], "windows": []}), "")
        windows = [[127, i, i + 1] for i in range(16)]
        tokens = [["%016x" % i, 4_294_967_295, 15] for i in range(32)]
        self.assertEqual(refusal({"tokens": tokens, "windows": windows}), "")

    def test_refuses_what_is_no_such_object(self):
        for data in (None, 5, [], {}, {"tokens": []}, dict(DATA, colour=1)):
            self.assertEqual(refusal(data), "guests: an object of tokens and windows wanted")

    def test_names_the_place(self):
        for tokens, complaint in REFUSED:
            data = {"tokens": tokens, "windows": [[ALL, 0, 1]]}
            self.assertEqual(refusal(data), complaint, tokens)
        wrong = {"tokens": [], "windows": [[ALL, 0, 1], [0, 0, 1]]}
        self.assertEqual(refusal(wrong), "windows: 1: days 1 to 127 wanted")

    def test_without_windows_leaves_only_always(self):
        data = {"tokens": [[OWNER, 0, 0]], "windows": []}
        self.assertEqual(refusal(data), "tokens: 0: window -1 to -1 wanted")


if __name__ == "__main__":
    unittest.main()
