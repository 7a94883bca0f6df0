"""`pilotwire console`: lines for a program, or the whole terminal for a person."""

import contextlib
import os
import select
import sys
from collections.abc import Iterator

from telling.output import objects
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from . import answers, said
from .line import Line, chosen
from .show import at_box

_LEAVE, _CTRL_C = b"\x1d", b"\x03"
_TURN_S = 0.02
_LOOK = b"\x0c"  # shows the prompt, whoever was there before


def lines(port: str, run: list[str], login: bool, as_json: bool, patience_s: float) -> int:
    """Run them, print what each is answered with; REFUSED once one is not accepted."""
    with at_box(port, login) as dialogue:
        for line in run:
            answer = dialogue.run(line, patience_s)
            wrong = said.complaint(answer)
            if as_json:
                read = answers.READ.get(line.strip())
                found = read(answer) if read and not wrong else answer.split("\n")
                objects({"box": dialogue.box, "line": line, "ok": not wrong, "answer": found})
            else:
                print(answer)
            if wrong:
                return REFUSED
    return DONE


def person(port: str) -> int:
    """Until Ctrl-]: what is typed goes to the box, what it says comes here."""
    port = chosen(port)
    if os.name != "posix" or not sys.stdin.isatty():
        raise Trouble(
            WRONG,
            "here is no terminal to sit at",
            "a person's console needs one of Linux or macOS",
            'run lines by --run "status", or use any terminal program at the port',
        )
    with Line(port) as line, _raw(sys.stdin.fileno()) as keys:
        _show(f"{port}: Ctrl-] leaves, Ctrl-C is asked about\r\n".encode())
        line.write(_LOOK)
        while True:
            _show(line.read())
            ready, _, _ = select.select([keys], [], [], _TURN_S)
            typed = os.read(keys, 64) if ready else b""
            if _LEAVE in typed:
                _show(b"\r\n")
                return DONE
            if _CTRL_C in typed:
                typed = _CTRL_C if _wanted(keys) else b""
            if typed:
                line.write(typed)


def _wanted(keys: int) -> bool:
    """Whether a Ctrl-C is meant: on a board it ends a charge."""
    _show(b"\r\nCtrl-C ends the firmware: the contactor opens, a charge is over; MicroPython's\r\n"
          b"prompt comes. Press y to send it, any other key to go on. ")  # fmt: skip
    meant = os.read(keys, 64) == b"y"
    _show(b"sent\r\n" if meant else b"not sent\r\n")
    return meant


def _show(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@contextlib.contextmanager
def _raw(keys: int) -> Iterator[int]:
    import termios
    import tty

    before = termios.tcgetattr(keys)
    tty.setraw(keys)
    try:
        yield keys
    finally:
        termios.tcsetattr(keys, termios.TCSADRAIN, before)
