"""A kind of event: what the tables of faults.py and orders.py have a line for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .rng import Rng

if TYPE_CHECKING:
    from .simulation import Simulation


class Kind(NamedTuple):
    """`begin(sim, rng)`; `end(sim)` comes `least_us`..`most_us` later, or at the end of it all."""

    group: str
    begin: Callable[[Simulation, Rng], object]
    end: Callable[[Simulation], object] | None = None
    least_us: int = 0
    most_us: int = 0
