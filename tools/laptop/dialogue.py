"""One sitting at a box's console (docs/console.md): a line goes in, its answer comes out.

Ctrl-L is what it knocks with: an idle console wakes, one in use shows its line anew, and neither
does anything else.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from telling.trouble import REFUSED, WRONG, Trouble, no_answer

from . import said
from .line import Line

_KNOCK, _CLEAR = b"\x0c", b"\x15"
_ENTER = b"\r"
_LONGEST = 160  # bytes of a line, as the console has it
_ANSWER_S = 5.0
_PATIENCE_S = 60.0  # for the next sign of life of a command
# With what has been typed behind it where the line was shown anew.
_PROMPT = re.compile(
    r"(?:^|[\r\n]|\x1b\[H)([\w-]{1,20})([>#!]) (?:[^\r\n]*\x1b\[K(?:\x1b\[\d+D)?)?$"
)
_PYTHON = re.compile(r">>> $")
_ASKS = re.compile(r"[^\r\n]*: $")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Dialogue:
    """`box` is the id that its prompt has. Made by `sitting`."""

    def __init__(self, line: Line):
        self._line = line
        self._heard = ""
        self._ours = True  # nobody had left the console open
        self._logged_in = False
        self.box = self._knock()
        self.run("lang en")  # until the console is left

    def run(
        self,
        line: str,
        patience_s: float = _PATIENCE_S,
        on_line: Callable[[str], object] | None = None,
    ) -> str:
        """What a line is answered with, without echo and prompt. Raises Trouble.

        `on_line` is called with each line of it as it comes.
        """
        self._type(line)
        prompt = re.compile(rf"(?:^|[\r\n]){re.escape(self.box)}[>#!] $")
        text = self._until(prompt, patience_s, f"`{line}`", on_line)
        return _plain(prompt.sub("", text), line)

    def does(self, line: str, patience_s: float = _PATIENCE_S) -> str:
        """As `run`; raises Trouble where the box refuses."""
        answer = self.run(line, patience_s)
        if wrong := said.complaint(answer):
            raise Trouble(
                REFUSED,
                f"`{line}` was refused by {self.box}: {wrong}",
                "nothing has changed by it",
                "`help` at the console says what it takes (pilotwire console)",
            )
        return answer

    def login(self, pin: str) -> None:
        """The level installer. Raises Trouble."""
        self._type("login")
        text = self._until(_ASKS, _ANSWER_S, "`login`", stop=_PROMPT)
        if not _ASKS.search(text):
            wrong = said.complaint(_plain(text, "login")) or "the console has not asked for a PIN"
            raise Trouble(
                REFUSED,
                f"{self.box} lets nobody log in: {wrong}",
                "what changes something is for the level installer",
                "`pilotwire console`, then `pin set` where none is set",
            )
        self._line.write(pin.encode() + _ENTER)
        answer = self._until(_PROMPT, _PATIENCE_S, "the PIN")
        if wrong := said.complaint(answer):
            raise Trouble(
                REFUSED,
                f"{self.box} does not take the PIN: {wrong}",
                "each wrong one makes the next wait longer",
                "give the right one by PILOTWIRE_PIN or at the prompt",
            )
        self._logged_in = True

    def leave(self) -> None:
        """The console is as it was."""
        if self._ours:
            self._type("exit")
            self._until(re.compile(said.text("console-left")), _ANSWER_S, "`exit`")
        elif self._logged_in:
            self.run("logout")

    def _knock(self) -> str:
        self._line.write(_KNOCK)
        text = self._hear(_ANSWER_S, _PROMPT)
        if found := _PROMPT.search(text):
            self._ours = said.is_welcome(text)
            if not self._ours:
                self._line.write(_CLEAR)
                self._hear(1.0, _PROMPT)
            return found[1]
        if "console: in use" in text or _plain(text, "").strip():
            raise Trouble(
                REFUSED,
                f"{self._line.port}: the console is in use, or shows no prompt: "
                f"{_plain(text, '').strip()[-60:]!r}",
                "somebody is at it, commissioning perhaps, or it is not Pilotwire",
                "`pilotwire console` shows it; a sitting ends after five minutes without a line",
            )
        self._line.write(_ENTER)
        if _PYTHON.search(self._hear(1.0, _PYTHON)):
            raise Trouble(
                REFUSED,
                f"{self._line.port}: there is MicroPython's prompt, and no firmware runs",
                "the contactor is open, nobody can charge",
                "start it by taking its power away for a moment, or pilotwire flash BOARD PORT",
            )
        raise no_answer(
            f"{self._line.port}: nobody answers",
            "the box is without power, is starting, or what hangs there is no box",
            f"wait some seconds and try again; then pilotwire doctor {self._line.port}, which "
            "ends a charge",
        )

    def _type(self, line: str) -> None:
        data = line.encode()
        if len(data) > _LONGEST or any(byte < 0x20 for byte in data):
            raise Trouble(
                WRONG,
                f"`{line[:40]}` is no line of the console",
                f"one has at most {_LONGEST} bytes and no control characters",
                "make it shorter",
            )
        self._line.write(data + _ENTER)

    def _until(
        self,
        wanted: "re.Pattern[str]",
        patience_s: float,
        what: str,
        on_line: Callable[[str], object] | None = None,
        stop: "re.Pattern[str] | None" = None,
    ) -> str:
        text = self._hear(patience_s, wanted, on_line, stop)
        if wanted.search(text) or (stop and stop.search(text)):
            return text
        raise no_answer(
            f"{self._line.port}: {self.box} has not answered {what} within {patience_s:g} s",
            f"the last that came: {_plain(text, '').strip()[-80:]!r}",
            "look at it with pilotwire console",
        )

    def _hear(
        self,
        patience_s: float,
        wanted: "re.Pattern[str]",
        on_line: Callable[[str], object] | None = None,
        stop: "re.Pattern[str] | None" = None,
    ) -> str:
        """All until `wanted` or `stop` stands at the end, or nothing has come for so long."""
        text, told = "", 0
        due_s = time.monotonic() + patience_s
        raw = b""
        while time.monotonic() < due_s:
            data = self._line.read()
            if not data:
                continue
            raw += data
            text = raw.decode(errors="replace")
            due_s = time.monotonic() + patience_s
            if on_line:
                lines = text[told:].split("\n")
                for one in lines[:-1]:
                    on_line(one.rstrip("\r"))
                    told += len(one) + 1
            end = text[-200:]
            if wanted.search(end) or (stop and stop.search(end)):
                break
        return text


def _plain(text: str, echo: str) -> str:
    """What a person reads: no escapes, the echo gone."""
    text = _ESCAPES.sub("", text).replace("\r\n", "\n").replace("\r", "")
    if echo and text.startswith(echo):
        text = text[len(echo) :]
    return text.strip("\n")


@contextmanager
def sitting(port: str) -> Iterator[Dialogue]:
    """The console of the box at `port`, left as it was, come what may. Raises Trouble."""
    with Line(port) as line:
        dialogue = Dialogue(line)
        try:
            yield dialogue
        finally:
            with suppress(Trouble):  # a box that was told to restart is not there any more
                dialogue.leave()
