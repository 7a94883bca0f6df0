"""What is to be read of a meter, and what it means; made by mapfile.py from the meter's map."""

from micropython import const

# Kinds besides those of values.py, of an identity.
TEXT = const(-1)  # characters, two a register
HEX = const(-2)  # hexadecimal digits, four a register


class RegisterMap:
    """Data only, but for the step of the energy register.

    `blocks`: one tuple per request, (function, first register, count, fields), a field being
    (attribute of Reading, phase 0..2 or -1, byte offset, kind as in values.py, factor to the
    attribute's unit, ratios that multiply it as bits). `ratios`: one block per transformer ratio.
    `identity`: {"serial": block, "firmware": block}, where the meter has them; what stands in for
    the fields is a kind, TEXT or HEX. `serial`: address, baud, parity and stop of the factory.
    `sums_power`: the total is the sum of so many phases; 0: it has a register.
    """

    def __init__(
        self, name, serial, gap_ms, blocks, ratios, identity, step_wh, float_wh, sums_power
    ):
        self.name = name
        self.serial = serial
        self.gap_ms = gap_ms
        self.blocks = blocks
        self.ratios = ratios
        self.identity = identity
        self.sums_power = sums_power
        self._step_wh = step_wh
        self._float_wh = float_wh

    def resolution_wh(self, energy_wh, ratio=1):
        """Smallest step of the energy register at this reading, in Wh.

        The meter's own step, until a single's 24 bits do not hold the reading that finely: of
        kWh, 2 Wh from 16384 kWh on, and twice that at each doubling.
        """
        step_wh = self._step_wh * ratio
        unit_wh = self._float_wh * ratio
        if not unit_wh:
            return step_wh
        limit_wh = unit_wh << 40
        float_wh = unit_wh << 16  # between half of that and that, 24 bits being 23 and the point
        while float_wh > 1 and energy_wh < limit_wh >> 1:
            limit_wh >>= 1
            float_wh = float_wh + 1 >> 1
        return max(step_wh, float_wh)
