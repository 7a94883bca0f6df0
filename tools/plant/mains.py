"""The grid connection: three phase voltages behind a source resistance."""

from .events import NEVER_US

Volts = tuple[int, int, int]
DEAD: Volts = (0, 0, 0)

_STAIRS = 20  # of a slow return: the plant knows constant voltages only, so it climbs in steps


def _between(one_mv: int, other_mv: int) -> int:
    """From one phase to another, 120 degrees apart."""
    return round((one_mv**2 + other_mv**2 + one_mv * other_mv) ** 0.5)


class Mains:
    """`volts_mv` per phase without load, `source_mohm` per phase, `frequency_hz`.

    Faults are attributes: `outage` takes all three phases, `outages` single ones, `scale_pm` is a
    sag (< 1000) or swell of each phase in 1/1000. After an outage a phase is back at once, or
    climbs from 0 for `return_us`, in 20 equal steps.
    `swapped` is the phase (1..3, 0 none) whose conductor was wired to the neutral's terminal, and
    that to its own: the two others then stand against it, with 1.7 times the voltage.
    An outage leaves the wallbox's electronics alone: a dead controller is the link's business.
    """

    __slots__ = (
        "_back_us",
        "_known",
        "_looked_us",
        "_open_mv",
        "due_us",
        "frequency_hz",
        "outage",
        "outages",
        "return_us",
        "scale_pm",
        "source_mohm",
        "swapped",
        "volts_mv",
    )

    def __init__(
        self,
        volts_mv: Volts = (230_000, 230_000, 230_000),
        *,
        frequency_hz: float = 50.0,
        source_mohm: int = 100,
    ):
        self.volts_mv = volts_mv
        self.frequency_hz = frequency_hz
        self.source_mohm = source_mohm
        self.outage = False
        self.outages: tuple[bool, bool, bool] = (False, False, False)
        self.scale_pm: tuple[int, int, int] = (1_000, 1_000, 1_000)
        self.return_us = 0
        self.swapped = 0
        self.due_us = NEVER_US  # the next step of a slow return
        # since when each phase climbs: NEVER_US while it is out, None once it has arrived
        self._back_us: list[int | None] = [None, None, None]
        self._looked_us = 0
        self._known: tuple | None = None  # the attributes that `_open_mv` was worked out from
        self._open_mv = DEAD

    def open_mv(self) -> Volts:
        """The phase voltages that an unloaded socket would see now."""
        return self.look(self._looked_us)

    def look(self, now_us: int) -> Volts:
        """Take in what has been set, and whatever a slow return has reached; the open voltages."""
        self._looked_us = now_us
        known = (self.outage, self.outages, self.scale_pm, self.volts_mv, self.swapped)
        if known != self._known or self.due_us <= now_us:
            self._known = known
            self._solve(now_us)
        return self._open_mv

    def _solve(self, now_us: int) -> None:
        self.due_us = NEVER_US
        mv = [self._phase_mv(k, now_us) for k in range(3)]
        if self.swapped:
            own = mv[self.swapped - 1]
            mv = [_between(v, own) if v else 0 for v in mv]  # a dead wire is nowhere connected
            mv[self.swapped - 1] = own
        self._open_mv = (mv[0], mv[1], mv[2])

    def _phase_mv(self, k: int, now_us: int) -> int:
        if self.outage or self.outages[k]:
            self._back_us[k] = NEVER_US
            return 0
        full_mv = self.volts_mv[k] * self.scale_pm[k] // 1_000
        back_us = self._back_us[k]
        if back_us is None:
            return full_mv
        if back_us == NEVER_US:
            self._back_us[k] = back_us = now_us
        stair = _STAIRS
        if self.return_us > 0:
            stair = min(_STAIRS, (now_us - back_us) * _STAIRS // self.return_us)
        if stair == _STAIRS:
            self._back_us[k] = None
            return full_mv
        next_us = back_us - (-(stair + 1) * self.return_us // _STAIRS)  # rounded up
        self.due_us = min(self.due_us, next_us)
        return full_mv * stair // _STAIRS
