"""A script on MicroPython, as a process whose lines a test waits for."""

import asyncio
from contextlib import asynccontextmanager

from rig.interpreter import HEAP, ROOT, environment, interpreter

DEADLINE_S = 60


class Saying:
    """The process and the lines it has said."""

    def __init__(self, process):
        self._process = process

    async def says(self, start):
        """Wait for a line with this start; returns its words."""
        async with asyncio.timeout(DEADLINE_S):
            while line := (await self._process.stdout.readline()).decode():
                if line.startswith(start):
                    return line.split()
        raise AssertionError(f"the box ended before it said {start!r}")


@asynccontextmanager
async def saying(script, *arguments, **variables):
    """`script` running, with `variables` of its environment."""
    process = await asyncio.create_subprocess_exec(
        *(str(interpreter()), "-X", HEAP, str(script), *map(str, arguments)),
        env={**environment(), **variables},
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield Saying(process)
    finally:
        process.kill()
        await process.wait()


def in_time(coro):
    """Run `coro` to its end, which has to come within two deadlines."""
    asyncio.run(asyncio.wait_for(coro, 2 * DEADLINE_S))
