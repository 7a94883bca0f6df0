"""The physical world around a wallbox, in integer microseconds and without a wall clock."""

from .cable import Cable
from .car import Car
from .contactor import Contactor
from .link import Link
from .mains import Mains
from .meter import Meter, Reading
from .pilot import Pilot
from .world import World

__all__ = ["Cable", "Car", "Contactor", "Link", "Mains", "Meter", "Pilot", "Reading", "World"]
