"""What evcc does on a day: an agenda of (cycles, amperes, phases), with what must come of it."""

from pathlib import Path
from typing import Any

import yaml
from evcc.loop import CYCLE_S, Evcc

FILE = Path(__file__).parents[2] / "docs" / "integrations" / "evcc.yaml"
# Off, on, up and down by tenths, off again, one phase and three: each for so many cycles.
DAY = (
    (4, 0.0, 0),
    (4, 6.0, 3),
    (4, 16.0, 3),
    (3, 6.4, 3),
    (3, 12.7, 3),
    (4, 0.0, 3),
    (5, 7.3, 1),
    (4, 16.0, 1),
    (5, 9.0, 3),
    (4, 0.0, 3),
    (5, 16.0, 1),
)


def charger() -> dict[str, Any]:
    """The charger of docs/integrations/evcc.yaml."""
    return yaml.safe_load(FILE.read_text())["chargers"][0]


def a_day(evcc: Evcc, second, day=DAY, cycle_s=CYCLE_S):
    """Drive `evcc` through `day`; `second()` lets one pass. Yields (amperes, phases) at the end
    of each stretch."""
    for cycles, ampere, phases in day:
        for _ in range(cycles):
            evcc.cycle(ampere, phases)
            for _ in range(cycle_s):
                second()
                evcc.tick()
        yield ampere, phases
