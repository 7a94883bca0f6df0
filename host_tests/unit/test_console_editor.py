"""Editing a line at the console: what the keys of a terminal make of it."""

import unittest

from pilotwire.console.editor import Editor, columns

LEFT, RIGHT, UP, DOWN = b"\x1b[D", b"\x1b[C", b"\x1b[A", b"\x1b[B"
HOME, END, DELETE = b"\x1b[H", b"\x1b[F", b"\x1b[3~"
BACK = b"\x7f"
NI_HAO = "你好".encode()

# Keys, and the line that they make.
LINES = (
    (b"status", b"status"),
    (b"statsu" + BACK + BACK + b"us", b"status"),
    (b"tatus" + HOME + b"s", b"status"),
    (b"tatus\x01s", b"status"),
    (b"sttus" + LEFT * 3 + b"a", b"status"),
    (b"sttus" + LEFT * 9 + RIGHT * 2 + b"a", b"status"),
    (b"atus" + HOME + b"st" + END + b" now", b"status now"),
    (b"sttatus" + LEFT * 6 + DELETE, b"status"),
    (b"xxx\x15status", b"status"),
    (b"xxx status" + LEFT * 6 + b"\x15", b"status"),
    (b"status xxx" + LEFT * 4 + b"\x0b", b"status"),
    (b"config get\x17set", b"config set"),
    (b"config get  \x17set", b"config set"),
    (b"\x17\x15" + BACK + DELETE + LEFT + RIGHT + b"ok", b"ok"),
    (b"\x1bOHs\x1bOFt", b"st"),
    (b"a\x1b[1~b\x1b[4~c\x1b[7~d\x1b[8~e", b"dbace"),
    (b"a\x1b[99~\x1b[1;5Xb\x1bxc", b"abc"),
    (b"a\x00\x1c\x1d\x1eb", b"ab"),
    (NI_HAO, NI_HAO),
    (NI_HAO + BACK, "你".encode()),
    (NI_HAO + LEFT + BACK, "好".encode()),
    (NI_HAO + HOME + DELETE, "好".encode()),
    (NI_HAO + LEFT + b"-", "你-好".encode()),
    (b"a\xffb\xe4\xbdc\x80d\xc3\xa4", b"abcd\xc3\xa4"),  # what is no UTF-8 is dropped
    (b"a\xe0\x80b\xed\xa0\x80c\xf0\x80d\xf4\x90e\xc1f\xf5g", b"abcdefg"),
    ("a😀\ud7ff".encode() + b"\xe0\xa0\x80", "a😀\ud7ff\u0800".encode()),
)


def nothing(_before):
    return []


def typed(editor, keys):
    """What the terminal is told."""
    return b"".join([editor.feed(byte) for byte in keys])


class Keys(unittest.TestCase):
    def test_make_the_line(self):
        for keys, line in LINES:
            editor = Editor(nothing)
            editor.begin(b"> ")
            typed(editor, keys)
            self.assertIsNone(editor.line, keys)
            typed(editor, b"\r")
            self.assertEqual(editor.line, line, keys)

    def test_are_echoed_at_the_end_and_shown_anew_in_the_middle(self):
        editor = Editor(nothing)
        self.assertEqual(editor.begin(b"> "), b"> ")
        self.assertEqual(typed(editor, b"ab"), b"ab")
        self.assertEqual(typed(editor, LEFT), b"\r> ab\x1b[K\x1b[1D")
        self.assertEqual(typed(editor, b"c"), b"\r> acb\x1b[K\x1b[1D")

    def test_go_back_by_the_width_of_what_is_shown(self):
        editor = Editor(nothing)
        editor.begin(b"> ")
        self.assertTrue(typed(editor, NI_HAO + HOME).endswith(b"\x1b[4D"))
        for text, wide in (("abc", 3), ("ä", 1), ("你", 2), ("😀", 2), ("", 0)):
            self.assertEqual(columns(text.encode()), wide, text)

    def test_that_are_too_many_ring_the_bell(self):
        editor = Editor(nothing)
        editor.begin(b"> ")
        typed(editor, b"x" * 160)
        self.assertEqual(typed(editor, b"x"), b"\x07")
        self.assertEqual(typed(editor, NI_HAO), b"\x07\x07")
        typed(editor, b"\r")
        self.assertEqual(len(editor.line), 160)

    def test_end_a_line_once_however_the_terminal_ends_it(self):
        editor = Editor(nothing)
        for end in (b"\r", b"\r\n", b"\n"):
            editor.begin(b"> ")
            typed(editor, b"a" + end)
            self.assertEqual(editor.line, b"a", end)
        editor.begin(b"> ")
        typed(editor, b"b\r")
        editor.begin(b"> ")
        typed(editor, b"\n")  # belongs to the line before
        self.assertIsNone(editor.line)

    def test_leave_by_ctrl_d_on_an_empty_line_only(self):
        editor = Editor(nothing)
        editor.begin(b"> ")
        typed(editor, b"ab" + HOME + b"\x04")
        self.assertFalse(editor.closed)
        typed(editor, b"\x04")
        self.assertFalse(editor.closed)
        typed(editor, DELETE)
        self.assertFalse(editor.closed)
        typed(editor, b"\x04")
        self.assertTrue(editor.closed)


class Hidden(unittest.TestCase):
    def test_lines_are_neither_shown_nor_remembered(self):
        editor = Editor(nothing)
        editor.begin(b"PIN: ", True)
        self.assertEqual(typed(editor, b"123\t" + UP + LEFT + b"45"), b"")
        self.assertFalse(b"5" in typed(editor, BACK + b"6\r"))
        self.assertEqual(editor.line, b"12346")
        self.assertEqual(editor.history, [])


class History(unittest.TestCase):
    def lines(self, *lines):
        editor = Editor(nothing)
        for line in lines:
            editor.begin(b"> ")
            typed(editor, line + b"\r")
        editor.begin(b"> ")
        return editor

    def test_goes_back_and_forth_and_keeps_what_was_being_typed(self):
        for keys, line in (
            (UP, b"two"),
            (UP + UP, b"one"),
            (UP + UP + UP, b"one"),
            (b"thr" + UP + DOWN, b"thr"),
            (UP + b"!", b"two!"),
            (b"\x10\x10\x0e", b"two"),
            (DOWN, b""),
        ):
            editor = self.lines(b"one", b"two")
            typed(editor, keys + b"\r")
            self.assertEqual(editor.line, line, keys)

    def test_has_no_line_twice_in_a_row_and_no_empty_one(self):
        self.assertEqual(self.lines(b"a", b"a", b"", b"b", b"a").history, [b"a", b"b", b"a"])

    def test_is_bounded(self):
        editor = self.lines(*[b"%d" % i for i in range(25)])
        self.assertEqual(editor.history, [b"%d" % i for i in range(15, 25)])


class Completion(unittest.TestCase):
    WORDS = (b"status", b"start", b"stop")

    def complete(self, before):
        word = before.split(b" ")[-1]
        return [one for one in self.WORDS if one.startswith(word)]

    def test_adds_what_is_certain(self):
        for keys, line in (
            (b"sto\t", b"stop "),
            (b"sta\t", b"sta"),
            (b"s\t", b"st"),
            (b"help stat\t", b"help status "),
            (b"x\t", b"x"),
            (b"sto p" + LEFT * 2 + b"\t", b"stop  p"),
        ):
            editor = Editor(self.complete)
            editor.begin(b"> ")
            typed(editor, keys + b"\r")
            self.assertEqual(editor.line, line, keys)

    def test_lists_what_is_not(self):
        editor = Editor(self.complete)
        editor.begin(b"> ")
        typed(editor, b"sta")
        self.assertEqual(editor.feed(9), b"\r\nstatus  start\r\n\r> sta\x1b[K")
        self.assertEqual(typed(editor, b"x\t"), b"x\x07")


if __name__ == "__main__":
    unittest.main()
