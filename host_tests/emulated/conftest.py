"""A Pico W for each test; without a firmware image they are skipped, and one line says so."""

import pytest
from emulator import ImageMissingError, Pico, find_image

_skipped = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)  # before `-m 'not board'` deselects
def pytest_collection_modifyitems(config, items):
    board_tests = [item for item in items if "image" in item.fixturenames]
    for item in board_tests:
        item.add_marker("board")
    if not board_tests or config.option.markexpr == "not board":
        return
    try:
        find_image()
    except ImageMissingError as error:
        config.stash[_skipped] = f"{len(board_tests)} tests on an emulated board skipped: {error}"
        for item in board_tests:
            item.add_marker(pytest.mark.skip(str(error)))


def pytest_terminal_summary(terminalreporter, config):
    if _skipped in config.stash:
        terminalreporter.line(config.stash[_skipped])


@pytest.fixture(scope="session")
def image():
    return find_image()


@pytest.fixture
def boot(image):
    """`boot(**arguments of Pico)` gives a board at its prompt and takes it away afterwards."""
    boards = []

    def start(**arguments):
        board = Pico(image, **arguments)
        boards.append(board)
        return board.__enter__()

    yield start
    for board in boards:
        board.__exit__(None, None, None)
