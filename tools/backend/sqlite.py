"""SQLite, in a file."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from .transactions import Many, Row, Unavailable, Unfit, Unusable

_T = TypeVar("_T")
_WAIT_S = 30  # for another's lock
_UNFIT = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    OverflowError,
    UnicodeEncodeError,
)


class Sqlite:
    """In a thread, because a commit waits for the disk."""

    def __init__(self, path: Path):
        self._path = path
        self._connection: sqlite3.Connection | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Many]:
        try:
            await self._in_thread(lambda connection: connection.execute("BEGIN IMMEDIATE"))
            yield self._many
            await self._in_thread(sqlite3.Connection.commit)
        except BaseException:  # a commit that failed, too, or the next transaction cannot begin
            with contextlib.suppress(Unavailable):
                await self._in_thread(sqlite3.Connection.rollback)
            raise

    async def _many(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        sql = sql.replace("$", "?")

        def work(connection: sqlite3.Connection) -> list[Row]:
            return [found for row in rows for found in connection.execute(sql, row).fetchall()]

        return await self._in_thread(work)

    async def script(self, sql: str) -> None:
        await self._in_thread(lambda connection: connection.executescript(sql))

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            await asyncio.to_thread(connection.close)

    async def _in_thread(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        def run() -> _T:
            if self._connection is None:
                self._connection = self._open()
            return work(self._connection)

        try:
            return await _to_its_end(asyncio.to_thread(run))
        except sqlite3.OperationalError as error:  # locked, full, unreadable
            raise Unavailable(str(error)) from error
        except _UNFIT as error:
            raise Unfit(str(error)) from error
        except sqlite3.DatabaseError as error:  # no database at all, or a damaged one
            raise Unusable(f"{self._path}: {error}") from error

    def _open(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise Unusable(f"{self._path}: {error}") from error
        connection.execute("PRAGMA journal_mode = WAL")  # who reads does not wait
        connection.execute("PRAGMA synchronous = FULL")  # what is committed outlives a power cut
        return connection


async def _to_its_end(work: Any) -> Any:
    """Await `work` even when cancelled meanwhile; the cancellation follows.

    A thread cannot be cancelled, and two must not use one connection.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
