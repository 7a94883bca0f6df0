"""`pilotwire doctor` and `flash`: what they say, and their exit codes."""

import pytest
from flashing import report
from packing import mpy
from pilotwire_cli.main import app
from standin import StandIn
from typer.testing import CliRunner

RUNS = "import time\ndef run(hal):\n    print('runs')\n    while True: time.sleep_ms(1)\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A build whose start the stand-in can run."""
    folder = tmp_path_factory.mktemp("build")
    files = mpy.slot("pico_w")
    files["pilotwire/update/start.mpy"] = mpy.as_mpy(RUNS, "start.py")
    files["pilotwire/hal/rp2.mpy"] = mpy.as_mpy("Rp2 = None\n", "rp2.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mpy, "slot", lambda _: files)
        mpy.build("pico_w", folder / "pico_w")
    return folder


@pytest.fixture
def run(built, monkeypatch):
    monkeypatch.setattr(report, "BUILD", built)

    def call(*arguments):
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, result.output

    return call


def test_this_computer_can_do_what_its_tests_do(run, micropython):
    code, said = run("doctor")
    for name in (
        "ok Python 3.",
        "; mpy-cross emitting mpy v6",
        "ok mpremote ",
        "ok MicroPython: ",
    ):
        assert name in said
    assert code == (1 if "!!" in said else 0)


def test_a_missing_compiler_is_named_with_what_to_do(run, monkeypatch, tmp_path):
    monkeypatch.setattr("flashing.computer.COMPILER", tmp_path / "none")
    code, said = run("doctor")
    assert code == 1
    assert "!! mpy-cross does not run\n     no firmware can be built\n     make setup" in said


def test_an_empty_board_is_told_to_be_flashed(run, tmp_path, micropython):
    with StandIn(tmp_path) as board:
        code, said = run("doctor", board.port, "--board", "pico_w")
    assert code == 1
    assert "ok Raspberry Pi Pico W with RP2040, micropython 1.28.0, .mpy 6.3 armv6m" in said
    assert "!! the board had started from no slot" in said
    assert "-- no config.json" in said


def test_a_flashed_board_is_as_it_was_built(run, tmp_path, micropython):
    with StandIn(tmp_path) as board:
        code, said = run("flash", "pico_w", board.port)
        assert code == 0, said
        assert "in maintenance mode, the contactor is open" in said
        assert "sending 100 %" in said
        assert " starts from slot a, with main.py and boot.py: " in said
        board.wait_for(b"runs")
        code, said = run("doctor", board.port, "--board", "pico_w")
        assert "ok slot a, which starts: " in said
        assert "as it was built" in said
        assert "ok boot.py, as it was built" in said
        code, said = run("flash", "pico_w", board.port)
        assert (code, "was on it already, in slot a" in said) == (0, True), said


def test_a_pulled_cable_says_how_to_go_on(run, tmp_path, micropython):
    with StandIn(tmp_path) as board:
        board.pull_after = 60_000
        code, said = run("flash", "pico_w", board.port)
        assert code == 3
        assert "type the same again" in said
        board.plug()
        code, said = run("doctor", board.port, "--board", "pico_w")
        assert "-- a.part: " in said
        assert "that goes on from there" in said
        code, said = run("flash", "pico_w", board.port)
        assert code == 0, said


def test_a_port_that_is_not_there_is_said(run, tmp_path):
    code, said = run("doctor", str(tmp_path / "none"))
    assert code == 3
    assert "is not there" in said
    code, said = run("flash", "pico_w", str(tmp_path / "none"))
    assert (code, "no board answers" in said) == (3, True), said


def test_without_a_build_flash_says_how_to_make_one(run):
    code, said = run("flash", "nobody", "/dev/null")
    assert (code, "make build BOARD=nobody" in said) == (2, True)
