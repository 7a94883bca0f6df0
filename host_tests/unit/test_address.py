"""A fixed address as the configuration writes it."""

import unittest

from pilotwire.address import parse

GOOD = (
    (
        "192.168.1.20/24,192.168.1.1,9.9.9.9",
        ("192.168.1.20", "255.255.255.0", "192.168.1.1", "9.9.9.9"),
    ),
    ("10.1.2.3/8,10.0.0.1,10.0.0.1", ("10.1.2.3", "255.0.0.0", "10.0.0.1", "10.0.0.1")),
    ("10.1.2.3/30,10.1.2.1,10.1.2.1", ("10.1.2.3", "255.255.255.252", "10.1.2.1", "10.1.2.1")),
)
WRONG = (
    "",
    "192.168.1.20",
    "192.168.1.20/24",
    "192.168.1.20/24,192.168.1.1",
    "192.168.1.20/24,192.168.1.1,9.9.9.9,8.8.8.8",
    "192.168.1.20/0,192.168.1.1,9.9.9.9",
    "192.168.1.20/31,192.168.1.1,9.9.9.9",
    "192.168.1.256/24,192.168.1.1,9.9.9.9",
    "192.168.1/24,192.168.1.1,9.9.9.9",
    "192.168.1.20/24,gateway,9.9.9.9",
    "192.168.1.-1/24,192.168.1.1,9.9.9.9",
)


class Parse(unittest.TestCase):
    def test_gives_what_ifconfig_wants(self):
        for text, expected in GOOD:
            self.assertEqual(parse(text), expected)

    def test_refuses_anything_else_by_the_form_it_wants(self):
        for text in WRONG:
            try:
                parse(text)
                said = ""
            except ValueError as error:
                said = error.args[0]
            self.assertTrue("a.b.c.d/1..30" in said, text)


if __name__ == "__main__":
    unittest.main()
