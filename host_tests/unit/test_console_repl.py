"""The console's Python prompt: what a line may be, what is shown of it, and `evse`."""

import unittest

from pilotwire.link import state
from test_console_shell import ShellTest

PIN = b"271828"


class ReplTest(ShellTest):
    def begun(self, *lines):
        """All of the screen."""
        before = (b"login",) if self.app.files.read("pin.json") else (b"pin set", PIN)
        return self.enter(*before + (PIN, b"repl") + lines)

    def typed(self, *lines):
        """What the screen shows from the first prompt on."""
        return self.begun(*lines).split("exit() goes back.")[1]


class Prompt(ReplTest, unittest.TestCase):
    def test_is_the_installers_and_only_where_the_board_has_it(self):
        self.assertIn("for the level installer", self.enter(b"repl"))
        self.app.hal.board = dict(self.app.hal.board, repl=False)
        self.assertIn("no Python prompt", self.begun())

    def test_shows_values_and_keeps_what_is_assigned(self):
        said = self.typed(b"6 * 7", b"x = 5", b"x + 1", b"print('a', x, sep='-')", b"None")
        self.assertIn("42\r\n>>> ", said)
        self.assertIn("x + 1\r\n6\r\n", said)
        self.assertIn("a-5\r\n>>> None\r\n>>> ", said)

    def test_takes_blocks_up_to_an_empty_line(self):
        said = self.typed(b"for i in range(3):", b"  print(i * 11)", b"", b"7")
        self.assertIn("... \r\n0\r\n11\r\n22\r\n>>> 7\r\n7\r\n", said)

    def test_awaits_in_the_loop(self):
        said = self.typed(
            b"await asyncio.sleep(0)",
            b"y_1 = await evse.until(lambda s: 1, 1) and 8",
            b"y_1 + 1",
            b"for i in range(2):",
            b"  await asyncio.sleep(0)",
            b"  print(i + 70)",
            b"",
        )
        self.assertIn("y_1 + 1\r\n9\r\n", said)
        self.assertIn("70\r\n71\r\n", said)

    def test_outlives_whatever_is_wrong(self):
        for line, told in (
            (b"1 / 0", "ZeroDivisionError"),
            (b"nobody", "NameError"),
            (b"if", "SyntaxError"),
            (b"await nobody()", "NameError"),
        ):
            said = self.typed(line, b"6 * 7")
            self.assertIn(told, said)
            self.assertIn("42\r\n", said)

    def test_ends_with_exit_and_the_console_goes_on(self):
        said = self.typed(b"exit()", b"6 * 7", b"sta\t")
        self.assertIn("no such command", said)

    def test_completes_names_without_calling_anything(self):
        self.assertIn("evse.limit", self.typed(b"evse.li\t"))
        self.assertIn("print(evse.clear_faults", self.typed(b"print(evse.cl\t"))

        said = self.typed(b"nobody.x\t\x156 * 7")
        self.assertFalse("Error" in said)
        self.assertIn("\x07", said)
        self.assertIn("42", said)


class Evse(ReplTest, unittest.TestCase):
    def test_has_the_consoles_verbs(self):
        self.typed(b"evse.limit(ma=6000, ttl_s=60)", b"evse.clear_faults()", b"evse.pause()")
        self.assertEqual(
            self.obeyed,
            [("limit", {"ma": 6_000, "ttl_s": 60}), ("clear-faults", {}), ("pause", {})],
        )

    def test_refuses_what_an_operator_may_not(self):
        said = self.typed(b"evse.limit(ma=99999)", b"evse.limit()", b"evse.start(volume=1)")
        self.assertEqual(self.obeyed, [])
        for told in ("ma: 0 to 80000 wanted", "ma: missing", "unknown argument"):
            self.assertIn(told, said)

    def test_does_any_line_of_the_console(self):
        said = self.typed(b"await evse.do('limit 6000')", b"await evse.do('limit x')")
        self.assertEqual(self.obeyed, [("limit", {"ma": 6_000})])
        self.assertIn("ma: 0..80000 wanted", said)
        self.assertIn("The console is left", self.typed(b"await evse.do('exit')"))

    def test_tells_what_is_so_and_no_secret(self):
        self.app.config["wifi_key"] = "keep-it-secret"
        said = self.typed(
            b"evse.config('wifi_key')", b"evse.config()", b"evse.state()['limit']['by']"
        )
        self.assertFalse("keep-it" in said)
        self.assertIn("'***'", said)
        self.assertIn("'limit_ma': 16000", said)
        self.assertIn(repr(state.state(self.app)["limit"]["by"]), said)

    def test_says_what_there_is(self):
        said = self.typed(b"evse.help()")
        for name in ("evse.state()", "clear_faults", "evse.do("):
            self.assertIn(name, said)


if __name__ == "__main__":
    unittest.main()
