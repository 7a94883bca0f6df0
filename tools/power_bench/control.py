"""Who decides on the current: the firmware's rules, and a plain threshold beside them."""

from typing import NamedTuple

from pilotwire.power.phases import Switches
from pilotwire.power.solar import Solar
from pilotwire.power.steady import Steady

LEAST_MA = 6_000


class Mode(NamedTuple):
    """How a box is set up."""

    name: str
    minimum: bool = False  # 6 A always, more with surplus
    phases: int = 1  # connected at first
    switches: bool = False  # between 1 and 3
    most_ma: int = 16_000


MODES = (
    Mode("surplus, 1 phase"),
    Mode("surplus, 3 phases", phases=3),
    Mode("surplus, 1 and 3", switches=True),
    Mode("minimum, 1 and 3", minimum=True, switches=True),
)

# The proposed defaults of the configuration.
START_W, STOP_W, PATIENCE_WH = 0, 500, 60
SMOOTH_S, TTL_S = 10, 30
ON_S, OFF_S, INTERRUPTIONS = 300, 300, 8
PAUSE_S, SWITCHES = 600, 10


class Ours:
    """power/solar.py, then power/steady.py. `limit_ma` and `wanted` phases are the result."""

    def __init__(self, mode: Mode):
        switches = Switches(PAUSE_S, SWITCHES) if mode.switches else None
        self.solar = Solar(
            mode.minimum,
            mode.most_ma,
            START_W,
            STOP_W,
            PATIENCE_WH,
            SMOOTH_S,
            TTL_S,
            switches=switches,
        )
        self.steady = Steady(LEAST_MA, LEAST_MA, ON_S, OFF_S, INTERRUPTIONS, False)
        self._most_ma = mode.most_ma
        self.limit_ma = self.wanted = 0

    def look(self, second: int, grid_w: int, own_w: int, phases: int, used: int) -> None:
        """Once a second, with what the meters have said a second ago."""
        wish_ma = self.solar.look(second * 1_000, grid_w, own_w, phases, used)
        limit_ma = self.steady.look(second * 1_000, wish_ma, used > 0)
        self.limit_ma = min(limit_ma, self._most_ma)
        self.wanted = self.solar.phases


class Threshold:
    """Every 10 s whole amperes for the surplus of that moment; nothing under 6 A; no delays.

    Three phases where they get 6 A each, else one. In `minimum` at least 6 A.
    """

    def __init__(self, mode: Mode):
        self._mode = mode
        self.limit_ma = self.wanted = 0

    def look(self, second: int, grid_w: int, own_w: int, phases: int, used: int) -> None:
        if second % 10:
            return
        surplus_a = (own_w - grid_w) // 230
        if self._mode.switches:
            self.wanted = phases = 3 if surplus_a >= 18 else 1
        ma = surplus_a // phases * 1_000
        if ma < LEAST_MA:
            ma = LEAST_MA if self._mode.minimum else 0
        self.limit_ma = min(ma, self._mode.most_ma)
