"""`pilotwire flash` and `pilotwire doctor`: what a person sees, and the exit codes."""

import sys
import time
from typing import TextIO

from rig.install import BUILD
from telling.output import objects, progress, tell
from telling.trouble import DONE, NO_ANSWER, REFUSED, WRONG, Trouble

from . import board as board_
from . import computer
from .console import BoardFailed, CableLost, Console, FlashFull
from .finding import Finding
from .flash import Done, NotVerified, Refused, flash
from .made import Made, NoBuild, load

_BAR = 30
_AS_IT_WAS = "the board has what it had"


class _Bar:
    """A line that grows where there is a terminal, a line for each tenth where there is none."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._tenth = -1

    def __call__(self, what: str, done: int, size: int) -> None:
        if self._out.isatty():
            bar = "#" * (done * _BAR // size)
            self._write(f"\r{what:8} {bar:{_BAR}} {done * 100 // size:3} %", "")
            if done == size:
                self._write("", "\n")
        elif done * 10 // size > self._tenth:
            self._tenth = done * 10 // size
            self._write(f"{what} {done * 100 // size} %", "\n")

    def _write(self, text: str, end: str) -> None:
        print(text, end=end, flush=True, file=self._out)


def flashed(board: str, port: str, as_json: bool) -> int:
    """Put build/`board` onto the board at `port`, start it, print what was done.

    Raises Trouble.
    """
    made = _built(board)
    start = time.monotonic()
    try:
        with _reached(port) as console:
            if not as_json:
                print(f"{port}: in maintenance mode, the contactor is open")
            done = flash(console, made, _Bar(sys.stderr if as_json else sys.stdout))
            console.restart(made.chip)
    except Refused as error:
        means = "nothing was changed; the board waits at its prompt"
        do = "mend that, then type the same again; its power off and on starts what it had"
        raise Trouble(REFUSED, str(error), means, do) from error
    except CableLost as error:
        raise Trouble(
            NO_ANSWER,
            str(error),
            "the board does not answer: it has the firmware that it had, or the new one where "
            "that was complete, and starts it when its power is taken away for a moment",
            "plug it in and type the same again, that goes on from here",
        ) from error
    except FlashFull as error:
        happened, do = f"the flash is full: {error}", "make room on it"
        raise Trouble(REFUSED, happened, _AS_IT_WAS, do) from error
    except (BoardFailed, NotVerified) as error:
        do = f"see pilotwire doctor {port}"
        raise Trouble(REFUSED, str(error), _AS_IT_WAS, do) from error
    took_s = time.monotonic() - start
    if as_json:
        went = {"sent_bytes": done.sent, "kept_bytes": done.kept, "starters": done.starters}
        facts = {"port": port, "firmware": made.firmware, "slot": done.slot, **went}
        objects({**facts, "changed": done.changed, "took_s": round(took_s, 1)})
    else:
        print(_told(done, made, took_s))
    return DONE


def _built(board: str) -> Made:
    try:
        return load(BUILD / board)
    except NoBuild as error:
        do = f"make build BOARD={board}"
        raise Trouble(WRONG, str(error), "there is nothing to compare or to flash", do) from error


def _reached(port: str) -> Console:
    """In maintenance mode, the contactor open."""
    try:
        return Console(port)
    except (CableLost, BoardFailed) as error:
        do = f"see pilotwire doctor {port}"
        raise Trouble(NO_ANSWER, str(error), "no board answers", do) from error


def _told(done: Done, made: Made, seconds: float) -> str:
    if not done.changed:
        return f"{made.firmware[:8]} was on it already, in slot {done.slot}; it starts"
    starters = f", with {' and '.join(done.starters)}" if done.starters else ""
    return (
        f"{made.firmware[:8]} starts from slot {done.slot}{starters}: {done.sent} bytes sent, "
        f"{done.kept} taken from what was there, verified, {seconds:.0f} s"
    )


def examined(port: str, board: str, as_json: bool) -> int:
    """Print what is missing on this computer, or on the board at `port` (for build/`board`).

    Raises Trouble.
    """
    if not port:
        return _print(computer.findings(), as_json)
    made = _built(board) if board else None
    try:
        with progress("looking at the board"), Console(port) as console:
            found = board_.findings(console, made)
            console.restart(console.interrupted.platform)
    except CableLost as error:
        do = "see to what is said next"
        trouble = Trouble(NO_ANSWER, str(error), "nothing is known of the board", do)
        tell("doctor", trouble, as_json)
        _print(computer.port_findings(port), as_json)
        return NO_ANSWER
    except BoardFailed as error:
        means = "nothing is known of the board; it waits at its prompt"
        do = "take its power away for a moment, then try again"
        raise Trouble(REFUSED, str(error), means, do) from error
    return _print(found, as_json)


def _print(found: list[Finding], as_json: bool) -> int:
    for finding in found:
        if as_json:
            objects(finding._asdict())
        else:
            print(finding)
    return REFUSED if any(finding.wrong for finding in found) else DONE
