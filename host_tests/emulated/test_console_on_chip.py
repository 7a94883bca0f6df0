"""The console on a chip, in the loop of a box that charges; Ctrl-C and mpremote go past it."""

import pytest
from emulator.cable import Cable
from emulator.console import CTRL_B, CTRL_C, CTRL_D
from flashing.console import Console
from on_chip.box import HOLD_MS, Box, tree

CONFIG = b'{"id": "bay-7", "limit_ma": 16000, "cable_ma": 32000, "meter": ""}'
ANSWERS_MS = 20_000  # the shell loads with the first key
LOADED = "import sys\nprint('pilotwire.console.shell' in sys.modules)"


@pytest.fixture
def box(boot):
    """The whole firmware, charging, somebody at its console."""
    box = Box(boot, {**tree(None, watchdog_ms=8_000), "config.json": CONFIG})
    box.charge()
    box.board.console.read()
    sit_down(box)
    return box


def sit_down(box):
    box.board.console.write(b"\r")
    box.board.console.expect(b"bay-7> ", ANSWERS_MS)


def test_it_answers_and_is_left_while_the_box_charges(box):
    console = box.board.console
    console.write(b"status\r")
    said = console.expect(b"bay-7> ", ANSWERS_MS)
    assert b"Charging" in said
    console.write(CTRL_D)
    console.expect(b"The console is left.")
    sit_down(box)
    assert box.closed
    assert len(box.wiring.coil_changes) == 1, "closed once"


def test_ctrl_c_past_it_is_maintenance_mode(box):
    box.board.console.write(b"sta")
    box.board.console.write(CTRL_C)
    box.opens_within(HOLD_MS + 60)
    box.board.console.expect(b">>> ")
    assert box.stays_open(1_000)
    assert box.board.exec(LOADED) == "True\n", "nobody had left it"
    box.board.console.write(CTRL_B + CTRL_D)  # out of the raw prompt; a soft reset is the way back
    box.board.run_until(lambda: box.closed, 60_000, "the contactor again")
    sit_down(box)


def test_mpremote_past_it_does_its_work(box):
    with Cable(box.board) as cable, Console(cable.port) as console:
        assert not box.closed
        assert console.run("print(2 + 3)").strip() == "5"
        console.restart("rp2")
    box.board.run_until(lambda: box.closed, 60_000, "the contactor again")
