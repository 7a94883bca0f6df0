"""A whole run: start everything, let it live, stop the trouble, wait for the rest, judge."""

import asyncio
import resource
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiomqtt
from backend.database import database
from office.tasks import end
from rig.broker import broker, mosquitto
from rig.postgres import postgres, programs

from .box import Box, Pace, Tally
from .stage import Chaos, Consumer, Server
from .verdict import Figures, Verdict, judge

_FILES_A_BOX = 4  # a socket, and two that wake paho up
_CONSUMERS = 2
_SETTLE_S = 300  # a run that is not at rest by then has lost something
_POLL_S = 0.2


class CannotRun(Exception):
    """The text says what is missing."""


@dataclass(frozen=True)
class Plan:
    """`port` is free; `kill_s` is the mean time between two kills, 0 for none."""

    boxes: int
    seconds: float
    port: int
    pace: Pace
    seed: int = 1
    kill_s: float = 10.0
    postgresql: bool = True


async def run(plan: Plan, say: Callable[[str], object]) -> tuple[Figures, Verdict]:
    """Raises CannotRun, and TimeoutError if the records do not come to rest."""
    _check(plan)
    with ExitStack() as outer:
        folder = Path(outer.enter_context(tempfile.TemporaryDirectory()))
        url, victims = f"sqlite:///{folder}/records.db", []
        if plan.postgresql:
            server = outer.enter_context(postgres(programs()))  # type: ignore[arg-type]
            url, victims = server.url, [("database", Server(server))]
        async with AsyncExitStack() as stack:
            running = await stack.enter_async_context(broker(plan.port, "mosquitto", _open(plan)))
            consumers = [Consumer(plan.port, url, folder, n) for n in range(_CONSUMERS)]
            for consumer in consumers:
                stack.push_async_callback(consumer.kill)
                await consumer.start()
            victims += [("broker", running), *(("consumer", one) for one in consumers)]
            chaos = Chaos(victims, plan.kill_s, plan.seed)
            try:
                figures, boxes = await _live(plan, chaos, say)
            except TimeoutError:
                for consumer in consumers:
                    say(consumer.log.read_text()[-2_000:])
                raise
            codes = [await consumer.stop() for consumer in consumers]
            if any(codes):
                raise RuntimeError(f"consumers ended with {codes}: {consumers[0].log.read_text()}")
            store = database(url)
            verdict = await judge(store, [box.outbox for box in boxes])
            await store.close()
    return figures, verdict


def _check(plan: Plan) -> None:
    if not mosquitto():
        raise CannotRun("mosquitto is not installed: shared subscriptions want it")
    if plan.postgresql and not programs():
        raise CannotRun("PostgreSQL is not installed: use --sqlite")
    allow_files(plan.boxes)


def allow_files(boxes: int) -> None:
    """Have this process open what so many boxes want. Raises CannotRun."""
    wanted = boxes * _FILES_A_BOX + 100
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted <= hard or (soft < wanted and hard == resource.RLIM_INFINITY):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    elif soft < wanted:
        raise CannotRun(f"{boxes} boxes want {wanted} open files, the limit is {hard}")


def _open(plan: Plan) -> str:
    """A mosquitto that lets everybody in, and as many as there are."""
    return (
        f"listener {plan.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        "max_inflight_messages 100\nmax_queued_messages 5000\n"
    )


async def _live(
    plan: Plan, chaos: Chaos, say: Callable[[str], object]
) -> tuple[Figures, list[Box]]:
    tally = Tally()
    asyncio.get_running_loop().set_exception_handler(_stray)
    boxes = [
        Box(f"box-{n}", plan.port, plan.pace, tally, plan.seed) for n in range(1, plan.boxes + 1)
    ]
    tasks = [asyncio.create_task(box.run()) for box in boxes]
    trouble = asyncio.create_task(chaos.run(say))
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    try:
        await _sleep(plan.seconds, tasks)
        seconds = loop.time() - began_s
        messages = tally.published + tally.acks
        chaos.stop()
        await trouble
        for box in boxes:
            box.idle = True
        say("no more charges, no more kills")
        async with asyncio.timeout(_SETTLE_S):
            while any(box.outbox.pending for box in boxes):
                await _sleep(_POLL_S, tasks)
    finally:
        await end(*tasks, trouble)
    reconnect_s = [
        min(after - back for back in chaos.back_s if back <= after)
        for after in tally.back_s
        if any(0 <= after - back < 2 * plan.pace.spread_s for back in chaos.back_s)
    ]
    repeated = sum(box.outbox.repeated for box in boxes)
    figures = Figures(
        plan.boxes, seconds, messages, repeated, chaos.killed, tally.refused, reconnect_s
    )
    return figures, boxes


def _stray(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """aiomqtt leaves such behind when a connection is lost while it is being made."""
    if not isinstance(context.get("exception"), OSError | aiomqtt.MqttError):
        loop.default_exception_handler(context)


async def _sleep(seconds: float, tasks: "list[asyncio.Task[None]]") -> None:
    """Raises what a box has raised: none may end."""
    done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()
