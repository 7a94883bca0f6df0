"""The energy that has flowed, counted when the load changes or somebody asks."""

from .car import Car
from .flow import Flow
from .mains import Volts
from .meter import Meter


class Account:
    """What `meter` and the car have counted; exact, however often `book` is called."""

    __slots__ = ("_booked", "_flow", "_flow_of", "_since_us", "meter")

    def __init__(self, meter: Meter):
        self.meter = meter
        self._flow: Flow | None = None
        self._flow_of: tuple | None = None  # what `_flow` follows from
        self._since_us = 0
        self._booked = 0  # energy of `_flow` that has been counted

    def look(self, now_us: int, car: Car, inlet_mv: Volts, source_mohm: int, anew: bool) -> None:
        """Take in the load from now on; `anew`: the car has to plan anew in any case."""
        flow_of = (car.ramp, inlet_mv, source_mohm, car.pf_pm, car.phases, car.share_pm)
        if flow_of == self._flow_of and not anew:
            return
        self.book(now_us, car)
        self._flow_of = flow_of
        self._flow = _flow(now_us, car, inlet_mv, source_mohm)
        self._since_us = now_us
        self._booked = 0
        car.plan(now_us, self._flow)

    def book(self, now_us: int, car: Car | None) -> None:
        """Count the energy up to now."""
        if self._flow is None or car is None:
            return
        energy = self._flow.energy(now_us - self._since_us)
        self.meter.add(energy - self._booked)
        car.take(energy - self._booked)
        self._booked = energy


def _flow(now_us: int, car: Car, inlet_mv: Volts, source_mohm: int) -> Flow | None:
    start_na = car.ramp.at(now_us)
    if not start_na and not car.ramp.slope:
        return None
    phases = zip(inlet_mv[: car.phases], car.share_pm, strict=False)
    loaded = [(mv, share) for mv, share in phases if mv]
    volts = sum(mv * share for mv, share in loaded)
    squares = sum(share * share for _, share in loaded)
    return Flow(volts, squares, source_mohm, start_na, car.ramp.slope, car.pf_pm)
