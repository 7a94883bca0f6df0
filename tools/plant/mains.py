"""The grid connection: three phase voltages behind a source resistance."""

Volts = tuple[int, int, int]
DEAD: Volts = (0, 0, 0)


class Mains:
    """`volts_mv` per phase without load, `source_mohm` per phase, `outage` takes all three.

    An outage leaves the wallbox's electronics alone: a dead controller is the link's business.
    """

    __slots__ = ("frequency_hz", "outage", "source_mohm", "volts_mv")

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

    def open_mv(self) -> Volts:
        """The phase voltages that an unloaded socket would see now."""
        return DEAD if self.outage else self.volts_mv
