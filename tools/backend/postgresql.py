"""PostgreSQL through asyncpg."""

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from .transactions import Many, Row, Unavailable, Unfit, Unusable

_CONNECT_S = 10
_ANSWER_S = 30

# Wrong password or role, no such database, no right to do it: a person has to act.
_FINAL = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)

# It restarts, has no room, two transactions waited for each other, an answer came too late.
_PASSING = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,  # TimeoutError is one
)


class Postgresql:
    """`url` as PostgreSQL's own tools take it; PGPASSWORD and ~/.pgpass hold too."""

    def __init__(self, url: str):
        self._url = url
        self._connection: Any = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Many]:
        with self._errors():
            connection = await self._connected()
            async with connection.transaction():
                yield self._many

    async def _many(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        return await self._connection.fetchmany(sql, rows) if rows else []

    async def script(self, sql: str) -> None:
        with self._errors():
            await (await self._connected()).execute(sql)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(asyncpg.PostgresError, OSError, TimeoutError):
                await connection.close(timeout=_CONNECT_S)

    async def _connected(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._url, timeout=_CONNECT_S, command_timeout=_ANSWER_S
            )
        return self._connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except _FINAL as error:
            raise Unusable(str(error)) from error
        except asyncpg.DataError as error:
            raise Unfit(str(error)) from error
        except _PASSING as error:
            self._forget()  # who knows what is left of it
            raise Unavailable(str(error) or type(error).__name__) from error

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection and not connection.is_closed():
            connection.terminate()
