"""Sittings at the console of the emulated board: what they take of the heap once, and keep.

The firmware is started at the prompt with nothing but a pilot at +12 V; an installer sits down
three times, with a PIN, and looks at this and that, the guided commissioning among it.
"""

from collections.abc import Iterator

from emulator import Pico, find_image
from on_chip.box import tree
from packing.mpy import as_mpy

from .board_outlet import Outlet
from .figure import BoardFigure

KEPT = "heap_kept_console_bytes"
ONCE = "heap_once_console_bytes"
CONSOLE = (KEPT, ONCE)
_SITTINGS = 3
_LONG_MS = 120_000
_CONFIG = b'{"id": "bench", "limit_ma": 16000, "cable_ma": 32000, "meter": ""}'

_RUN = """
import gc
gc.threshold(16_384)  # as main.py does
import asyncio, sys
from pilotwire.hal.rp2 import Rp2
from pilotwire.update import start
async def watch(_hal):
    await asyncio.sleep(3)
    while True:
        gc.collect()
        print('free', gc.mem_free())
        while 'pilotwire.console.shell' not in sys.modules:
            await asyncio.sleep_ms(50)
        while 'pilotwire.console.shell' in sys.modules:
            await asyncio.sleep_ms(50)
        await asyncio.sleep_ms(200)
start._settle = watch
start.run(Rp2)
"""


def sittings(_wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    """Free heap before the first, and after each; from the second on it must not change."""
    files = {**tree(None, main=b""), "run.mpy": as_mpy(_RUN, "run.py"), "config.json": _CONFIG}
    free = []
    with Pico(find_image(), tree=files, devices=[Outlet()]) as board:
        console = board.console

        def says(marker: bytes) -> bytes:
            return console.expect(marker, _LONG_MS)

        def types(line: bytes, marker: bytes) -> None:
            console.write(line + b"\r")
            says(marker)

        def left() -> None:
            says(b"free ")
            free.append(int(says(b"\n")))

        console.start("import run")
        left()
        for sitting in range(_SITTINGS):
            types(b"", b"\nbench> ")
            if sitting:
                types(b"login", b"PIN: ")
                types(b"123456", b"\nbench# ")
            else:
                types(b"pin set", b": ")
                types(b"123456", b"PIN: ")
                types(b"123456", b"\nbench# ")
            for line in (b"help", b"status", b"why", b"config get", b"pilot", b"selftest"):
                types(line, b"\nbench# ")
            types(b"commission rotation", b"ccw")  # no step before it that looks for a meter
            types(b"ccw", b"q: leave.")
            types(b"q", b"\nbench# ")
            console.write(b"exit\r")
            left()
    yield ONCE, free[0] - free[1], "bytes", "16384"
    yield KEPT, max(free[1:]) - min(free[1:]), "bytes", "0"
