"""A person at the console of a desk's box, for the tests of it."""

import asyncio
import os
import re
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from desk import Desk, desk
from pexpect import TIMEOUT
from pexpect.fdpexpect import fdspawn
from plant.link import Link

PIN = "271828"
_LONGEST_S = 150  # a meter is asked for every map


class Console:
    """A person's end of the terminal. `code`: of the level factory, once it was shown."""

    code = ""

    def __init__(self, master: int):
        self._child = fdspawn(master, timeout=_LONGEST_S, encoding="utf-8")

    async def says(self, pattern: str) -> re.Match[str]:
        await asyncio.to_thread(self._child.expect, pattern)
        found = self._child.match
        assert isinstance(found, re.Match)
        return found

    async def does(self, line: str, pattern: str) -> None:
        """Enter a line; what it answers before the next prompt has the pattern."""
        self.types(line + "\r")
        await self.says(re.escape(line) + r"\r+\n")  # the echo
        await self.says(r"\ndesk[>#!] $")
        said = self._child.before or ""
        assert re.search(pattern, said, re.DOTALL), (line, said)

    def types(self, text: str | bytes) -> None:
        os.write(self._child.fileno(), text.encode() if isinstance(text, str) else text)

    async def enters(self, line: str, prompt: str, answer: str) -> None:
        """A line, and what it then asks for."""
        self.types(line + "\r")
        await self.says(prompt)
        self.types(answer + "\r")

    async def shows(self, pattern: str) -> bool:
        """Whether it says that within a second."""
        found = [pattern, TIMEOUT]
        return await asyncio.to_thread(self._child.expect, found, 1) == 0

    @property
    def before(self) -> str:
        """What the last `says` has found."""
        return str(self._child.after)

    async def opens(self) -> None:
        self.types("\r")
        await self.says("Pilotwire, box desk.*desk> $")

    async def leaves(self) -> None:
        self.types("\x15exit\r")
        await self.says(r"The console is left\.|已退出控制台。")

    async def becomes_installer(self, set_: bool) -> None:
        """By setting a PIN, or by the one that is set."""
        self.types("pin set\r" if set_ else "login\r")
        for prompt in (r"\(6\.\.12\): $", "PIN: $") if set_ else ("PIN: $",):
            await self.says(prompt)
            self.types(PIN + "\r")
        await self.says("desk# $")
        shown = re.search(r"not shown again: ([\d ]+)", self._child.before or "")
        self.code = shown[1] if shown else self.code

    async def answers(self, mark: str) -> None:
        """Whatever has been typed before: a command that there is not, until it is told so."""
        for _ in range(5):
            self.types(f"\x1b~\x15{mark}\r")
            await asyncio.to_thread(
                self._child.expect,
                [rf"{mark}(?!\r)", r"PIN \(6|PIN: |digits|位数字|left\.|已退出"],
            )
            if mark in str(self._child.after):
                return
        raise AssertionError(f"no answer to {mark}")


class Ticks:
    """Counts ring 0's, and those at which the contactor was open."""

    def __init__(self, plant: Link):
        self.opened = 0
        self._seen = asyncio.Event()
        plant.observers.append(self._tick)

    def _tick(self, world: Any) -> None:
        self._seen.set()
        self.opened += not world.contactor.closed

    async def go_on(self) -> None:
        """Wait for the next one."""
        self._seen.clear()
        await self._seen.wait()


@asynccontextmanager
async def bench(
    longest_s: float = 300, board: Any = None, **config: Any
) -> AsyncIterator[tuple[Desk, Console]]:
    """A desk whose box has a console."""
    master, slave = os.openpty()
    try:
        tty.setraw(slave)
        parts = {"console": os.ttyname(slave), "board": board}
        async with desk(config=config, parts=parts, longest_s=longest_s) as d:
            yield d, Console(master)
    finally:
        os.close(master)
        os.close(slave)


async def heap_used(d: Desk) -> int:
    """Bytes after a collection, the least of three looks."""
    found = [(await d.operator.command("diagnostics"))["value"]["heap_used"] for _ in range(3)]
    return min(found)
