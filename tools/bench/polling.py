"""A MicroPython process that polls a pymodbus meter, for the bench and the system tests."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rig.interpreter import HEAP, environment, interpreter

_SCRIPT = Path(__file__).with_name("meter_poll.py")
SDM630_REGISTERS = 80  # most in a request


class Polls:
    """What the process reports, one poll after the other; see meter_poll.py."""

    def __init__(self, process: asyncio.subprocess.Process):
        self._process = process

    async def next(self) -> dict[str, Any]:
        """The next poll. Raises EOFError when the process has ended."""
        assert self._process.stdout
        line = await self._process.stdout.readline()
        if not line:
            raise EOFError("the poller has ended")
        return json.loads(line)


@asynccontextmanager
async def polling(
    path: str, baud: int, pause_ms: int = 50, most: int = SDM630_REGISTERS
) -> AsyncIterator[Polls]:
    """Polls the line `path` until the block ends. Raises NoInterpreter."""
    process = await asyncio.create_subprocess_exec(
        str(interpreter()),
        *("-X", HEAP, str(_SCRIPT), path, str(baud), str(pause_ms), str(most)),
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Polls(process)
    finally:
        process.kill()
        await process.wait()
