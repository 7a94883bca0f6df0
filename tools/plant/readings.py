"""Every signal that a wallbox may have, by its name in pilotwire.pilot.signals.

`fill` writes those that the firmware knows. To feed a new signal: add a constant to signals.py
and, if it is not here yet, its reading to EXTRA. Nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, MutableSequence
from typing import TYPE_CHECKING

from pilotwire.pilot import signals

if TYPE_CHECKING:
    from .world import World

EXTRA: dict[str, Callable[[World], int]] = {
    "FEEDBACK2": lambda w: int(w.contactor2.feedback) if w.contactor2 else signals.NOT_FITTED,
    "BOX_DECI_C": lambda w: w.climate.box.reading,
    "PLUG_DECI_C": lambda w: w.climate.plug.reading,
    "HUMIDITY_PM": lambda w: w.climate.humidity.reading,
    "PIN_PERIOD_US": lambda w: w.pilot.pin_period_us,  # 0 while steady
}

_BASE = (
    "CP_HIGH_MV",
    "CP_LOW_MV",
    "CP_DUTY",
    "PP_OHM",
    "FEEDBACK",
    "RCD",
    "PE",
    "LOCK",
    "STOP",
    "TAMPER",
)
_known = [(getattr(signals, name), read) for name, read in EXTRA.items() if hasattr(signals, name)]


def fill(world: World, inputs: MutableSequence[int]) -> None:
    """Write the samples of a world that has just been looked at."""
    _, _, pp_ohm, pe_ok, rcd, _, _, locked, stop, cover_open, _ = world.seen
    inputs[signals.CP_HIGH_MV] = world.pilot.read_mv(world.cp_high_mv)
    inputs[signals.CP_LOW_MV] = world.pilot.read_mv(world.cp_low_mv)
    inputs[signals.CP_DUTY] = world.pilot.pin_duty
    inputs[signals.PP_OHM] = pp_ohm
    inputs[signals.FEEDBACK] = int(world.contactor.feedback)
    inputs[signals.RCD] = int(rcd)
    inputs[signals.PE] = int(pe_ok)
    inputs[signals.LOCK] = int(locked)
    inputs[signals.STOP] = int(stop)
    inputs[signals.TAMPER] = int(cover_open)
    for index, read in _known:
        inputs[index] = read(world)


def by_name(world: World) -> dict[str, int]:
    """All signals of a world that has just been looked at, known to the firmware or not."""
    base = [0] * signals.N_INPUTS
    fill(world, base)
    known = {name: base[getattr(signals, name)] for name in _BASE}
    return known | {name: read(world) for name, read in EXTRA.items()}
