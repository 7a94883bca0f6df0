"""An analogue temperature sensor, such as an MCP9700 or TMP36: a voltage that rises with heat."""

from machine import ADC, Pin
from micropython import const

_LEAST_DC = const(-500)
_MOST_DC = const(1_500)


class Thermometer:
    """Calling it gives 1/10 degree C; OSError where no such sensor can be (it is torn off, or
    shorted). `wire` is "temperature" of board.json: `adc`, `zero_mv` at 0 degree C, `uv_per_c`.
    """

    def __init__(self, wire):
        self._read_uv = ADC(Pin(wire["adc"]), atten=ADC.ATTN_11DB).read_uv
        self._zero_uv = wire["zero_mv"] * 1_000
        self._uv_per_c = wire["uv_per_c"]

    def __call__(self):
        dc = (self._read_uv() - self._zero_uv) * 10 // self._uv_per_c
        if not _LEAST_DC <= dc <= _MOST_DC:
            raise OSError("temperature", dc)
        return dc
