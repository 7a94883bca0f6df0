"""Two terminals at one box: one sitting at a time, and the other one is told so."""

import asyncio
import unittest

from pilotwire import console
from test_console_shell import Terminal
from whole_app import AppTest


class Port:
    """What a HAL gives as a console: made into a stream by asyncio, here the terminal itself."""

    def __init__(self, keys):
        self.terminal = Terminal(keys)


class Ports(AppTest, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.before = asyncio.StreamReader
        asyncio.StreamReader = lambda port: port.terminal

    def tearDown(self):
        asyncio.StreamReader = self.before
        super().tearDown()

    def served(self, turns, *ports):
        async def run():
            tasks = [asyncio.create_task(console.serve(self.app, port)) for port in ports]
            for _ in range(turns):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()

        asyncio.run(run())
        return [port.terminal.shown.decode() for port in ports]

    def test_the_second_is_told_that_somebody_sits_there(self):
        first, second = self.served(60, Port(b"\r" + b"\x01" * 99), Port(b"x"))
        self.assertIn("Pilotwire, box box-1", first)
        self.assertEqual(second, "console: in use\r\n")

    def test_the_first_leaves_it_to_the_second(self):
        first, second = self.served(600, Port(b"\r\x04"), Port(b"\x00" * 150 + b"time\r"))
        self.assertIn("The console is left", first)
        self.assertIn("Pilotwire, box box-1", second)


if __name__ == "__main__":
    unittest.main()
