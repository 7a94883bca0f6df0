"""A register that gives orders, read in turn with the meters on its bus. Loads on demand."""

from .meter import Meter
from .modbus import READ_HOLDING
from .regmap import RegisterMap
from .values import UNSIGNED


def add(meters, address, register, ticks_ms):
    """Poll holding `register` (0..65535) of `address` on the grid meter's bus, or the only one.

    Returns a Meter: its reading's `power_mw` is what the register holds, from 0 to 65534. None
    where there is no bus.
    """
    if not meters.lines:
        return None
    line = meters.lines[-1]
    fields = [("power_mw", -1, 0, 8 | UNSIGNED, 1, 0)]
    blocks = [(READ_HOLDING, register, 1, fields)]
    table = RegisterMap("", None, 0, blocks, [], {}, 0, 0, 0)
    meter = Meter(line[-1].bus, table, ticks_ms, address, 1)
    line.append(meter)
    return meter
