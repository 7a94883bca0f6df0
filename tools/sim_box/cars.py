"""The vehicles that one can choose, by name."""

from collections.abc import Callable
from typing import NamedTuple

from plant import Car, SimpleCar, Sleeper, Toggler
from plant.car import VENTILATION_R2_OHM


class Vehicle(NamedTuple):
    """One that can be plugged in; `make` builds it anew."""

    name: str
    text: str
    make: Callable[[], Car]


VEHICLES = (
    Vehicle("three-phase", "32 A on three phases", Car),
    Vehicle("one-phase", "32 A on one phase", lambda: Car(phases=1)),
    Vehicle("11-kw", "16 A on three phases", lambda: Car(max_ma=16_000)),
    Vehicle("full", "plugged in with a full battery", lambda: Car(asks=False)),
    Vehicle("no-s2", "has no S2: the simplified pilot", SimpleCar),
    Vehicle("asleep", "must be woken up", Sleeper),
    Vehicle("ventilation", "asks for ventilation", lambda: Car(r2_ohm=VENTILATION_R2_OHM)),
    Vehicle("toggler", "wakes the box by B-C-B", Toggler),
)
