"""A MicroPython process that polls a pymodbus meter, for the bench and the system tests."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rig.install import BUILD
from rig.interpreter import HEAP, environment, interpreter

UMODBUS = BUILD / "micropython-modbus"  # only to compare with
_HERE = Path(__file__).parent


class Polls:
    """What the process reports, one poll after the other; see the script."""

    def __init__(self, process: asyncio.subprocess.Process):
        self._process = process

    async def next(self) -> dict[str, Any]:
        """The next poll. Raises EOFError when the process has ended."""
        assert self._process.stdout
        line = await self._process.stdout.readline()
        if not line:
            raise EOFError("the poller has ended")
        return json.loads(line)

    def cpu_s(self) -> float:
        """Processor time that the process has taken so far."""
        schedule = Path(f"/proc/{self._process.pid}/schedstat").read_text()
        return int(schedule.split()[0]) / 1e9


@asynccontextmanager
async def polling(
    path: str,
    meter: str = "sdm630",
    pause_ms: int = 50,
    most: int = 0,
    baud: int = 0,
    script: str = "meter_poll",
) -> AsyncIterator[Polls]:
    """Polls the `meter` on the line `path` until the block ends. Raises NoInterpreter.

    `most` registers in a request and `baud`, 0: as its map has it. `script` is meter_poll or
    umodbus_poll.
    """
    numbers = map(str, (pause_ms, most, baud))
    process = await asyncio.create_subprocess_exec(
        str(interpreter()),
        *("-X", HEAP, str(_HERE / f"{script}.py"), path, meter, *numbers),
        env=environment(UMODBUS),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Polls(process)
    finally:
        process.kill()
        await process.wait()
