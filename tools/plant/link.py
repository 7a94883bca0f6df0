"""The firmware's wire to the plant: lockstep over TCP on 127.0.0.1.

The firmware sends a frame of three little-endian int32 (duty 0..10_000, closed 0 or 1, the other
outputs as bits in the order of signals.py) every 10 ms of its own time. The plant applies it,
moves exactly 10 ms and answers with 1 + N_INPUTS little-endian int32: the milliseconds that have
passed (10) and the samples, as `hal.sample` gives them. Without a firmware the coil drops and time
stands still.
"""

import asyncio
import struct
from array import array
from collections.abc import Callable
from typing import Any

from pilotwire.pilot import signals

from .events import US_PER_MS
from .pilot import STEADY_HIGH, STEADY_LOW
from .world import World

TICK_MS = 10
REQUEST = struct.Struct("<iii")
ANSWER = struct.Struct(f"<{1 + signals.N_INPUTS}i")


class FrameError(ValueError):
    """A frame that no firmware may send: see Link.tick."""


def named(outputs: int) -> dict[str, Any]:
    """World's names for the bits of `outputs`."""
    return {
        "rcd_test": bool(outputs >> signals.OUT_RCD_TEST & 1),
        "lock": bool(outputs >> signals.OUT_LOCK & 1),
        "phases": 3 if outputs >> signals.OUT_THREE_PHASES & 1 else 1,
    }


class Link:
    """A server for one firmware at a time; a second one waits until the first is gone.

    After each tick every callable in `observers` is called with the world.
    """

    def __init__(self, world: World):
        self.world = world
        self.observers: list[Callable[[World], None]] = []
        self.refused = 0  # frames that no firmware may send
        self._inputs = array("i", [0] * signals.N_INPUTS)
        self._turn = asyncio.Lock()
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; returns the port (a free one for 0). OSError if it is taken."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up on whoever is connected."""
        if self._server:
            self._server.close()
            self._server = None
        for writer in self._open:
            writer.close()
        await asyncio.gather(*filter(None, self._open.values()))

    def tick(self, request: bytes) -> bytes:
        """One exchange without a socket; raises FrameError."""
        duty, closed, outputs = REQUEST.unpack(request)
        if not STEADY_LOW <= duty <= STEADY_HIGH or closed not in (0, 1):
            raise FrameError(f"duty {duty} (0..10000), closed {closed} (0 or 1)")
        if outputs >> signals.N_OUTPUTS:
            raise FrameError(f"outputs {outputs} (0..{(1 << signals.N_OUTPUTS) - 1})")
        world = self.world
        world.set_outputs(duty, bool(closed), **named(outputs))
        world.advance(world.now_us + TICK_MS * US_PER_MS)
        world.sample(self._inputs)
        answer = ANSWER.pack(TICK_MS, *self._inputs)
        for observer in self.observers:
            observer(world)
        return answer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open[writer] = asyncio.current_task()
        try:
            async with self._turn:
                try:
                    while True:
                        request = await reader.readexactly(REQUEST.size)
                        writer.write(self.tick(request))
                        await writer.drain()
                finally:
                    self.world.set_outputs(STEADY_HIGH, False)
        except FrameError:
            self.refused += 1  # hang up: a firmware that sends this is not to be trusted
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the firmware left, as it may at any time
        finally:
            del self._open[writer]
            writer.close()
