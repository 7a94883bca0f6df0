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

from .firmware import BOARD, Firmware

CONFIG: Mapping[str, Any] = {"id": "desk", "limit_ma": 32_000, "mqtt_host": "127.0.0.1"}


class Box:
    """Use as `async with`: starts plant, meter and firmware, and ends them.

    `config` is added to CONFIG; None leaves the folder without a configuration. `files` are more
    JSON files in it, {name: value}. `meter` and `grid` are what hangs on its buses: an SDM630,
    and nothing. `fram`: it has one. `outputs` are fitted otherwise than boards/host says, and
    `board` are more keys of its data.
    `console` is the pseudo-terminal of its own. `networks`: it has a radio, and these are in
    reach, {name: (key, dBm)}. `front`: a file that its lamp's colours go to, if it has one.
    """

    def __init__(
        self,
        world: World,
        config: Mapping[str, Any] | None,
        root: Path | None = None,
        files: Mapping[str, Any] | None = None,
        meter: MeterSlave | None = None,
        grid: MeterSlave | None = None,
        fram: bool = False,
        outputs: Mapping[str, Any] | None = None,
        console: str = "",
        networks: Mapping[str, Any] | None = None,
        board: Mapping[str, Any] | None = None,
        front: str = "",
    ):
        self.world = world
        self.plant = Link(world)
        self.meter = meter or MeterSlave(lambda: world.reading())
        self.grid = grid
        self._files = files or {}
        self._fram = fram
        self._outputs = outputs
        self._console = console
        self._networks = networks
        self._more = board or {}
        self._front = front
        self._config = config
        self._root = root
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Box":
        stack = self._stack
        self.root = self._root or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if self._config is not None:
            self.configure({**CONFIG, **self._config})
        for name, value in self._files.items():
            (self.root / name).write_text(json.dumps(value))
        await stack.enter_async_context(self.meter)
        if self.grid:
            await stack.enter_async_context(self.grid)
        port = await self.plant.start()
        stack.push_async_callback(self.plant.stop)
        grid = self.grid.path if self.grid else ""
        fram = str(self.root / "fram.bin") if self._fram else ""
        self.firmware = Firmware(
            self.root,
            f"127.0.0.1:{port}",
            self.meter.path,
            grid,
            fram,
            self._board(),
            self._console,
            self._wifi(),
            self._front,
        )
        stack.push_async_callback(self.firmware.cut)
        await self.firmware.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    def _board(self) -> Path:
        if not self._outputs and not self._more:
            return BOARD
        board = json.loads(BOARD.read_text())
        board["outputs"].update(self._outputs or {})
        board.update(self._more)
        own = self.root / "board.json"
        own.write_text(json.dumps(board))
        return own

    def _wifi(self) -> str:
        if self._networks is None:
            return ""
        own = self.root / "networks.json"
        own.write_text(json.dumps(self._networks))
        return str(own)

    def configure(self, values: Any) -> None:
        """Write config.json; the firmware reads it when it starts."""
        (self.root / "config.json").write_text(json.dumps(values))
