"""The firmware as a process of its own: started, watched, killed like a power cut.

It ends with 0 when a command wants it to start again; then it is started again, as a chip is.
"""

import asyncio
import contextlib
import hashlib
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path

from .interpreter import FIRMWARE, HEAP, ROOT, environment, interpreter

BOARD = ROOT / "boards" / "host" / "board.json"
_LINES = 1_000
_AGAIN_S = 0.1


@cache
def _digest() -> str:
    """What records call this firmware."""
    digest = hashlib.sha256()
    for path in sorted(FIRMWARE.rglob("*.py")):
        digest.update(f"{path.relative_to(FIRMWARE)} ".encode() + path.read_bytes())
    return digest.hexdigest()


class Firmware:
    """`root` is its flash: configuration and records. `output` keeps what it printed last;
    `on_line` is called with each line.

    `plant` is host:port; `meter`, `grid` and `console` are pseudo-terminals; `fram` and `board`
    are files, `wifi` is one with the networks in reach, `front` one for the lamp's colours.
    """

    def __init__(
        self,
        root: Path,
        plant: str,
        meter: str = "",
        grid: str = "",
        fram: str = "",
        board: Path = BOARD,
        console: str = "",
        wifi: str = "",
        front: str = "",
    ):
        self.output: list[str] = []
        self.on_line: Callable[[str], object] = lambda _line: None
        self._environment = {
            **environment(),
            "PILOTWIRE_BOARD": str(board),
            "PILOTWIRE_ROOT": str(root),
            "PILOTWIRE_PLANT": plant,
            "PILOTWIRE_METER": meter,
            "PILOTWIRE_GRID": grid,
            "PILOTWIRE_FRAM": fram,
            "PILOTWIRE_CONSOLE": console,
            "PILOTWIRE_WIFI": wifi,
            "PILOTWIRE_FRONT": front,
            "PILOTWIRE_FIRMWARE": _digest(),
        }
        self._process: asyncio.subprocess.Process | None = None
        self._life: asyncio.Task[None] | None = None  # from power on to power off

    @property
    def alive(self) -> bool:
        return self._life is not None and not self._life.done()

    @property
    def ended(self) -> str:
        """How it ended, for a person; "" while it runs."""
        if self._process is None:
            return "never started"
        return "" if self.alive else f"ended with {self._process.returncode}"

    async def start(self) -> None:
        """Power on."""
        await self._launch("power-on")
        self._life = asyncio.create_task(self._live())

    async def cut(self) -> None:
        """Power off, at this very moment."""
        while self._process and self._life and not self._life.done():
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
            await asyncio.wait({self._life}, timeout=_AGAIN_S)  # it may be starting again

    async def _live(self) -> None:
        """Read what it prints; start it again when a command has ended it."""
        assert self._process
        while True:
            await self._read(self._process)
            if await self._process.wait() != 0:
                return
            await self._launch("command")

    async def _launch(self, started: str) -> None:
        self._process = await asyncio.create_subprocess_exec(
            str(interpreter()),
            "-X",
            HEAP,
            str(FIRMWARE / "main.py"),
            env={**self._environment, "PILOTWIRE_STARTED": started},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        async for line in process.stdout:
            self.output.append(line.decode(errors="replace").rstrip())
            self.on_line(self.output[-1])
            del self.output[:-_LINES]
