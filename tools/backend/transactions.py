"""What a database is to the store: transactions of statements with numbered parameters.

The statements are the same for both; SQLite's `?1` is PostgreSQL's `$1`.
"""

import contextlib
from collections.abc import Sequence
from typing import Any, Protocol

Row = Sequence[Any]


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
