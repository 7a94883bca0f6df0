"""What is typed: keys at a terminal, or the lines of a pipe."""

import asyncio
import contextlib
import os
import queue
import sys
import termios
import threading
import tty
from collections.abc import AsyncIterator, Iterable

_POLL_S = 0.05


@contextlib.asynccontextmanager
async def typed() -> AsyncIterator[asyncio.Queue[str]]:
    """Keys of this terminal, each at once."""
    fd = sys.stdin.fileno()
    keys: asyncio.Queue[str] = asyncio.Queue()
    before = termios.tcgetattr(fd)
    loop = asyncio.get_running_loop()

    def read() -> None:
        for character in os.read(fd, 64).decode(errors="ignore"):
            keys.put_nowait(character)

    tty.setcbreak(fd)
    loop.add_reader(fd, read)
    try:
        yield keys
    finally:
        loop.remove_reader(fd)
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


async def lines_of(stream: Iterable[str]) -> AsyncIterator[str]:
    """Lines of a pipe or a file: in a thread of its own, which may wait for ever."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get_nowait()
        except queue.Empty:
            await asyncio.sleep(_POLL_S)
            continue
        if line is None:
            return
        yield line
