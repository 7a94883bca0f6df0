"""One box, one installer, one fault: real firmware as a process, broker, pseudo-terminal."""

import asyncio
import contextlib
import os
import tempfile
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilotwire.console import table
from rig.box import Box
from rig.broker import broker
from rig.ports import free_port

from .faults import WIFI, Fault, Scene
from .installer import Installer, Silent

# A slow computer is to lose no link, and to find it again soon.
_LINK = {"mqtt_keepalive_s": 60, "mqtt_spread_s": 1}
CONFIG = {"limit_ma": 0, "wifi_ssid": "home", "wifi_key": WIFI["home"][0], **_LINK}
_LONGEST_S = 300


@dataclass(frozen=True)
class Outcome:
    """What commissioning made of a fault."""

    fault: Fault
    step: str  # title of the last step
    named: tuple[str, str] | None
    done: bool
    screen: str

    @property
    def right(self) -> bool:
        if not self.fault.cause:
            return self.done and self.named is None
        title = table.text("commission_en", f"step {self.fault.step}")
        return self.named is not None and (self.step, self.named[0]) == (title, self.fault.cause)


@asynccontextmanager
async def bench(
    fault: Fault, root: Path, port: int, **config: Any
) -> AsyncIterator[tuple[Scene, Box, Installer]]:
    """A box that is wired with `fault` and was never commissioned, and its installer."""
    scene = Scene()
    fault.wire(scene)
    master, slave = os.openpty()
    tty.setraw(slave)
    box = Box(
        scene.world,
        {**CONFIG, "mqtt_port": port, **fault.config, **config},
        root,
        meter=scene.meter(),
        console=os.ttyname(slave),
        networks=WIFI,
    )
    try:
        async with asyncio.timeout(_LONGEST_S), box:
            yield scene, box, Installer(master, scene)
    finally:
        os.close(master)
        os.close(slave)


async def outcome(fault: Fault, port: int) -> Outcome:
    """Commission a box with that fault."""
    with tempfile.TemporaryDirectory() as folder:
        async with bench(fault, Path(folder), port) as (_, _, installer):
            done = False
            with contextlib.suppress(Silent):
                done = await installer.commissions()
            return Outcome(fault, installer.step, installer.named, done, installer.screen)


async def outcomes(faults: list[Fault], at_once: int) -> list[Outcome]:
    """All of them, some at a time: they mostly wait."""
    port = free_port()
    turn = asyncio.Semaphore(at_once)

    async def one(fault: Fault) -> Outcome:
        async with turn:
            return await outcome(fault, port)

    async with broker(port):
        return await asyncio.gather(*map(one, faults))
