"""`pilotwire sim fleet`: many boxes at one broker, cars coming and going.

Each is the real firmware on its own plant, as `sim box` is, or with `models` a light one of
tools/fleet, which says only what a backend needs. Cars are the same for the same seed.
"""

import asyncio
import json
import random
import signal
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fleet.box import Box as Model
from fleet.box import Pace, Tally
from fleet.run import CannotRun, allow_files
from office.tasks import end
from plant import Cable, Locked, World
from rig.box import Box
from rig.broker import broker, mosquitto
from rig.interpreter import NoInterpreter, interpreter
from rig.ports import free_port
from telling.output import objects
from telling.trouble import REFUSED, Trouble

from .cars import VEHICLES
from .place import CannotStart, address, answers

ENDED = 0
_CABLE_A = 32
_POLL_S = 0.2
_AWAY_S, _STAY_S = 20, 60  # of a car, on average
_REPORT_S = 10.0


@dataclass(frozen=True)
class Wish:
    """`boxes` of them; `for_s` 0: until a signal comes."""

    boxes: int
    broker: str = ""
    models: bool = False
    seed: int = 1
    for_s: float = 0.0
    as_json: bool = False


def fleet(wish: Wish) -> int:
    """The exit code. Raises Trouble."""
    try:
        if not wish.models:
            interpreter()
        return asyncio.run(_run(wish))
    except (NoInterpreter, CannotRun) as error:
        raise CannotStart(str(error), "pilotwire doctor says what else is missing") from error


async def _run(wish: Wish) -> int:
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with AsyncExitStack() as stack:
        host, port = await _broker(stack, wish.broker)
        names = [f"box-{n}" for n in range(1, wish.boxes + 1)]
        what = "models" if wish.models else "real firmware"
        _tell(
            wish,
            f"{names[0]} to {names[-1]} ({what}) at {host}:{port}, topics pilotwire/v1/",
            host=host,
            port=port,
            boxes=names,
        )
        if wish.models:
            work, look = _models(names, host, port, wish.seed)
        else:
            work, look = await _boxes(stack, names, host, port, wish.seed)
        tasks = [asyncio.create_task(one) for one in (*work, _report(wish, look))]
        try:
            return await _until(over, tasks, wish.for_s)
        finally:
            await end(*tasks)


async def _until(over: asyncio.Event, tasks: "list[asyncio.Task[None]]", for_s: float) -> int:
    ended = asyncio.create_task(over.wait())
    done, _ = await asyncio.wait(
        {ended, *tasks}, timeout=for_s or None, return_when=asyncio.FIRST_COMPLETED
    )
    failed = done - {ended}
    ended.cancel()
    for task in failed:
        do = "try again, with fewer of them perhaps"
        raise Trouble(REFUSED, str(task.exception()), "the fleet has ended", do)
    return ENDED


async def _broker(stack: AsyncExitStack, named: str) -> tuple[str, int]:
    if named:
        host, port = address(named)
        if not answers(host, port):
            raise CannotStart(
                f"no MQTT broker answers at {named}", "start one there, or leave --broker out"
            )
        return host, port
    port = free_port()
    await stack.enter_async_context(broker(port, "mosquitto" if mosquitto() else "amqtt"))
    return "127.0.0.1", port


def _models(
    names: list[str], host: str, port: int, seed: int
) -> tuple[list, Callable[[], dict[str, int]]]:
    allow_files(len(names))
    tally = Tally()
    boxes = [Model(name, port, Pace(), tally, seed, host) for name in names]
    return [box.run() for box in boxes], lambda: {
        "published": tally.published,
        "pending": sum(box.outbox.pending for box in boxes),
    }


async def _boxes(
    stack: AsyncExitStack, names: list[str], host: str, port: int, seed: int
) -> tuple[list, Callable[[], dict[str, int]]]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    worlds, work = [], []
    for name in names:
        world = World()
        root = folder / name
        root.mkdir()
        config = {"id": name, "limit_ma": 16_000, "mqtt_host": host, "mqtt_port": port}
        (root / "config.json").write_text(json.dumps(config))
        box = await stack.enter_async_context(Box(world, None, root))
        worlds.append(world)
        work += [_drivers(world, random.Random(f"{seed} {name}")), _watched(name, box)]
    return work, lambda: {
        "plugged": sum(world.plugged for world in worlds),
        "charging": sum(world.contactor.closed for world in worlds),
    }


async def _watched(name: str, box: Box) -> None:
    while box.firmware.alive:
        await asyncio.sleep(_POLL_S)
    raise RuntimeError(f"{name}: the firmware {box.firmware.ended}")


async def _drivers(world: World, dice: random.Random) -> None:
    """One car after the other; each waits for the bolt of the lock."""
    while True:
        await asyncio.sleep(dice.expovariate(1 / _AWAY_S))
        vehicle = dice.choice(VEHICLES)
        while not world.plugged:
            try:
                world.plug(Cable(_CABLE_A), vehicle.make())
            except Locked:
                await asyncio.sleep(_POLL_S)
        await asyncio.sleep(dice.expovariate(1 / _STAY_S))
        world.unplug()
        while world.plugged:
            await asyncio.sleep(_POLL_S)


async def _report(wish: Wish, look: Callable[[], dict[str, int]]) -> None:
    while True:
        await asyncio.sleep(_REPORT_S)
        counts = look()
        _tell(wish, ", ".join(f"{count} {what}" for what, count in counts.items()), **counts)


def _tell(wish: Wish, text: str, **facts: Any) -> None:
    if wish.as_json:
        objects(facts)
    else:
        print(text, flush=True)
