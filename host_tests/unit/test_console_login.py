"""The installer's PIN: how it is kept, and how seldom it can be tried."""

import asyncio
import json
import unittest

from pilotwire.console import login
from pilotwire.link.commands import Refused
from whole_app import AppTest

PIN, WRONG = b"271828", b"314159"


class PinTest(AppTest):
    def setUp(self):
        super().setUp()
        self.app.hal.secret = lambda n: bytes(range(n))

    def pin(self):
        return login.Pin(self.app)

    def tried(self, pin, *tries):
        return [asyncio.run(pin.fits(one)) for one in tries]

    def kept(self):
        return json.loads(self.app.files.read("pin.json"))

    def wait(self, s):
        self.app.hal.now_ms += s * 1000


class Kept(PinTest, unittest.TestCase):
    def test_there_is_none_at_first(self):
        pin = self.pin()
        self.assertFalse(pin.is_set)
        self.assertEqual(self.tried(pin, b"", b"0", b"123456"), [False] * 3)

    def test_it_is_salted_and_hashed(self):
        asyncio.run(self.pin().change(PIN))
        self.assertFalse(PIN in self.app.files.read("pin.json"))
        before = self.kept()
        self.app.hal.secret = lambda n: bytes(n)
        asyncio.run(self.pin().change(PIN))
        self.assertNotEqual(self.kept()["hash"], before["hash"])

    def test_it_holds_after_a_restart(self):
        asyncio.run(self.pin().change(PIN))
        pin = self.pin()
        self.assertTrue(pin.is_set)
        self.assertEqual(self.tried(pin, WRONG, PIN), [False, True])

    def test_a_code_is_made_once_and_fits_as_written_on_paper(self):
        code = asyncio.run(self.pin().change(PIN))
        self.assertEqual((len(code), code.isdigit()), (16, True))
        self.assertEqual(asyncio.run(self.pin().change(WRONG)), "")
        self.assertFalse(code in self.app.files.read("pin.json").decode())
        spaced = " ".join([code[i : i + 4] for i in range(0, 16, 4)]).encode()
        for given, fits in ((code.encode(), True), (spaced, True), (WRONG, False), (b"", False)):
            self.assertEqual(asyncio.run(self.pin().is_code(given)), fits, given)
        self.assertEqual(self.tried(self.pin(), code.encode()), [False])

    def test_a_code_that_there_is_not_fits_nobody(self):
        self.app.files.put("pin.json", b'{"salt": "00", "hash": "x", "fails": 0}')
        for given in (b"", b" ", b"0000000000000000"):
            self.assertFalse(asyncio.run(self.pin().is_code(given)), given)

    def test_a_code_is_tried_as_seldom(self):
        asyncio.run(self.pin().change(PIN))
        pin = self.pin()
        for _ in range(3):
            asyncio.run(pin.is_code(WRONG))
        self.assertEqual(pin.wait_s(), 30)
        self.assertEqual(self.kept()["fails"], 3)

    def test_a_damaged_file_lets_nobody_in(self):
        for text in (b"{", b"[]", b"{}", b'{"salt": 1, "hash": "", "fails": 0}', b'"x"'):
            self.app.files.put("pin.json", text)
            pin = self.pin()
            self.assertTrue(pin.is_set, text)
            self.assertEqual(self.tried(pin, b"", PIN), [False, False], text)

    def test_it_has_6_to_12_digits(self):
        for text, good in (
            (b"123456", True),
            (b"123456789012", True),
            (b"12345", False),
            (b"1234567890123", False),
            (b"12345a", False),
            (b"", False),
        ):
            self.assertEqual(login.is_pin(text), good, text)


class Tries(PinTest, unittest.TestCase):
    def setUp(self):
        super().setUp()
        asyncio.run(self.pin().change(PIN))

    def test_wait_longer_and_longer_after_the_third(self):
        for fails, s in ((0, 0), (2, 0), (3, 30), (4, 60), (5, 120), (6, 240), (99, 240)):
            self.assertEqual(login.delay_s(fails), s, fails)
        pin = self.pin()
        self.tried(pin, WRONG, WRONG)
        self.assertEqual(pin.wait_s(), 0)
        self.tried(pin, WRONG)
        self.assertEqual(pin.wait_s(), 30)
        self.wait(29)
        self.assertEqual(pin.wait_s(), 1)
        self.wait(1)
        self.assertEqual(pin.wait_s(), 0)

    def test_are_counted_across_a_restart_where_the_wait_begins_anew(self):
        self.tried(self.pin(), WRONG, WRONG, WRONG)
        self.wait(29)
        pin = self.pin()
        self.assertEqual(pin.wait_s(), 30)
        self.wait(30)
        self.tried(pin, WRONG)
        self.assertEqual(self.pin().wait_s(), 60)

    def test_are_counted_before_they_are_judged(self):
        pin = self.pin()
        seen = []

        async def digest(_pin, _salt):
            seen.append(self.kept()["fails"])  # and now the power is cut
            return ""

        real, login.digest = login.digest, digest
        try:
            self.tried(pin, WRONG, WRONG)
        finally:
            login.digest = real
        self.assertEqual(seen, [1, 2])

    def test_are_forgotten_with_the_right_one(self):
        self.tried(self.pin(), WRONG, WRONG, PIN)
        self.assertEqual(self.kept()["fails"], 0)

    def test_are_counted_in_memory_while_flash_must_wait(self):
        self.box.free = False
        self.tried(self.pin(), WRONG, WRONG, WRONG)
        self.assertEqual(self.pin().wait_s(), 30)

    def test_end_where_no_count_can_be_kept(self):
        pin = self.pin()
        self.box.free = False
        self.app.files.put("guests.json", bytes(2_040))
        with self.assertRaises(Refused):
            asyncio.run(pin.fits(PIN))


if __name__ == "__main__":
    unittest.main()
