"""What every command at a box has in common: the PIN, JSON, progress, and how an error is told."""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import Progress

from .dialogue import Dialogue, sitting
from .line import chosen
from .trouble import DONE, WRONG, Trouble


def at_box(
    command: str,
    port: str,
    work: Callable[[Dialogue], int | None],
    as_json: bool = False,
    installer: bool = False,
) -> int:
    """Do `work` at the console of the box at `port`, logged in where it is the `installer`'s.

    The exit code: what `work` returns, or a Trouble's, which is told.
    """

    def at_console() -> int | None:
        pin = pin_wanted() if installer else ""
        with sitting(chosen(port)) as dialogue:
            if installer:
                dialogue.login(pin)
            return work(dialogue)

    return told(command, at_console, as_json)


def told(command: str, work: Callable[[], int | None], as_json: bool = False) -> int:
    """`work`'s exit code; a Trouble is told to the person, or to the program."""
    try:
        return work() or DONE
    except Trouble as trouble:
        tell(command, trouble, as_json)
        return trouble.code
    except KeyboardInterrupt:
        print(f"pilotwire {command}: stopped", file=sys.stderr)
        return 130


def tell(command: str, trouble: Trouble, as_json: bool) -> None:
    if as_json:
        parts = {"error": trouble.happened, "means": trouble.means, "do": trouble.do}
        print(json.dumps(parts, ensure_ascii=False))
    else:
        print(f"pilotwire {command}: {trouble}", file=sys.stderr)


def pin_wanted() -> str:
    """From PILOTWIRE_PIN, else from the person: never from the command line. Raises Trouble."""
    pin = os.environ.get("PILOTWIRE_PIN", "")
    if not pin and sys.stdin.isatty():
        pin = getpass.getpass("PIN: ")
    if not pin.isdecimal():
        raise Trouble(
            WRONG,
            "no PIN of 6 to 12 digits is given",
            "this changes something or shows what is the installer's",
            "set PILOTWIRE_PIN, or run it at a terminal and type the PIN",
        )
    return pin


def as_lines(value: Any) -> None:
    """JSON, a line for an object or a list's member."""
    for one in value if isinstance(value, list) else [value]:
        print(json.dumps(one, ensure_ascii=False), flush=True)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], object]]:
    """A bar on standard error, where that is a terminal; call with how much is done."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
