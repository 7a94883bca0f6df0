"""The energy meter as an instrument, upstream of the contactor: it sees the mains at all times."""

from typing import NamedTuple

from . import flow

Phases = tuple[float, float, float]


class Reading(NamedTuple):
    """What the meter knows at one instant; the powers are active powers."""

    voltage_v: Phases
    current_a: Phases
    power_w: Phases
    power_factor: float  # 0..1, and 1 without load
    frequency_hz: float  # 0 in an outage
    import_wh: float
    export_wh: float


class Meter:
    """Registers that lose nothing: integers of 1e-36 J / 6, see flow.py.

    `import_wh` is what the register showed when the world began. No car here feeds back. Faults
    are attributes: `cts` (the phase whose current each of its inputs gets, 0..2) and `reversed`
    (whether the current of each comes in at the wrong end); what the registers then count is
    that of a load which is the same on all phases.
    """

    __slots__ = ("_before", "_imported", "cts", "reversed")

    def __init__(self, import_wh: int = 0):
        self._imported = 0
        self._before = import_wh * flow.UNITS_PER_WH
        self.cts: tuple[int, int, int] = (0, 1, 2)
        self.reversed: tuple[bool, bool, bool] = (False, False, False)

    def add(self, energy: int) -> None:
        """Count `energy`, in 1e-36 J / 6."""
        self._imported += energy

    def read(
        self, voltage_v: Phases, current_a: Phases, power_factor: float, frequency_hz: float
    ) -> Reading:
        """The registers together with the instantaneous values at the meter's terminals."""
        amps = [current_a[ct] for ct in self.cts]
        shares = [self._share(k) for k in range(3)]
        a, b, c = (voltage_v[k] * amps[k] * power_factor * shares[k] for k in range(3))
        counted = (
            round(self._imported * sum(shares) / 3) if shares != [1, 1, 1] else self._imported
        )
        return Reading(
            voltage_v=voltage_v,
            current_a=(amps[0], amps[1], amps[2]),
            power_w=(a, b, c),
            power_factor=power_factor,
            frequency_hz=frequency_hz,
            import_wh=flow.wh(self._before + max(counted, 0)),
            export_wh=flow.wh(max(-counted, 0)),
        )

    def _share(self, k: int) -> float:
        """The part of voltage times current that input `k` takes for active power: phases lie 120
        degrees apart.
        """
        part = 1.0 if self.cts[k] == k else -0.5
        return -part if self.reversed[k] else part
