"""Editing a line: bytes of a terminal (VT100) go in, what it is to show comes out.

Texts are UTF-8 and handled as bytes: MicroPython interns every character that it makes.
"""

from micropython import const

_LONGEST = const(160)  # bytes of a line
_REMEMBERED = const(10)  # lines
_ENTER = const(13)
_LF = const(10)
_TAB = const(9)
_ESC = const(27)
_DELETE = const(127)
_BELL = b"\x07"
_NEXT = b"\r\n"

# What keys do: control characters, and the ends of escape sequences.
_HOME, _END, _LEFT, _RIGHT, _UP, _DOWN = b"\x01", b"\x05", b"\x02", b"\x06", b"\x10", b"\x0e"
_CONTROL = b"\x01\x05\x02\x06\x10\x0e\x04\x08\x0b\x0c\x15\x17"
_HIDDEN = b"\x04\x08\x15"  # of these, where nothing is shown
_FINALS = {0x41: _UP, 0x42: _DOWN, 0x43: _RIGHT, 0x44: _LEFT, 0x48: _HOME, 0x46: _END}
_NUMBERED = {b"1": _HOME, b"7": _HOME, b"4": _END, b"8": _END, b"3": b"\x04"}
# UTF-8 after the first byte: of some characters the second one is bounded (Unicode, table 3-7).
_OTHERS = (0x80, 0xC0)
_SECOND = {0xE0: (0xA0, 0xC0), 0xED: (0x80, 0xA0), 0xF0: (0x90, 0xC0), 0xF4: (0x80, 0x90)}


def columns(data):
    """How wide UTF-8 text is: from U+3000 on a character takes two columns."""
    n = 0
    for byte in data:
        if not 0x80 <= byte < 0xC0:
            n += 1 if byte < 0xE3 else 2
    return n


class Editor:
    """`complete(before)`: the words (bytes) that the last word of `before` may become.

    `line`: None while it is edited, then its bytes. `closed`: Ctrl-D on an empty line.
    """

    def __init__(self, complete):
        self.history = []
        self.line = None
        self.closed = False
        self._complete = complete
        self._prompt = b""
        self._hidden = False
        self._text = bytearray()
        self._at = 0
        self._place = 0  # in the history; its end: what is being typed
        self._typed = b""
        self._part = bytearray()  # of a character
        self._missing = 0  # bytes of it
        self._escape = None  # what has come of a sequence
        self._was_cr = False

    def begin(self, prompt, hidden=False):
        """A new line; `hidden`: nothing of it is shown, nor remembered."""
        self.line = None
        self._prompt = prompt
        self._hidden = hidden
        self._put(b"")
        self._place = len(self.history)
        self._missing = 0
        self._escape = None
        return prompt

    def feed(self, byte):
        """Take a byte; what the terminal is to show (bytes)."""
        after_cr, self._was_cr = self._was_cr, byte == _ENTER
        if self._escape is not None:
            return self._sequence(byte)
        if self._missing:
            return self._character(byte)
        if byte == _ESC:
            self._escape = b""
        elif byte == _ENTER or (byte == _LF and not after_cr):
            return self._enter()
        elif byte == _TAB:
            return b"" if self._hidden else self._tab()
        elif byte == _DELETE:
            return self._do(0x08)
        elif byte < 0x20:
            return self._do(byte)
        elif byte < 0x80:
            return self._insert(bytes((byte,)))
        elif 0xC2 <= byte < 0xF5:
            self._missing = 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
            self._part = bytearray((byte,))
        return b""

    def show(self):
        """The whole line anew, for after something else was printed."""
        if self._hidden:
            return b"\r" + self._prompt
        text = b"\r" + self._prompt + bytes(self._text) + b"\x1b[K"
        back = columns(self._text[self._at :])
        return text + b"\x1b[%dD" % back if back else text

    def _character(self, byte):
        part = self._part
        least, end = _SECOND.get(part[0], _OTHERS) if len(part) == 1 else _OTHERS
        if not least <= byte < end:  # no UTF-8: it is dropped, and this byte begins anew
            self._missing = 0
            return self.feed(byte)
        part.append(byte)
        self._missing -= 1
        return b"" if self._missing else self._insert(bytes(part))

    def _sequence(self, byte):
        seen = self._escape
        if not seen and byte in b"[O":
            self._escape = bytes((byte,))
        elif seen and (0x30 <= byte < 0x40) and len(seen) < 8:
            self._escape = seen + bytes((byte,))
        else:
            self._escape = None
            key = _NUMBERED.get(seen[1:]) if byte == 0x7E else _FINALS.get(byte)
            if seen and key:
                if key == b"\x04" and not self._text:  # the key Delete ends nothing
                    return b""
                return self._do(key[0])
        return b""

    def _enter(self):
        line = bytes(self._text)
        self.line = line
        if line and not self._hidden and line not in self.history[-1:]:
            self.history.append(line)
            del self.history[:-_REMEMBERED]
        return _NEXT

    def _insert(self, data):
        if len(self._text) + len(data) > _LONGEST:
            return _BELL
        at = self._at
        at_end = at == len(self._text)
        self._text = self._text[:at] + data + self._text[at:]
        self._at = at + len(data)
        if self._hidden:
            return b""
        return data if at_end else self.show()

    def _do(self, control):
        """What a control character wants."""
        text, at = self._text, self._at
        if control not in (_HIDDEN if self._hidden else _CONTROL):
            return b""
        if control == 0x04:
            if not text:
                self.closed = True
                return _NEXT
            self._text = text[:at] + text[self._right() :]
        elif control == 0x08:
            self._cut(self._left())
        elif control == 0x0B:
            self._text = text[:at]
        elif control == 0x15:
            self._cut(0)
        elif control == 0x17:
            self._cut(bytes(text[:at]).rstrip().rfind(b" ") + 1)
        elif control in (0x10, 0x0E):
            return self._recall(-1 if control == 0x10 else 1)
        elif control == 0x0C:
            return b"\x1b[2J\x1b[H" + self.show()
        else:
            self._at = {1: 0, 5: len(text), 2: self._left(), 6: self._right()}[control]
        return self.show()

    def _left(self):
        at = max(self._at - 1, 0)
        while at and 0x80 <= self._text[at] < 0xC0:
            at -= 1
        return at

    def _right(self):
        text = self._text
        at = min(self._at + 1, len(text))
        while at < len(text) and 0x80 <= text[at] < 0xC0:
            at += 1
        return at

    def _cut(self, start):
        self._text = self._text[:start] + self._text[self._at :]
        self._at = start

    def _put(self, line):
        self._text = bytearray(line)
        self._at = len(line)

    def _recall(self, step):
        place = self._place + step
        if not 0 <= place <= len(self.history):
            return _BELL
        if self._place == len(self.history):
            self._typed = bytes(self._text)
        self._place = place
        self._put(self.history[place] if place < len(self.history) else self._typed)
        return self.show()

    def _tab(self):
        before = bytes(self._text[: self._at])
        word = before[before.rfind(b" ") + 1 :]
        found = self._complete(before)
        if not found:
            return _BELL
        common = found[0]
        for other in found:
            while not other.startswith(common):
                common = common[:-1]
        if len(found) == 1:
            common += b" "
        if len(common) > len(word):
            return self._insert(common[len(word) :])
        return _NEXT + b"  ".join(found) + _NEXT + self.show()
