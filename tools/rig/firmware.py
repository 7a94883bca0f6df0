"""The firmware as a process of its own: started, watched, killed like a power cut."""

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

    `plant` is host:port, `meter` and `grid` are pseudo-terminals, `fram` is a file.
    """

    def __init__(self, root: Path, plant: str, meter: str = "", grid: str = "", fram: str = ""):
        self.output: list[str] = []
        self.on_line: Callable[[str], object] = lambda _line: None
        self._environment = {
            **environment(),
            "PILOTWIRE_BOARD": str(BOARD),
            "PILOTWIRE_ROOT": str(root),
            "PILOTWIRE_PLANT": plant,
            "PILOTWIRE_METER": meter,
            "PILOTWIRE_GRID": grid,
            "PILOTWIRE_FRAM": fram,
            "PILOTWIRE_FIRMWARE": _digest(),
        }
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def ended(self) -> str:
        """How it ended, for a person; "" while it runs."""
        if self._process is None:
            return "never started"
        code = self._process.returncode
        return "" if code is None else f"ended with {code}"

    async def start(self) -> None:
        """Power on."""
        self._process = await asyncio.create_subprocess_exec(
            str(interpreter()),
            "-X",
            HEAP,
            str(FIRMWARE / "main.py"),
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read())

    async def cut(self) -> None:
        """Power off, at this very moment."""
        if self._process and self._reader:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
            await self._reader

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        async for line in self._process.stdout:
            self.output.append(line.decode(errors="replace").rstrip())
            self.on_line(self.output[-1])
            del self.output[:-_LINES]
