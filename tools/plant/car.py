"""A car behind its inlet: IEC 61851-1 table A.8 and the EV's half of the sequences of Annex A.

It knows nothing but the plateaus and the duty at its inlet and the mains voltage there.
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from . import flow
from .circuit import parallel_ohm
from .events import NEVER_US, US_PER_MS
from .mains import Volts

VENTILATION_R2_OHM = 270  # in the place of R2: asks for ventilation, state D
BALANCED_PM = (1_000, 1_000, 1_000)

_NA_PER_MA = 1_000_000
PILOT_HIGH_MV = 2_000  # an oscillation is seen when it swings beyond both
PILOT_LOW_MV = -2_000
_MAINS_MV = 80_000  # the on-board charger sleeps below this


def allowed_ma(duty: int) -> int:
    """Current that `duty` (0..10_000, 1/100 %) allows, table A.8; 0 where no charging is allowed.

    3..7 % asks for digital communication, which this car does not speak: 0.
    """
    if duty < 800 or duty > 9_700:
        return 0
    if duty < 1_000:
        return 6_000
    if duty <= 8_500:
        return duty * 6
    if duty <= 9_600:
        return (duty - 6_400) * 25
    return 80_000


class Ramp(NamedTuple):
    """The current as a straight line from `since_us` to `end_us`, where it reaches `target_na`."""

    since_us: int
    start_na: int
    slope: int  # mA/s, which is nA/us
    end_us: int
    target_na: int

    def at(self, now_us: int) -> int:
        """The current in nA."""
        return self.start_na + self.slope * (now_us - self.since_us)


def _steady(now_us: int, current_na: int) -> Ramp:
    return Ramp(now_us, current_na, 0, NEVER_US, current_na)


class Car:
    """A car that closes S2, draws current, follows the duty and stops as the standard has it.

    It asks for energy when it is plugged in (unless `asks` is False) until it has had `wanted_wh`
    (None: until `stop`). It starts only where it is offered `min_ma` or more. `react_ms` passes
    between a change of the pilot and its effect, `s2_ms` before S2 moves, `start_ms` between the
    mains voltage and the first current. It loads the first `phases` (1..3), each with the share
    `share_pm` of the current (0..1000, in 1/1000: unbalanced). `r2_ohm=VENTILATION_R2_OHM` asks
    for ventilation. Faults are attributes: `diode_shorted`, `diode_open`, `over_ma` and `over_pm`
    (drawn beyond the offer, still at most `max_ma`), `follow_ms` (the time to follow a changed
    offer, where that is not `react_ms`), `ignores_stop` (a pilot that ends the offer is not seen)
    and `opens_loaded` (S2 opens with the current on, which ends only with the mains).
    """

    __slots__ = (
        "_full_due_us",
        "_goal",
        "_offer_due_us",
        "_offer_ma",
        "_powered",
        "_ready",
        "_s2_due_us",
        "_seen_ma",
        "_start_due_us",
        "_taken",
        "_unset_wh",
        "asked",
        "asks",
        "diode_mv",
        "diode_open",
        "diode_shorted",
        "down_ma_s",
        "follow_ms",
        "ignores_stop",
        "max_ma",
        "min_ma",
        "opens_loaded",
        "over_ma",
        "over_pm",
        "pf_pm",
        "phases",
        "r2_ohm",
        "r3_ohm",
        "ramp",
        "react_ms",
        "s2",
        "s2_ms",
        "share_pm",
        "start_ms",
        "up_ma_s",
        "wanted_wh",
        "wants",
    )

    def __init__(
        self,
        *,
        r3_ohm: int = 2_740,
        r2_ohm: int = 1_300,
        diode_mv: int = 700,
        max_ma: int = 32_000,
        min_ma: int = 6_000,
        phases: int = 3,
        pf_pm: int = 995,
        asks: bool = True,
        wanted_wh: int | None = None,
        react_ms: int = 300,
        s2_ms: int = 200,
        start_ms: int = 700,
        up_ma_s: int = 8_000,
        down_ma_s: int = 40_000,
        share_pm: tuple[int, int, int] = BALANCED_PM,
    ):
        self.r3_ohm = r3_ohm
        self.r2_ohm = r2_ohm
        self.diode_mv = diode_mv
        self.diode_shorted = False
        self.diode_open = False
        self.over_ma = self.over_pm = 0
        self.follow_ms: int | None = None
        self.ignores_stop = False
        self.opens_loaded = False
        self.max_ma = max_ma
        self.min_ma = min_ma
        self.phases = phases
        self.share_pm = share_pm
        self.pf_pm = pf_pm
        self.asks = asks
        self.wanted_wh = wanted_wh
        self.react_ms = react_ms
        self.s2_ms = s2_ms
        self.start_ms = start_ms
        self.up_ma_s = up_ma_s
        self.down_ma_s = down_ma_s
        self._taken = 0  # energy in 1e-36 J / 6, see flow.py
        self._powered = self._ready = self.s2 = False
        self.reset(0)

    @staticmethod
    def corners() -> Iterator[dict[str, int]]:
        """Keywords of every corner of the car's tolerances, IEC 61851-1 table A.3."""
        for r3, r2, diode in product((2_658, 2_822), (1_261, 1_339), (550, 850)):
            yield {"r3_ohm": r3, "r2_ohm": r2, "diode_mv": diode}

    def reset(self, now_us: int) -> None:
        """Begin anew, as a car does when a plug is pushed into its inlet."""
        self._offer_ma = self._seen_ma = 0
        self._offer_due_us = self._s2_due_us = self._start_due_us = self._full_due_us = NEVER_US
        self._powered = self._ready = self.s2 = False
        self.ramp = _steady(now_us, 0)
        self.wants = False
        self._goal: int | None = None
        self._unset_wh: int | None = None
        self.asked = False  # since the last look: what has been taken so far must be known
        if self.asks:
            self.want(self.wanted_wh)

    def want(self, wh: int | None = None) -> None:
        """Ask for `wh` more from now on, or for energy without end."""
        self.wants = True
        self._goal = None
        self._unset_wh = wh  # what has been taken by now is known at the next look
        self.asked = True

    def stop(self) -> None:
        """Stop as a driver does from the car: sequences 7 and 8.1."""
        self.wants = False
        self._full_due_us = NEVER_US

    @property
    def due_us(self) -> int:
        """When the car next does something by itself."""
        return min(
            self._offer_due_us,
            self._s2_due_us,
            self._start_due_us,
            self._full_due_us,
            self.ramp.end_us,
        )

    def pilot_load(self) -> tuple[float | None, int | None]:
        """What hangs on the CP conductor, as `load_ohm` and `diode_mv` of circuit.node_mv."""
        if self.diode_open:
            return None, None
        ohm = parallel_ohm(self.r3_ohm, self.r2_ohm) if self.s2 else self.r3_ohm
        return ohm, None if self.diode_shorted else self.diode_mv

    def take(self, energy: int) -> None:
        """Count `energy` that has come through the inlet, in 1e-36 J / 6."""
        self._taken += energy

    def sense(self, now_us: int, duty: int, high_mv: int, low_mv: int, mains_mv: Volts) -> None:
        """Look at the inlet; `duty` is 0..10_000, the plateaus are those of the CP contact."""
        oscillates = high_mv > PILOT_HIGH_MV and low_mv < PILOT_LOW_MV
        seen_ma = allowed_ma(duty) if oscillates else 0
        if seen_ma != self._seen_ma:
            self._notice(now_us, seen_ma)
        powered = mains_mv[0] >= _MAINS_MV
        if powered != self._powered:
            self._powered = powered
            self._ready = False
            self._start_due_us = now_us + self.start_ms * US_PER_MS if powered else NEVER_US
            if not powered:
                self.ramp = _steady(now_us, 0)
        if self.asked:
            self.asked = False
            if self._unset_wh is not None:
                self._goal = self._taken + self._unset_wh * flow.UNITS_PER_WH
        self._decide(now_us)

    def plan(self, now_us: int, load: flow.Flow | None) -> None:
        """Foresee when the battery is full, if `load` flows on from now."""
        self._full_due_us = NEVER_US
        if load is None or self._goal is None or not self.wants:
            return
        us = load.time_to(self._goal - self._taken, self.ramp.end_us - now_us)
        if us is not None:
            self._full_due_us = now_us + us

    def fire(self, now_us: int) -> None:
        """Do what is due now."""
        if self._offer_due_us <= now_us:
            self._offer_due_us = NEVER_US
            self._offer_ma = self._seen_ma
        if self._s2_due_us <= now_us:
            self._s2_due_us = NEVER_US
            self.s2 = not self.s2
        if self._start_due_us <= now_us:
            self._start_due_us = NEVER_US
            self._ready = True
        if self.ramp.end_us <= now_us:
            self.ramp = _steady(now_us, self.ramp.target_na)
        if self._full_due_us <= now_us:
            self._full_due_us = NEVER_US
            self.wants = False
        self._decide(now_us)

    def _notice(self, now_us: int, seen_ma: int) -> None:
        """The pilot has changed what it allows."""
        if self.ignores_stop and not seen_ma:
            return
        delay_ms = self.react_ms
        if self.follow_ms is not None and seen_ma and self._seen_ma:
            delay_ms = self.follow_ms
        self._seen_ma = seen_ma
        self._offer_due_us = now_us + delay_ms * US_PER_MS

    def _decide(self, now_us: int) -> None:
        go = self.wants and self._offer_ma >= self.min_ma
        if go == self.s2:
            self._s2_due_us = NEVER_US
        if go and self.s2 and self._ready:
            self._ramp_to(now_us, min(self.max_ma, self._over(self._offer_ma)))
        elif not go and not self.opens_loaded:
            self._ramp_to(now_us, 0)
        # sequences 7 and 10.1: S2 opens only when the current is gone
        idle = (self.ramp.slope == 0 and self.ramp.start_na == 0) or self.opens_loaded
        if go != self.s2 and idle and self._s2_due_us == NEVER_US:
            self._s2_due_us = now_us + self.s2_ms * US_PER_MS

    def _over(self, offer_ma: int) -> int:
        """What it takes such an offer for."""
        return offer_ma + offer_ma * self.over_pm // 1_000 + self.over_ma

    def _ramp_to(self, now_us: int, target_ma: int) -> None:
        target_na = target_ma * _NA_PER_MA
        if target_na == self.ramp.target_na:
            return
        start_na = self.ramp.at(now_us)
        slope = self.up_ma_s if target_na > start_na else -self.down_ma_s
        # whole microseconds: the last step, under a tenth of a milliampere, is a jump
        us = (target_na - start_na) // slope
        self.ramp = Ramp(now_us, start_na, slope, now_us + us, target_na)
        if us == 0:
            self.ramp = _steady(now_us, target_na)
