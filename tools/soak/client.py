"""The client in a MicroPython process of its own against mosquitto, killed now and then."""

import asyncio
import json
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rig.broker import broker
from rig.interpreter import HEAP, environment, interpreter

_PUBLISHER = Path(__file__).with_name("publisher.py")
_EVERY = 4_096
_SILENT_S = 60  # a publisher that says nothing for so long is stuck
_FLAT_BYTES = 2_048  # a collection looks through the stack too: it may overlook a lost connection


@dataclass
class Run:
    """What a publisher has said. `heap`: bytes in use after each stretch of acknowledgements."""

    acked: int = 0
    wraps: int = 0
    connections: int = 0
    kills: int = 0
    seconds: float = 0
    heap: list[int] = field(default_factory=list)


async def publish(
    count: int, kills: int, seed: int, say: Callable[[str], object] = lambda _text: None
) -> Run:
    """Publish `count` numbers; the broker is killed after `kills` of the stretches, by chance.

    Raises RuntimeError when the publisher ends or falls silent before all are acknowledged.
    """
    kill_at = random.Random(seed).sample(range(1, count // _EVERY), kills)
    run = Run()
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with broker(port, "mosquitto") as running:
        process = await asyncio.create_subprocess_exec(
            *(str(interpreter()), "-X", HEAP, str(_PUBLISHER)),
            *(str(port), str(count), str(_EVERY)),
            env=environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout
        try:
            while run.acked < count:
                line = await asyncio.wait_for(process.stdout.readline(), _SILENT_S)
                if not line.startswith(b"{"):  # the end, or a traceback
                    rest = await process.stdout.read()
                    raise RuntimeError(f"after {run.acked}: {(line + rest).decode()}")
                said = json.loads(line)
                if "connected" in said:
                    run.connections = said["connected"]
                    continue
                run.acked, run.wraps = said["acked"], said["wraps"]
                run.heap.append(said["heap"])
                say(f"{run.acked} acknowledged, {said['heap']} bytes of heap")
                if run.acked // _EVERY in kill_at:
                    run.kills += 1
                    await running.kill()
                    await running.start()
        except TimeoutError:
            raise RuntimeError(f"silent for {_SILENT_S} s after {run.acked}") from None
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
    run.seconds = time.monotonic() - began
    return run


def complaints(run: Run) -> list[str]:
    """What should not be; empty: all is well."""
    if max(run.heap) - min(run.heap) > _FLAT_BYTES:
        return [f"the client's heap is not flat: {run.heap}"]
    return []


def lines(run: Run) -> list[str]:
    """For a person."""
    return [
        f"publishes      {run.acked} acknowledged once each, {run.acked / run.seconds:.0f}/s",
        f"packet ids     wrapped {run.wraps} times",
        f"connections    {run.connections}, {run.kills} kills of the broker",
        f"heap           {min(run.heap)} to {max(run.heap)} bytes in {len(run.heap)} looks",
    ]
