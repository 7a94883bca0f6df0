"""The way of the power: mains, contactors and the RCD that opens them."""

from .contactor import ALL_POLES, PHASES, Contactor, N
from .mains import DEAD, Mains, Volts
from .meter import Phases
from .rcd import Rcd


class Power:
    """`poles` is the set that conducts, `mains_mv` and `inlet_mv` the voltages on either side.

    With a `second` contactor the first switches L1 and N only, see Contactor.pair.
    """

    __slots__ = ("first", "inlet_mv", "mains", "mains_mv", "poles", "rcd", "second")

    def __init__(self, mains: Mains, first: Contactor, second: Contactor | None, rcd: Rcd):
        self.mains = mains
        self.first = first
        self.second = second
        self.rcd = rcd
        self.poles = 0
        self.mains_mv = self.inlet_mv = DEAD

    @property
    def due_us(self) -> int:
        """When something here next happens by itself."""
        due_us = min(self.first.due_us, self.rcd.due_us, self.mains.due_us)
        return min(due_us, self.second.due_us) if self.second else due_us

    def command(self, now_us: int, closed: bool, phases: int) -> None:
        """Switch the coils; the second one only for three `phases`."""
        self.first.command(now_us, closed)
        if self.second:
            self.second.command(now_us, closed and phases == 3)

    def look(self, now_us: int, plugged: bool) -> None:
        """See what conducts, and let the RCD see the residual current and act on the coils."""
        mains_mv = self.mains_mv = self.mains.look(now_us)
        poles = self.first.conducting
        if self.second:
            poles |= self.second.conducting
        self.poles = poles
        self.inlet_mv = _behind(poles, mains_mv) if poles and plugged else DEAD
        rcd = self.rcd
        if rcd.ac_ua or rcd.dc_ua or rcd.timing:
            rcd.look(now_us, poles != 0 and mains_mv != DEAD)
        held_off = rcd.tripped and rcd.opens
        if held_off != self.first.held_off:
            self.first.hold_off(now_us, held_off)
            if self.second:
                self.second.hold_off(now_us, held_off)

    def fire(self, now_us: int, currents: Phases) -> None:
        """Let happen what is due now, at such currents. (The mains climb when looked at.)"""
        for contactor in (self.first, self.second):
            if contactor and contactor.due_us <= now_us:
                contactor.fire(_broken_ma(contactor.parting, currents))
        if self.rcd.due_us <= now_us:
            self.rcd.fire(now_us)


def _behind(poles: int, mains_mv: Volts) -> Volts:
    """The phase voltages behind the contacts. Without N nothing flows: a car needs it."""
    if poles == ALL_POLES:
        return mains_mv
    if not poles & N:
        return DEAD
    a, b, c = (mv if poles & pole else 0 for mv, pole in zip(mains_mv, PHASES, strict=True))
    return a, b, c


def _broken_ma(parting: int, currents: Phases) -> float:
    """The current in the worst phase that is interrupted when the poles `parting` part."""
    if parting & N:
        return max(currents)
    return max(ma if parting & pole else 0.0 for ma, pole in zip(currents, PHASES, strict=True))
