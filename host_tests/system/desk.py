"""A broker, a box and its operator, for one test."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from office.operator import Operator
from plant import Contactor, World
from rig.box import Box
from rig.broker import Broker, broker
from rig.ports import free_port

__all__ = ["Desk", "desk", "free_port"]


class Desk(NamedTuple):
    world: World
    box: Box
    operator: Operator
    broker: Broker

    @property
    def contactor(self) -> Contactor:
        return self.world.contactor

    async def charging(self) -> Any:
        """Wait until current flows; the state that says so."""
        return await self.operator.wait(
            "state", lambda s: s["closed"] and (s["power_w"] or 0) > 3_000
        )

    async def registered(self, more_than_wh: int) -> Any:
        """Wait until the meter has counted that much."""
        return await self.operator.wait("state", lambda s: (s["session_wh"] or 0) > more_than_wh)


_LONGEST_S = 300  # a test that has not ended by then is stuck


@asynccontextmanager
async def desk(
    world: World | None = None,
    config: Mapping[str, Any] | None = None,
    parts: Mapping[str, Any] | None = None,
    longest_s: float = _LONGEST_S,
    **operator: Any,
) -> AsyncIterator[Desk]:
    """Everything running, nothing plugged in unless `world` has a car. `parts` are Box's."""
    world = world or World()
    port = free_port()
    settings = {"mqtt_port": port, "heartbeat_s": 1, "mqtt_keepalive_s": 5, **(config or {})}
    async with (
        asyncio.timeout(longest_s),
        broker(port) as running,
        Operator("desk", port, **operator) as listener,
        Box(world, settings, **(parts or {})) as box,
    ):
        try:
            yield Desk(world, box, listener, running)
        except BaseException as error:
            error.add_note(f"firmware {box.firmware.ended or 'runs'}: {box.firmware.output[-10:]}")
            error.add_note(f"the operator heard last: {listener.messages[-3:]}")
            raise
