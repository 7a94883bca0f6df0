"""`pilotwire box`: the real firmware in a folder of one's own, on a simulated plant.

The folder is the box's flash: config.json, certificates, records. It lives until a signal comes.
"""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plant import Cable, Car, World
from telling.output import objects
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from .box import Box
from .interpreter import NoInterpreter, interpreter

_CABLE_A = 32
_POLL_S = 0.1


Say = Callable[..., None]  # source, text, facts for a program


def run(folder: Path, charges: int, wh: int, as_json: bool) -> int:
    """Charge `charges` cars with at least `wh` each, then wait for a signal. Raises Trouble."""
    nothing = "no box was started"
    if not (folder / "config.json").is_file():
        do = "write one (docs/configuration.md), or let pilotwire provision make"
        raise Trouble(WRONG, f"{folder}: there is no config.json", nothing, do)
    try:
        interpreter()
    except NoInterpreter as error:
        raise Trouble(WRONG, str(error), nothing, "pilotwire doctor") from error
    return asyncio.run(_run(folder, charges, wh, _objects if as_json else _words))


def _words(source: str, text: str, **_facts: Any) -> None:
    print(text if source == "firmware" else f"{source}: {text}", flush=True)


def _objects(source: str, text: str, **facts: Any) -> None:
    objects({"source": source, "text": text, **facts})


async def _run(folder: Path, charges: int, wh: int, say: Say) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    world = World()
    async with Box(world, None, folder) as box:
        box.firmware.on_line = lambda text: say("firmware", text)
        story = asyncio.create_task(_charge(world, charges, wh, say))
        while box.firmware.alive and not stop.is_set():
            await asyncio.sleep(_POLL_S)
        story.cancel()
        if stop.is_set():
            return DONE
        happened = f"the firmware {box.firmware.ended}"
        means = "the box is gone; what it printed last says why"
        raise Trouble(REFUSED, happened, means, "mend that, then type the same again")


async def _charge(world: World, charges: int, wh: int, say: Say) -> None:
    for number in range(1, charges + 1):
        before_wh = world.reading().import_wh
        world.plug(Cable(_CABLE_A), Car())
        say("plant", f"car {number} of {charges} is plugged in", car=number, plugged=True)
        while world.reading().import_wh < before_wh + wh:
            await asyncio.sleep(_POLL_S)
        world.unplug()
        say("plant", f"car {number} leaves", car=number, plugged=False)
        while world.contactor.closed:
            await asyncio.sleep(_POLL_S)
