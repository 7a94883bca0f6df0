"""What tests of every room share."""

import pytest
from rig.interpreter import NoInterpreter, interpreter


@pytest.fixture(scope="session")
def micropython():
    """The interpreter's path; where this machine has none, a skip that says what to do."""
    try:
        return interpreter()
    except NoInterpreter as error:
        pytest.skip(str(error))
