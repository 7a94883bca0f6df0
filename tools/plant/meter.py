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

    `import_wh` is what the register showed when the world began. No car here feeds back, so the
    export register stays at 0.
    """

    __slots__ = ("_imported",)

    def __init__(self, import_wh: int = 0):
        self._imported = import_wh * flow.UNITS_PER_WH

    def add(self, energy: int) -> None:
        """Count `energy`, in 1e-36 J / 6."""
        self._imported += energy

    def read(
        self, voltage_v: Phases, current_a: Phases, power_factor: float, frequency_hz: float
    ) -> Reading:
        """The registers together with the instantaneous values at the meter's terminals."""
        a, b, c = (u * i * power_factor for u, i in zip(voltage_v, current_a, strict=True))
        return Reading(
            voltage_v=voltage_v,
            current_a=current_a,
            power_w=(a, b, c),
            power_factor=power_factor,
            frequency_hz=frequency_hz,
            import_wh=flow.wh(self._imported),
            export_wh=0.0,
        )
