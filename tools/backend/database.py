"""SQLite or PostgreSQL, by a URL."""

from pathlib import Path

from .sqlite import Sqlite
from .transactions import Database


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
