"""The backend's commands: what they print, and how they end.

Exit code 0: done, or ended by a signal. 1: refused, or the database will never do it. 2: a
setting is wrong. 3: no answer in time.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence

from . import command as commands
from .consumer import Consumer
from .database import database
from .log import Counts, line, stray
from .settings import Broker
from .store import Store
from .tasks import end, until_signal
from .transactions import Unavailable, Unusable
from .why import lines

DONE, REFUSED, WRONG, SILENT = 0, 1, 2, 3
_FIRST_PAUSE_S = 2


def consume(broker: Broker, url: str, group: str, report_s: float) -> int:
    """Store and confirm until a signal comes."""
    store = _store(url)
    return WRONG if store is None else asyncio.run(_consume(broker, store, group, report_s))


def begin(url: str, box: str, seq: int) -> int:
    """Take on a box whose records before `seq` another backend has."""
    store = _store(url)
    return WRONG if store is None else asyncio.run(_begin(store, box, seq))


def command(broker: Broker, box: str, type_: str, args: Sequence[str], wait_s: float) -> int:
    """Send one command, print its result."""
    try:
        values = commands.arguments(args)
        result = asyncio.run(commands.send(broker, box, type_, values, wait_s))
    except commands.BadArgument as error:
        return _complain(WRONG, str(error))
    except commands.NoAnswer as error:
        return _complain(SILENT, str(error))
    print(json.dumps(result))
    return DONE if result.get("ok") is True else REFUSED


def why(broker: Broker, box: str, wait_s: float, as_json: bool = False) -> int:
    """Ask who limits its current, print it for a person."""
    try:
        result = asyncio.run(commands.send(broker, box, "why", {}, wait_s))
    except commands.NoAnswer as error:
        return _complain(SILENT, str(error))
    if result.get("ok") is not True:
        return _complain(REFUSED, f"{box} has refused: {result.get('reason')}")
    if as_json:
        print(json.dumps({"box": box, **result["value"]}))
    else:
        print(*lines(result["value"]), sep="\n")
    return DONE


def _complain(code: int, text: str) -> int:
    print(f"pilotwire backend: {text}", file=sys.stderr)
    return code


def _store(url: str) -> Store | None:
    try:
        return Store(database(url))
    except ValueError as error:
        _complain(WRONG, str(error))
    except ModuleNotFoundError:
        _complain(WRONG, "PostgreSQL wants asyncpg: pip install 'pilotwire-tools[postgresql]'")
    return None


async def _consume(broker: Broker, store: Store, group: str, report_s: float) -> int:
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
        line("error", "database", error=error)
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
        upto = await store.begin(box, seq, int(time.time()))
    except (Unavailable, Unusable) as error:
        return _complain(REFUSED, f"the database: {error}")
    finally:
        await store.close()
    print(f"{box}: stored without a gap up to {upto}")
    return DONE
