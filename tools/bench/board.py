"""`make bench-board`: figures of an emulated Pico W against their limits.

`RP2_UF2=path python -m bench.board`; `ONLY=name` measures and prints that line alone (or those of
one group: guard, opening, duty, boot, console, network, sizes). Exits 1 if a limit is not held.
Cycle timing is the emulator's, not checked against hardware; flash is faster there than on one.
"""

import os
import sys
from collections.abc import Callable, Iterator

from emulator import ImageMissingError, find_image

from . import board_console, board_guard, board_network, sizes
from .figure import BoardFigure

Group = tuple[tuple[str, ...], Callable[[tuple[str, ...]], Iterator[BoardFigure]]]


def holds(value: float, limit: str) -> bool:
    """Whether `value` is within `limit`."""
    if limit.startswith(">="):
        return value >= float(limit[2:])
    return value <= float(limit)


def _sizes(_wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    return ((name, size, unit, str(limit)) for name, size, unit, limit in sizes.figures())


def groups() -> dict[str, Group]:
    """{group: (its lines' names, what measures those asked for)}."""
    return {
        "sizes": (("mpy_",), _sizes),
        "boot": (board_network.BOOT, board_network.boot),
        "duty": (board_guard.DUTIES, board_guard.duty_errors),
        "guard": (board_guard.TICKS, board_guard.ticks),
        "opening": (tuple(board_guard.OPENINGS), board_guard.openings),
        "console": (board_console.CONSOLE, board_console.sittings),
        "network": (board_network.NETWORK, board_network.network),
    }


def main(only: str = "") -> int:
    try:
        find_image()
    except ImageMissingError as error:
        print(f"bench-board skipped: {error}")
        return 0
    failed = 0
    known = False
    for group, (names, measure) in groups().items():
        wanted = names if only in ("", group) else tuple(n for n in names if only.startswith(n))
        if not wanted:
            continue
        for name, value, unit, limit in measure(wanted):
            if only not in ("", group, name):
                continue
            known = True
            print(name, value, unit, limit, flush=True)
            if not holds(value, limit):
                print(f"{name} does not hold its limit", file=sys.stderr, flush=True)
                failed = 1
    if not known:
        print(f"ONLY={only}: there is no such line", file=sys.stderr)
    return failed if known else 1


if __name__ == "__main__":
    sys.exit(main(os.environ.get("ONLY", "")))
