"""What every command at a box has in common: the port, and the PIN."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from telling.trouble import WRONG, Trouble

from .dialogue import Dialogue, sitting
from .line import chosen


@contextmanager
def at_box(port: str, installer: bool = False) -> Iterator[Dialogue]:
    """At the console of the box at `port`, logged in where it is the `installer`'s.

    Raises Trouble.
    """
    pin = pin_wanted() if installer else ""
    with sitting(chosen(port)) as dialogue:
        if installer:
            dialogue.login(pin)
        yield dialogue


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
