"""The physical world around a wallbox, in integer microseconds and without a wall clock."""

from .adapter import Adapter
from .agenda import Agenda, flicker
from .cable import Cable
from .car import Car
from .climate import Climate
from .contactor import Contactor
from .link import Link
from .lock import Lock, Locked
from .log import Change, Log
from .mains import Mains
from .meter import Meter, Reading
from .pilot import Pilot
from .rcd import Rcd
from .simple_car import SimpleCar
from .sleeper import Sleeper
from .toggler import Toggler
from .world import World

__all__ = [
    "Adapter",
    "Agenda",
    "Cable",
    "Car",
    "Change",
    "Climate",
    "Contactor",
    "Link",
    "Lock",
    "Locked",
    "Log",
    "Mains",
    "Meter",
    "Pilot",
    "Rcd",
    "Reading",
    "SimpleCar",
    "Sleeper",
    "Toggler",
    "World",
    "flicker",
]
