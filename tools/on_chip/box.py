"""A wallbox on an emulated Pico W: the board's tree, its wires, a car, and how to charge it."""

import json
from pathlib import Path
from typing import Any

from emulator.wiring import Divider, PlantWiring
from emulator.wiring import Pins as Wires
from emulator.world import WorldPlant
from packing import mpy
from pilotwire.pilot import handover
from plant import Cable, Car, World
from rig.interpreter import ROOT

BOARD = json.loads((ROOT / "boards" / "pico_w" / "board.json").read_text())
RING1 = Path(__file__).with_name("ring1.py").read_bytes()
WATCHDOG_MS = 1_000  # instead of 8 s, which are a minute of ours
HOLD_MS = 20  # of the charge pump

AT_THE_PROMPT = """
from pilotwire.app import App
from pilotwire.hal.rp2 import Rp2
app = App(Rp2())
hal, guard = app.hal, app.guard
hal.start(guard.tick)
"""


def slot(app: bytes | None = RING1, **board):
    """A slot's files: `app` (source) in the place of app.py (None: the real one).

    Further keywords change board.json.
    """
    files = mpy.slot("pico_w")
    files["board.json"] = json.dumps({**BOARD, "watchdog_ms": WATCHDOG_MS, **board}).encode()
    if app is not None:
        files["pilotwire/app.mpy"] = mpy.as_mpy(app.decode(), "app.py", "pilotwire.app")
    return files


def tree(app: bytes | None = RING1, main=None, **board):
    """The flash of a board that starts from such a slot, `main` in the place of main.py."""
    files = mpy.tree(slot(app, **board))
    if main is not None:
        files["main.py"] = main
    return files


def wires(dead_man=True):
    """What board.json says, seen from outside."""
    pilot = BOARD["pilot"]
    ratio_pm = 3_300 * 1_000 // (pilot["full_mv"] - pilot["zero_mv"])
    inputs = BOARD["inputs"]
    return Wires(
        pilot=pilot["pwm"],
        coil=BOARD["contactor"]["pin"],
        analog={
            0: Divider("cp", ratio_pm, -pilot["zero_mv"] * ratio_pm // 1_000),
            1: Divider("pp", 1_000),
        },
        inputs={row["pin"]: name for name, row in inputs.items() if row},
        inverted_inputs=frozenset(
            row["pin"] for row in inputs.values() if row and not row["active"]
        ),
        outputs={row["pin"]: name for name, row in BOARD["outputs"].items() if row},
        hold_ms=HOLD_MS if dead_man else 0,
    )


class Box:
    """`boot` is the fixture; `world`: with what stands there when the power comes."""

    def __init__(self, boot, files, *, dead_man=True, devices=(), world=None):
        self.world = world or World()
        self.wiring = PlantWiring(WorldPlant(self.world, pp_pull_up_ohm=1_000), wires(dead_man))
        self.dead_man = dead_man
        self.board = boot(tree=files, devices=[self.wiring, *devices])

    @property
    def closed(self):
        """Whether the coil is energised."""
        return bool(self.wiring.coil_changes) and self.wiring.coil_changes[-1][1]

    @property
    def last_edge_ns(self):
        """When the contactor's pin last moved."""
        coil: Any = self.wiring.coil  # a pump with edges of its own, or the edges
        return (coil.edges if self.dead_man else coil).seen[-1][0]

    def charge(self):
        """Plug a car in and wait for the contactor."""
        self.world.plug(Cable(), Car())
        self.board.run_until(lambda: self.world.contactor.closed, 15_000, "the contactor")
        self.board.run_ms(50)
        assert self.closed
        return self

    def opens_within(self, ms):
        """Run until the coil is dropped; the ms that took."""
        return self.board.run_until(lambda: not self.closed, ms, "the contactor's opening")

    def stays_open(self, ms):
        """Run; whether the coil stays without power."""
        before = len(self.wiring.coil_changes)
        self.board.run_ms(ms)
        return len(self.wiring.coil_changes) == before and not self.closed

    def up(self):
        """The up array of the guard that was started at the prompt."""
        return eval(self.board.exec("print(list(guard.handover.up))"))

    def faults(self):
        return self.up()[handover.UP_FAULTS]
