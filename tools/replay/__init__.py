"""Runs a trace that a box has recorded through the same guard, tick for tick."""

from .replay import Difference, replay
from .trace import Trace, TraceError, load

__all__ = ["Difference", "Trace", "TraceError", "load", "replay"]
