"""Ring 0 on the emulated board: its tick, its period, its openings, its duty.

Ring 1 is rig/ring1.py, at the prompt, which makes the storm of collections too.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

from emulator import Pico, find_image
from on_chip.box import AT_THE_PROMPT, tree

from .board_outlet import Outlet
from .board_ticks import Ticks
from .figure import BoardFigure

TICKS = ("tick_median_us", "tick_worst_us", "tick_period_gc_us", "tick_traced_us")
_AMPS = {f"duty_error_{amps}a_us": amps for amps in (6, 16, 32, 63)}
DUTIES = tuple(_AMPS)
EVENTS = 100  # of each kind, at random phases of tick and pilot
_SEED = 61_851
_63_A_OHM = 100
_QUIET_MS = 2_000
_STORM_MS = 400
_TICK_US = "1000"
_TRACED_US = "2000"  # a trace is a tool: it may cost an opening a millisecond
_PERIOD_US = "11000"
_DUTY_US = "0.5"

# What a tick takes, from its first instruction to its last.
_TIMED = (
    AT_THE_PROMPT.replace("hal.start(guard.tick)", "")
    + """
from array import array
from time import ticks_us, ticks_diff
times = array('i', [0] * 1_000)
count = array('i', [0])
def timed(timer):
    begun = ticks_us()
    guard.tick(timer)
    took = ticks_diff(ticks_us(), begun)
    if count[0] < 1_000:
        times[count[0]] = took
        count[0] += 1
hal.start(timed)
"""
)

_TRACED = """
from pilotwire.record.trace import Trace
trace = Trace(guard, hal, 4)
"""

# Half the heap in small pieces; collections one after the other while the contactor is closed, and
# with each a slot of all the leases that there may be, and new readings.
# While it is open, ring 1 has the guard forget why, and what it would wait for.
_STORM = """
import gc, time
gc.collect()
keep = [bytearray(64) for _ in range(gc.mem_free() // 2 // 96)]
sequence = guard._sequence
def hand_down(number):
    shared = guard.handover
    spare = shared.spare()
    spare[3] = 3
    spare[4] = number & 0xFFFF
    for i in range(3):
        spare[5 + i] = 5_000
        spare[8 + i] = 230_000 + number % 7
    spare[13] = 8
    for i in range(8):
        spare[14 + 3 * i] = 16_000 + i
        spare[15 + 3 * i] = 60_000
    shared.publish()
def ring1():
    number = 0
    while True:
        if sequence.closed:
            gc.collect()
            number += 1
            hand_down(number)
        else:
            time.sleep_ms(4)
            app.hand_down(16_000)
            guard._faults = 0
            sequence.switched_ms = 1_000
            sequence._used_ms = 0
            guard._supply._in_range_ms = 5_000
            sequence._ready_ms = 500
ring1()
"""


class Bench:
    """The guard started at the prompt, a car plugged in, the contactor closed. Use with `with`."""

    def __init__(self, setup: str = AT_THE_PROMPT, storm: bool = True, ohm: int = 220):
        self.outlet = Outlet()
        self.ticks = Ticks()
        self.board = Pico(find_image(), tree=tree(main=b""), devices=[self.outlet, self.ticks])
        self._setup, self._storm, self._ohm = setup, storm, ohm

    def __enter__(self) -> "Bench":
        self.board.__enter__()
        self.board.exec(self._setup)
        self.outlet.plug(ohm=self._ohm)
        if self._storm:
            self.board.console.start(_STORM)
        self.closes()
        return self

    def __exit__(self, *_error: object) -> None:
        self.board.__exit__()

    def closes(self) -> None:
        self.board.run_until(lambda: self.outlet.closed, 3_000, "the contactor")


def ticks(wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    """A tick while a car charges; the worst also while it comes, goes and fails, in a storm."""
    with Bench(_TIMED, storm=False) as bench:
        board = bench.board
        board.exec("count[0] = 0")
        board.run_ms(_QUIET_MS)
        quiet = sorted(_times(board))
        yield TICKS[0], quiet[len(quiet) // 2], "us", _TICK_US
        if wanted == TICKS[:1]:
            return
        board.exec("count[0] = 0")
        board.console.start(_STORM)
        board.run_ms(150)  # it has filled the heap by then
        start = board.ns
        board.run_ms(_STORM_MS)
        period_us = bench.ticks.worst_us(start)
        _open_and_close(bench)
        yield TICKS[1], max(quiet[-1], *_times(board)), "us", _TICK_US
        yield TICKS[2], round(period_us, 1), "us", _PERIOD_US
    with Bench(_TIMED + _TRACED) as bench:
        _open_and_close(bench)
        yield TICKS[3], max(_times(bench.board)), "us", _TRACED_US


def _open_and_close(bench: Bench) -> None:
    for event, restore in OPENINGS_ON.values():
        event(bench.outlet)
        bench.board.run_until(lambda: not bench.outlet.closed, 200, "the opening")
        restore(bench.outlet)
        bench.closes()


def _times(board: Pico) -> list[int]:
    return eval(board.exec("print(list(times[:count[0]]))"))


def _pilot_open(outlet: Outlet) -> None:
    outlet.cp_mv = 12_000


def _s2_open(outlet: Outlet) -> None:
    outlet.cp_mv = 9_000


def _pp_open(outlet: Outlet) -> None:
    outlet.ohm = 30_000


def _contact(name: str, closed: bool) -> Callable[[Outlet], None]:
    return lambda outlet: outlet.contact(name, closed)


# name: (what happens, what undoes it)
OPENINGS_ON: dict[str, tuple[Callable[[Outlet], None], Callable[[Outlet], None]]] = {
    "pilot_open_ms": (_pilot_open, Outlet.plug),
    "s2_open_ms": (_s2_open, Outlet.plug),
    "rcd_open_ms": (_contact("rcd", True), _contact("rcd", False)),
    "pp_open_ms": (_pp_open, Outlet.plug),
    "pe_open_ms": (_contact("pe", False), _contact("pe", True)),
}
_LIMITS_MS = {"pp_open_ms": "50", "pe_open_ms": "80"}
OPENINGS = tuple(OPENINGS_ON)


def openings(wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    """From the event at the pin to the last edge of the contactor's wave, the worst of EVENTS."""
    for name in wanted:
        with Bench() as bench:
            yield name, round(_worst_ms(bench, *OPENINGS_ON[name]), 2), "ms", _limit(name)


def _limit(name: str) -> str:
    return _LIMITS_MS.get(name, "30")


def _worst_ms(bench: Bench, event: Any, restore: Any) -> float:
    board, outlet = bench.board, bench.outlet
    chance = random.Random(_SEED)
    worst_ns = 0.0
    for _ in range(EVENTS):
        board.run_ms(8 + 15 * chance.random())  # a whole collection
        if not outlet.closed:
            raise RuntimeError("the contactor opened by itself")
        at = board.ns
        event(outlet)
        board.run_until(lambda: not outlet.closed, 300, "the opening")
        worst_ns = max(worst_ns, outlet.last_edge_ns - at)
        restore(outlet)
        bench.closes()
    return worst_ns / 1e6


def duty_errors(wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    """The high time at the pin against IEC 61851-1 table A.7, the worst of 50 periods."""
    with Bench(storm=False, ohm=_63_A_OHM) as bench:
        for name in wanted:
            raises = "guard._sequence._duty_ms = 10_000"  # it would wait so long
            bench.board.exec(f"{raises}\napp.hand_down({_AMPS[name] * 1_000})")
            bench.board.run_ms(200)
            highs_us = [high / 1e3 for high in bench.outlet.pilot.highs_ns()[-50:]]
            error_us = max(abs(high - _high_us(_AMPS[name])) for high in highs_us)
            yield name, round(error_us, 3), "us", _DUTY_US


def _high_us(amps: int) -> float:
    return amps * 1_000 / 60 if amps <= 51 else (amps / 2.5 + 64) * 10
