"""Contacts that are not ring 0's, on the boards that a computer can be."""

import asyncio
import io
import unittest

from pilotwire.hal import host
from pilotwire.hal.mock import MockHal


class OnTheMock(unittest.TestCase):
    def test_is_what_was_set_and_none_where_it_is_not_fitted(self):
        hal = MockHal()
        self.assertTrue(hal.contact("dim") is None)
        for active in (True, False):
            hal.contacts["dim"] = active
            self.assertTrue(hal.contact("dim") is active)


class OnTheHost(unittest.TestCase):
    def setUp(self):
        self.files = {"board.json": "{}"}
        host.open = self.open

    def tearDown(self):
        del host.open

    def open(self, path, mode="r"):
        if path not in self.files:
            raise OSError(2)
        return io.StringIO(self.files[path])

    def make(self, **environment):
        async def on_a_loop():
            return host.Host(environment.get)

        return asyncio.run(on_a_loop())

    def test_of_dimming_is_a_file_that_begins_with_1(self):
        hal = self.make(PILOTWIRE_DIM="dim")
        for text, active in (("1", True), ("1\n", True), ("0\n", False), ("", False)):
            self.files["dim"] = text
            self.assertTrue(hal.contact("dim") is active, text)
        del self.files["dim"]
        self.assertTrue(hal.contact("dim") is False)

    def test_is_none_where_there_is_no_such(self):
        self.assertTrue(self.make().contact("dim") is None)
        self.assertTrue(self.make(PILOTWIRE_DIM="dim").contact("other") is None)


class Fram(unittest.TestCase):
    def test_of_the_host_answers_at_its_own_address_only(self):
        class Rest(io.BytesIO):
            def write(self, data):
                raise AssertionError("a sensor's order is in the FRAM")

        host.open = lambda path, mode: Rest(bytes(64))
        try:
            fram = host.FramFile("fram")
            self.assertEqual(fram.readfrom_mem(0x50, 0, 2, addrsize=16), b"\0\0")
            with self.assertRaises(OSError):
                fram.readfrom_mem(0x48, 0, 2)
            with self.assertRaises(OSError):
                fram.writeto_mem(0x44, 0x21, b"\x30")
        finally:
            del host.open


if __name__ == "__main__":
    unittest.main()
