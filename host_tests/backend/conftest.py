"""Both databases, each test with one: PostgreSQL where it is installed."""

from itertools import count

import pytest
from rig.postgres import postgres, programs


@pytest.fixture(scope="session")
def postgresql():
    """A server's URL."""
    if not programs():
        pytest.skip("PostgreSQL is not installed: SQLite alone was tested")
    with postgres(programs()) as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Of a database that nobody else's boxes are in, if they are called by `boxes`."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql")
    return f"sqlite:///{tmp_path}/records.db"


@pytest.fixture(scope="session")
def numbers():
    """For names that no other test has."""
    return count()
