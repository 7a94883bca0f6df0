"""`pilotwire box`: the real firmware in a folder of one's own, on a simulated plant.

The folder is the box's flash: config.json, certificates, records. It lives until a signal comes.
"""

import asyncio
import signal
import sys
from pathlib import Path

from plant import Cable, Car, World

from .box import Box
from .interpreter import NoInterpreter, interpreter

ENDED, FAILED, CANNOT_START = 0, 1, 2
_CABLE_A = 32
_POLL_S = 0.1


def run(folder: Path, charges: int, wh: int) -> int:
    """Charge `charges` cars with at least `wh` each, then wait for a signal; the exit code."""
    if not (folder / "config.json").is_file():
        return _complain(
            CANNOT_START, f"{folder}: there is no config.json (docs/configuration.md)"
        )
    try:
        interpreter()
    except NoInterpreter as error:
        return _complain(CANNOT_START, str(error))
    return asyncio.run(_run(folder, charges, wh))


def _complain(code: int, text: str) -> int:
    print(f"pilotwire box: {text}", file=sys.stderr)
    return code


async def _run(folder: Path, charges: int, wh: int) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    world = World()
    async with Box(world, None, folder) as box:
        box.firmware.on_line = lambda text: print(text, flush=True)
        story = asyncio.create_task(_charge(world, charges, wh))
        while box.firmware.alive and not stop.is_set():
            await asyncio.sleep(_POLL_S)
        story.cancel()
        if stop.is_set():
            return ENDED
        return _complain(FAILED, f"the firmware {box.firmware.ended}")


async def _charge(world: World, charges: int, wh: int) -> None:
    for number in range(1, charges + 1):
        before_wh = world.reading().import_wh
        world.plug(Cable(_CABLE_A), Car())
        print(f"plant: car {number} of {charges} is plugged in", flush=True)
        while world.reading().import_wh < before_wh + wh:
            await asyncio.sleep(_POLL_S)
        world.unplug()
        print(f"plant: car {number} leaves", flush=True)
        while world.contactor.closed:
            await asyncio.sleep(_POLL_S)
