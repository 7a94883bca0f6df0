"""Rows of curves and grids: those that are published hold, a wrong one is refused by its place."""

import io
import unittest

from pilotwire.power import sites

NAMES = {"climate": ("standard", "tropical", "coastal"), "grid": ("eu", "gb", "cn")}
SITE = (
    '{"climate": "own", "heat": [[-250, 1000], [-50, 0]], "damp": [[850, 1000], [930, 0]], '
    '"cold": [-250, 500, 600], "rise_ma": 1000}'
)
GRID = (
    '{"grid": "own", "mv": 230000, "hz": [[49500, 0], [49800, 1000]], "rise_ma": 1000, '
    '"volts": [[850, 0], [900, 1000]], "back": [900, 1090, 49900, 50100, 60]}'
)
# What is wrong in a row: what stands there, what instead, and the refusal.
SITES = (
    ('"heat"', '"hot"', "hot: unknown key"),
    (', "rise_ma": 1000', "", "rise_ma: missing"),
    ("1000}", "9}", "rise_ma: 0: 10 to 80000 wanted"),
    ("1000}", "true}", "rise_ma: 0: 10 to 80000 wanted"),
    ("[-250, 500, 600]", "[-250, 500]", "cold: 3 numbers wanted"),
    ("[-250, 500, 600]", "-250", "cold: 3 numbers wanted"),
    ("[-250, 500, 600]", "[-250, 1001, 600]", "cold: 1: 0 to 1000 wanted"),
    ("[-250, 500, 600]", "[-250, 500, 1.5]", "cold: 2: 0 to 3600 wanted"),
    ("[[-250, 1000], [-50, 0]]", "[[-250, 1000]]", "heat: two to eight points wanted"),
    ("[[-250, 1000], [-50, 0]]", "{}", "heat: two to eight points wanted"),
    ("[-50, 0]]", "[-50]]", "heat: 1: 2 numbers wanted"),
    ("[-50, 0]]", "[50, 0]]", "heat: 1: 0: -1000 to 0 wanted"),
    ("[-50, 0]]", "[-250, 0]]", "heat: 1: x above -250 wanted"),
    ("[930, 0]", "[930, -1]", "damp: 1: 1: 0 to 1000 wanted"),
    ("[930, 0]", "[930, 0], [940, 1]", "damp: 2: no more than 0 wanted"),
    ("[850, 1000]", "[850, 999]", "damp: 1000 somewhere wanted"),
)
GRIDS = (
    ("230000", "99999", "mv: 0: 100000 to 400000 wanted"),
    ("[49500, 0]", "[39999, 0]", "hz: 0: 0: 40000 to 70000 wanted"),
    ("[[850, 0]", "[[800, 1], [850, 0]", "volts: 1: no less than 1 wanted"),
    ("[900, 1090", "[899, 1090", "back: volts reduces there"),
    ("[850, 0], [900, 1000]", "[850, 0], [901, 1000]", "back: volts reduces there"),
    ("49900, 50100", "49799, 50100", "back: hz reduces there"),
    ("49900, 50100", "50100, 50100", "back: 3: more than 50100 wanted"),
    (", 60]", "]", "back: 5 numbers wanted"),
)


class SitesTest(unittest.TestCase):
    def setUp(self):
        self.own = None
        self.open = open
        sites.open = self.open_

    def tearDown(self):
        del sites.open

    def open_(self, path, mode):
        if path != "root/sites.jsonl":
            return self.open(path, mode)
        if self.own is None:
            raise OSError(2)
        return io.BytesIO(self.own.encode())

    def refusal(self, kind, name="own"):
        try:
            sites.load(kind, name, "root")
        except ValueError as error:
            return str(error)
        return ""


class Published(SitesTest):
    def test_rows_are_all_good(self):
        for kind, names in NAMES.items():
            for name in names:
                self.assertEqual(sites.load(kind, name, "root")[kind], name)

    def test_rows_are_of_their_kind(self):
        self.assertEqual(self.refusal("climate", "eu"), "sites.jsonl: no climate eu")
        self.assertEqual(self.refusal("grid", "standard"), "sites.jsonl: no grid standard")


class Own(SitesTest):
    def test_rows_come_first(self):
        self.own = SITE + "\n" + SITE.replace("own", "standard").replace("500", "123") + "\n"
        self.assertEqual(sites.load("climate", "standard", "root")["cold"][1], 123)
        self.assertEqual(sites.load("climate", "own", "root")["cold"][1], 500)
        self.assertEqual(sites.load("climate", "coastal", "root")["climate"], "coastal")

    def test_rows_that_are_wrong_are_refused_by_their_place(self):
        for kind, row, cases in (("climate", SITE, SITES), ("grid", GRID, GRIDS)):
            for old, new, refusal in cases:
                self.assertTrue(old in row, old)
                self.own = SITE.replace("own", "other") + "\n" + row.replace(old, new)
                self.assertEqual(self.refusal(kind), "sites.jsonl: 2: " + refusal, new)

    def test_lines_that_are_no_row_are_refused(self):
        for line, refusal in (
            ("[]", "an object wanted"),
            ("{", "an object wanted"),
            ("", "sites.jsonl: no climate own"),
            ("[" * 250, "an object wanted"),
            (" " * 301 + SITE, "more than 300 characters"),
        ):
            self.own = line
            expected = refusal if "no climate" in refusal else "sites.jsonl: 1: " + refusal
            self.assertEqual(self.refusal("climate"), expected)


if __name__ == "__main__":
    unittest.main()
