"""The firmware put on by mpremote over a cable that is pulled, onto a board whose power goes."""

import random

import pytest
from emulator.cable import Cable
from emulator.charge_pump import ChargePump
from flashing.console import CableLost, Console
from flashing.flash import flash
from flashing.made import Made
from on_chip.box import RING1, Box, slot, tree
from packing import mpy
from packing.on_demand import ON_DEMAND
from packing.pack import pack

NEW = RING1.replace(b"started after", b"new, started after")
PULLS = 3


def made(app):
    files = slot(app)
    starters = {name: content for name, content in mpy.tree(files).items() if name[-3:] == ".py"}
    return Made(
        "pico_w", "rp2", (6, 3), "armv6m", "new", {mpy.PACK: pack(files, ON_DEMAND), **starters}
    )


def put(cable, build):
    with Console(cable.port) as console:
        done = flash(console, build, lambda *_: None)
        console.restart("rp2")
    return done


def test_a_charge_ends_in_maintenance_mode_and_the_new_firmware_charges(boot):
    box = Box(boot, tree())
    box.charge()
    with Cable(box.board) as cable:
        done = put(cable, made(NEW))
        opened = len(box.wiring.coil_changes)
        cable.wait_until(lambda: b"new, started after" in box.board.console.received)
    assert (done.slot, done.starters) == ("b", [])
    assert done.sent < 5_000 < done.kept
    assert opened == 2, "closed once, opened once"
    box.board.run_until(lambda: box.closed, 20_000, "the contactor, by the new firmware")
    assert box.board.files["slot"] == b"b"


def test_an_empty_board_is_flashed_through_pulled_cables_and_a_power_cut(boot):
    rng = random.Random(11)
    coil_changes = []

    def power_on(flash_):
        pump = ChargePump(16, hold_ms=20, on_change=coil_changes.append)
        return boot(tree=flash_, devices=[pump])

    build = made(NEW)
    size = len(build.pack)
    board = power_on({})
    for pull in range(PULLS):
        with (
            Cable(board, pull_after=rng.randrange(size // 4, size // 2)) as cable,
            pytest.raises(CableLost),
        ):
            put(cable, build)
        if pull == PULLS - 2:
            board = power_on(board.flash)
    with Cable(board) as cable:
        done = put(cable, build)
        cable.wait_until(lambda: b"new, started after" in board.console.received)
    assert done.sent < size // 2, "what was there was not sent again"
    assert not coil_changes
    board = power_on(board.flash)
    board.console.expect(b"new, started after", 20_000)
