"""The whole firmware in virtual time, where everything around it breaks, from one seed."""

from .rules import RULES, Breach
from .simulation import Simulation

__all__ = ["RULES", "Breach", "Simulation"]
