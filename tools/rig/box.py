"""One box on the desk: plant, meter and firmware, wired together."""

import json
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from plant import World
from plant.link import Link
from plant.slave import MeterSlave

from .firmware import Firmware

CONFIG: Mapping[str, Any] = {"id": "desk", "limit_ma": 32_000, "mqtt_host": "127.0.0.1"}


class Box:
    """Use as `async with`: starts plant, meter and firmware, and ends them.

    `config` is added to CONFIG; None leaves the folder without a configuration.
    """

    def __init__(self, world: World, config: Mapping[str, Any] | None, root: Path | None = None):
        self.world = world
        self.plant = Link(world)
        self.meter = MeterSlave(lambda: world.reading())
        self._config = config
        self._root = root
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Box":
        stack = self._stack
        self.root = self._root or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if self._config is not None:
            self.configure({**CONFIG, **self._config})
        await stack.enter_async_context(self.meter)
        port = await self.plant.start()
        stack.push_async_callback(self.plant.stop)
        self.firmware = Firmware(self.root, f"127.0.0.1:{port}", self.meter.path)
        stack.push_async_callback(self.firmware.cut)
        await self.firmware.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    def configure(self, values: Any) -> None:
        """Write config.json; the firmware reads it when it starts."""
        (self.root / "config.json").write_text(json.dumps(values))
