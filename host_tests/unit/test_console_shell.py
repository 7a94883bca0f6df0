"""The console's shell at a terminal in memory: what it shows, a piece a turn, and who may what."""

import asyncio
import json
import unittest

from pilotwire.console import shell
from whole_app import AppTest

_PIECE = 64


class Terminal:
    """Gives `keys`, a turn of the loop between any two, then has gone. `shown` is its screen."""

    def __init__(self, keys):
        self._keys = keys
        self.shown = b""
        self.longest = 0  # bytes written in one turn
        self.turns = 0
        self._written = 0

    async def read(self, _n):
        await self._turn()
        key, self._keys = self._keys[:1], self._keys[1:]
        return key

    def write(self, data):
        self.shown += data
        self._written += len(data)
        self.longest = max(self.longest, self._written)

    async def drain(self):
        await self._turn()

    async def _turn(self):
        self.turns += 1
        self._written = 0
        await asyncio.sleep(0)


class ShellTest(AppTest):
    def setUp(self):
        super().setUp()
        self.app.hal.secret = lambda n: bytes(range(n))
        self.obeyed = []
        self.app.obey = self.obey

    def obey(self, type_, args):
        self.obeyed.append((type_, args))
        return {}

    def enter(self, *lines):
        """One sitting; what the screen shows of it."""
        self.terminal = Terminal(b"".join([line + b"\r" for line in lines]))
        asyncio.run(shell.talk(self.app, self.terminal, b"\r"))
        return self.terminal.shown.decode()


class Turns(ShellTest, unittest.TestCase):
    def test_are_short_whatever_is_shown(self):
        for line in (b"help", b"config get", b"help limit", b"x\t" * 60):
            said = self.enter(line)
            self.assertTrue(self.terminal.longest <= _PIECE, line)
            self.assertTrue(self.terminal.turns >= len(said.encode()) // _PIECE, line)

    def test_let_others_work_after_each_key(self):
        done = []

        async def other():
            while True:
                done.append(1)
                await asyncio.sleep(0)

        async def both(terminal):
            task = asyncio.create_task(other())
            await shell.talk(self.app, terminal, b"x")
            task.cancel()

        asyncio.run(both(Terminal(b"\xffx\x01" * 40)))
        self.assertTrue(len(done) >= 120, len(done))


class Leaving(ShellTest, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.wait_for = real = asyncio.wait_for
        asyncio.wait_for = lambda coroutine, s: real(coroutine, s / 30_000)

    def tearDown(self):
        asyncio.wait_for = self.wait_for
        super().tearDown()

    def leave(self, terminal):
        asyncio.run(shell.talk(self.app, terminal, b"\r"))
        return terminal.shown.decode()

    def test_comes_by_itself_where_nobody_types(self):
        terminal = Terminal(b"")
        terminal.read = lambda _n: asyncio.Event().wait()
        self.assertIn("The console is left.", self.leave(terminal))

    def test_comes_by_itself_where_nobody_reads(self):
        terminal = Terminal(b"help\r")
        terminal.drain = lambda: asyncio.Event().wait()
        self.assertTrue(len(self.leave(terminal)) <= 2 * _PIECE)

    def test_comes_with_the_end_of_the_terminal(self):
        self.assertIn("The console is left.", self.leave(Terminal(b"time\r")))


class Levels(ShellTest, unittest.TestCase):
    def test_a_user_gets_no_order_through(self):
        for line in (b"limit 6000", b"reboot", b"config save", b"wifi set a b", b"trace start 4"):
            self.assertIn("for the level installer", self.enter(line))
        self.assertEqual(self.obeyed, [])

    def test_the_installer_gives_orders_as_the_operator_does(self):
        said = self.enter(b"pin set", b"271828", b"271828", b"limit 6000 60", b"reboot")
        self.assertEqual(self.obeyed, [("limit", {"ma": 6_000, "ttl_s": 60}), ("reset", {})])
        self.assertFalse("271828" in said)

    def test_a_level_ends_with_the_sitting(self):
        self.enter(b"pin set", b"271828", b"271828")
        self.assertIn("for the level installer", self.enter(b"limit 6000"))

    def test_a_pin_that_is_set_is_changed_by_the_installer_only(self):
        self.enter(b"pin set", b"271828", b"271828")
        before = self.app.files.read("pin.json")
        self.assertIn("for the level installer", self.enter(b"pin set", b"314159", b"314159"))
        self.assertEqual(self.app.files.read("pin.json"), before)
        self.enter(b"login", b"271828", b"pin set", b"314159", b"314159")
        self.assertIn("Done", self.enter(b"login", b"314159"))

    def test_a_pin_must_be_entered_twice_and_be_one(self):
        self.assertIn("not the same", self.enter(b"pin set", b"271828", b"271829"))
        self.assertIn("6 to 12 digits", self.enter(b"pin set", b"secret"))
        self.assertEqual(self.app.files.read("pin.json"), b"")


class Factory(ShellTest, unittest.TestCase):
    SET = (b"pin set", b"271828", b"271828")

    def code(self):
        """Sets a PIN; the code that is shown with it."""
        said = self.enter(*self.SET)
        at = said.index("not shown again: ") + 17
        return said[at : at + 19].encode()

    def test_is_reached_by_the_code_and_may_set_another_pin(self):
        code = self.code()
        self.assertIn("Wrong PIN", self.enter(b"login factory", b"271828"))
        self.enter(b"login factory", code, b"pin set", b"314159", b"314159")
        self.assertIn("Done", self.enter(b"login", b"314159"))
        self.assertIn("Wrong PIN", self.enter(b"login", b"271828"))
        self.assertFalse("shown again" in self.enter(b"login", b"314159", *self.SET))

    def test_alone_resets_and_that_keeps_what_is_sealed(self):
        code = self.code()
        kept = ("pin.json", "seal.json", "report.json")
        gone = ("config.json", "guests.json", "ca.der", "meter.json")
        for name in gone + kept[1:]:
            self.app.files.put(name, b"{}")
        reset = b"factory-reset"
        self.assertIn("for the level factory", self.enter(b"login", b"271828", reset, b"box-1"))
        self.assertIn("Not done", self.enter(b"login factory", code, reset, b"box-2"))
        self.app.session.active = True
        self.assertIn("occupied", self.enter(b"login factory", code, reset, b"box-1"))
        self.app.session.active = False
        self.assertTrue(all(self.app.files.read(name) for name in gone))
        self.assertIn("stay", self.enter(b"login factory", code, reset, b"box-1"))
        self.assertEqual([name for name in gone + kept if self.app.files.read(name)], list(kept))
        self.assertEqual(self.app.restarted, 1)


class Config(ShellTest, unittest.TestCase):
    SET = (b"pin set", b"271828", b"271828")

    def stored(self):
        return json.loads(self.app.files.read("config.json"))

    def test_is_checked_before_it_is_kept(self):
        self.app.files.put("config.json", b'{"id": "box-1", "limit_ma": 16000}')
        said = self.enter(*self.SET + (b"config set limit_ma 99999", b"config save"))
        self.assertIn("99999 is outside 0 to 80000", said)
        self.assertIn("Nothing has changed", said)
        self.assertEqual(self.stored()["limit_ma"], 16_000)

    def test_keeps_what_was_there_and_says_what_changes(self):
        self.app.files.put("config.json", b'{"id": "box-1", "limit_ma": 16000}')
        lines = (b"config set limit_ma 10000", b"config set ventilated true", b"config diff")
        said = self.enter(*self.SET + lines + (b"config save",))
        self.assertIn("limit_ma: 16000 becomes 10000", said)
        self.assertEqual(self.stored(), {"id": "box-1", "limit_ma": 10_000, "ventilated": True})

    def test_of_a_file_that_is_broken_becomes_what_is_in_force(self):
        self.app.files.put("config.json", b"{")
        self.enter(*self.SET + (b"config set bay 7", b"config save"))
        self.assertEqual(self.stored()["limit_ma"], 16_000)
        self.assertEqual(self.stored()["bay"], "7")

    def test_never_shows_a_secret(self):
        self.app.config["wifi_key"] = "keep-it-secret"
        said = self.enter(b"config get wifi_key", b"config get")
        self.assertEqual(said.count('wifi_key = "***"'), 2)
        self.assertFalse("keep-it" in said)

    def test_waits_for_an_open_contactor(self):
        self.box.free = False
        said = self.enter(*self.SET + (b"config set bay 7", b"config save"))
        self.assertIn("as soon as the contactor is open", said)


class Languages(ShellTest, unittest.TestCase):
    def test_are_chosen_by_the_configuration_and_for_a_sitting(self):
        self.assertIn("no such command", self.enter(b"x"))
        self.app.config["lang"] = "zh"
        self.assertIn("没有此命令", self.enter(b"x"))
        self.assertIn("no such command", self.enter(b"lang en", b"x"))


if __name__ == "__main__":
    unittest.main()
