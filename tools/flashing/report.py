"""`pilotwire flash` and `pilotwire doctor`: what a person sees, and the exit codes."""

import json
import sys
import time

from rig.install import BUILD

from . import board as board_
from . import computer
from .console import BoardFailed, CableLost, Console, FlashFull
from .finding import Finding
from .flash import Done, NotVerified, Refused, flash
from .made import Made, NoBuild, load

DONE, REFUSED, NO_START, LOST = range(4)  # exit codes
_BAR = 30


class _Bar:
    """A line that grows where there is a terminal, a line for each tenth where there is none."""

    def __init__(self) -> None:
        self._tenth = -1

    def __call__(self, what: str, done: int, size: int) -> None:
        if sys.stdout.isatty():
            bar = "#" * (done * _BAR // size)
            print(f"\r{what:8} {bar:{_BAR}} {done * 100 // size:3} %", end="", flush=True)
            if done == size:
                print()
        elif done * 10 // size > self._tenth:
            self._tenth = done * 10 // size
            print(f"{what} {done * 100 // size} %", flush=True)


def flashed(board: str, port: str) -> int:
    """Put build/`board` onto the board at `port`, start it, print what was done."""
    try:
        made = load(BUILD / board)
    except NoBuild as error:
        return _fail(NO_START, str(error))
    start = time.monotonic()
    try:
        reached = Console(port)
    except (CableLost, BoardFailed) as error:
        return _fail(LOST, f"{error}\nno board answers; see pilotwire doctor {port}")
    try:
        with reached as console:
            print(f"{port}: in maintenance mode, the contactor is open")
            done = flash(console, made, _Bar())
            console.restart(made.chip)
    except Refused as error:
        return _fail(REFUSED, f"{error}\nnothing was changed; the board waits at its prompt")
    except CableLost as error:
        return _fail(
            LOST,
            f"{error}\nthe board does not answer: it has the firmware that it had, or the new one "
            "where that was complete, and starts it when its power is taken away for a moment; "
            "plug it in and type the same again, that goes on from here",
        )
    except FlashFull as error:
        return _fail(
            REFUSED, f"the flash is full: {error}\nthe board has what it had; make room on it"
        )
    except (BoardFailed, NotVerified) as error:
        return _fail(REFUSED, f"{error}\nthe board has what it had")
    print(_told(done, made, time.monotonic() - start))
    return DONE


def _told(done: Done, made: Made, seconds: float) -> str:
    if not done.changed:
        return f"{made.firmware[:8]} was on it already, in slot {done.slot}; it starts"
    starters = f", with {' and '.join(done.starters)}" if done.starters else ""
    return (
        f"{made.firmware[:8]} starts from slot {done.slot}{starters}: {done.sent} bytes sent, "
        f"{done.kept} taken from what was there, verified, {seconds:.0f} s"
    )


def examined(port: str, board: str, as_json: bool = False) -> int:
    """Print what is missing on this computer, or on the board at `port` (for build/`board`)."""
    if not port:
        return _print(computer.findings(), as_json)
    made = None
    if board:
        try:
            made = load(BUILD / board)
        except NoBuild as error:
            return _fail(NO_START, str(error))
    try:
        with Console(port) as console:
            found = board_.findings(console, made)
            console.restart(console.interrupted.platform)
    except CableLost as error:
        _fail(LOST, str(error))
        _print(computer.port_findings(port), as_json)
        return LOST
    except BoardFailed as error:
        return _fail(REFUSED, str(error))
    return _print(found, as_json)


def _print(found: list[Finding], as_json: bool) -> int:
    for finding in found:
        print(json.dumps(finding._asdict()) if as_json else finding)
    return REFUSED if any(finding.wrong for finding in found) else DONE


def _fail(code: int, text: str) -> int:
    print(text, file=sys.stderr)
    return code
