"""The backend's commands: what they print, and how they end."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from office.tasks import end, until_signal
from telling.output import objects, progress
from telling.trouble import DONE, NO_ANSWER, REFUSED, WRONG, Trouble

from . import command as commands
from .consumer import Consumer
from .database import database
from .log import Counts, as_objects, line, stray
from .settings import Broker
from .store import Store
from .transactions import Unavailable, Unusable
from .why import lines

_FIRST_PAUSE_S = 2


def consume(broker: Broker, url: str, group: str, report_s: float, as_json: bool) -> int:
    """Store and confirm until a signal comes. Raises Trouble."""
    return asyncio.run(_consume(broker, _store(url), group, report_s, as_json))


def begin(url: str, box: str, seq: int, as_json: bool) -> int:
    """Take on a box whose records before `seq` another backend has. Raises Trouble."""
    upto = asyncio.run(_begin(_store(url), box, seq))
    if as_json:
        objects({"box": box, "stored_upto": upto})
    else:
        print(f"{box}: stored without a gap up to {upto}")
    return DONE


def command(
    broker: Broker, box: str, type_: str, args: Sequence[str], wait_s: float, as_json: bool
) -> int:
    """Send one command, print its result, which is JSON in any case. Raises Trouble."""
    try:
        values = commands.arguments(args)
    except commands.BadArgument as error:
        do = "docs/mqtt.md says what a command takes"
        raise Trouble(WRONG, str(error), "nothing was sent", do) from error
    result = _sent(broker, box, type_, values, wait_s)
    objects({"box": box, **result} if as_json else result)
    return DONE if result.get("ok") is True else REFUSED


def why(broker: Broker, box: str, wait_s: float, as_json: bool) -> int:
    """Ask who limits its current, print it for a person. Raises Trouble."""
    result = _sent(broker, box, "why", {}, wait_s)
    if result.get("ok") is not True:
        happened, do = f"{box} has refused: {result.get('reason')}", "pilotwire why --port PORT"
        raise Trouble(REFUSED, happened, "it does not say who limits it", do)
    if as_json:
        objects({"box": box, **result["value"]})
    else:
        print(*lines(result["value"]), sep="\n")
    return DONE


def _sent(broker: Broker, box: str, type_: str, args: dict[str, Any], wait_s: float) -> dict:
    try:
        with progress(f"waiting for {box}"):
            return asyncio.run(commands.send(broker, box, type_, args, wait_s))
    except commands.NoAnswer as error:
        means = "it is not connected, or the broker lets this user not ask it"
        do = "see whether its topic `online` is 1, try again, or wait longer by --wait-s"
        raise Trouble(NO_ANSWER, str(error), means, do) from error


def _store(url: str) -> Store:
    try:
        return Store(database(url))
    except ValueError as error:
        do = "--database sqlite:///file or postgresql://user@host/name"
        raise Trouble(WRONG, str(error), "nothing can be stored", do) from error
    except ModuleNotFoundError as error:
        do = "pip install 'pilotwire-tools[postgresql]'"
        raise Trouble(WRONG, "PostgreSQL wants asyncpg", "it is not installed", do) from error


async def _consume(
    broker: Broker, store: Store, group: str, report_s: float, as_json: bool
) -> int:
    as_objects.set(as_json)
    counts = Counts()
    asyncio.get_running_loop().set_exception_handler(stray)
    work = asyncio.create_task(_store_for_ever(Consumer(broker, store, group, counts), store))
    report = asyncio.create_task(_report(counts, report_s))
    stopped = await until_signal(work)
    await end(report)
    await store.close()
    counts.tell()
    if stopped:
        line("info", "stopped")
        return DONE
    for error in _leaves(work.exception()):
        if not isinstance(error, Unusable):
            raise error
        raise _refused(error)
    return REFUSED


async def _store_for_ever(consumer: Consumer, store: Store) -> None:
    while True:
        try:
            await store.create()
            break
        except Unavailable as error:
            line("warning", "database", error=error)
            await asyncio.sleep(_FIRST_PAUSE_S)
    line("info", "database-ready")
    await consumer.run()


async def _report(counts: Counts, period_s: float) -> None:
    while True:
        await asyncio.sleep(period_s)
        counts.tell()


def _leaves(error: BaseException | None) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error] if error else []


async def _begin(store: Store, box: str, seq: int) -> int:
    try:
        await store.create()
        return await store.begin(box, seq, int(time.time()))
    except (Unavailable, Unusable) as error:
        raise _refused(error) from error
    finally:
        await store.close()


def _refused(error: Exception) -> Trouble:
    means = "nothing is stored, and no record is confirmed to a box"
    return Trouble(REFUSED, f"the database: {error}", means, "docs/operators.md sets one up")
