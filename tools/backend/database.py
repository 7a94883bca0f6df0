"""SQLite and PostgreSQL behind one face: transactions of statements with numbered parameters.

The statements are the same for both; SQLite's `?1` is PostgreSQL's `$1`.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

Row = Sequence[Any]
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


class Unavailable(Exception):
    """The database cannot do it now: try again."""


class Unfit(Exception):
    """The database cannot hold one of the values: the same again will not help."""


class Unusable(Exception):
    """The database will never do it (password, rights, no such database); the text says why."""


class Many(Protocol):
    """Within a transaction."""

    async def __call__(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        """`sql` once for each of `rows`; what all of them return. Raises Unavailable, Unfit."""
        ...


class Database(Protocol):
    """One connection, made when it is wanted, and made again."""

    def transaction(self) -> contextlib.AbstractAsyncContextManager[Many]:
        """What happens in it is on disk when it ends, or has not happened.

        Raises Unavailable, Unfit, Unusable.
        """
        ...

    async def script(self, sql: str) -> None:
        """Several statements. Raises Unavailable, Unusable."""
        ...

    async def close(self) -> None: ...


def database(url: str) -> Database:
    """`sqlite:///relative/path`, `sqlite:////absolute/path`, or PostgreSQL's postgresql://...

    Raises ValueError.
    """
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return Sqlite(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        from .postgresql import Postgresql  # asyncpg is an extra

        return Postgresql(url)
    raise ValueError("the database is no sqlite:///path and no postgresql://user@host/name")


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
