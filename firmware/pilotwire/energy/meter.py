"""The energy meter: polls its map's registers over the bus and knows when it is lost.

It never gives up: a lost meter is asked again for ever, in fewer of the polls.
"""

from micropython import const

from ..pilot.handover import DOWN_CURRENT_MA, DOWN_READING, DOWN_VOLTAGE_MV, UNKNOWN
from ..ticks import since
from .modbus import ModbusError, float32
from .regmap import PHASED

_MOST = const(10_000_000)  # of a current or a voltage: more is a broken meter's
_COUNT = const(0xFFFFFFF)
_TRIES = const(3)  # of one request; a lost meter shall not hold up the line
_LOST_AFTER = const(3)  # failed polls in a row
_MAX_SKIPPED = const(7)  # polls left out between two tries while lost


class Reading:
    """What the meter last said; None where it has no such value, or said NaN.

    Lists are per phase, L1..L3. Power is positive when drawn from the mains.
    """

    def __init__(self):
        self.voltage_mv = [None] * 3
        self.current_ma = [None] * 3
        self.power_mw = None
        self.import_wh = None
        self.export_wh = None


class Meter:
    """`table`: its RegisterMap; `address` 1..247, else the map's own; `ticks_ms`: the HAL's clock.

    `reading` is kept in place. `reason` is "" after a good poll, else the ModbusError's, with
    `code` from an exception reply. `lost` is set after three failed polls in a row.
    """

    def __init__(self, bus, table, ticks_ms, address=None):
        self.table = table
        self.reading = Reading()
        self.lost = False
        self.reason = ""
        self.code = 0
        self.readings = 0  # good polls
        self._bus = bus
        self._ticks_ms = ticks_ms
        self._address = table.serial["address"] if address is None else address
        self._at_ms = None
        self._failed = 0
        self._pause = 0  # polls to leave out after the next failure while lost
        self._skip = 0

    def age_ms(self):
        """Milliseconds since the last good poll began; None before the first, and while lost.

        A meter puts values into its answer when it is asked, not when the answer has come.
        """
        if self.lost or self._at_ms is None:
            return None
        return since(self._ticks_ms(), self._at_ms)

    async def poll(self):
        """Read every quantity once; True if all came.

        Call it at the rate at which values are wanted: it ends within the bus's deadlines. Of a
        failed poll of several requests the earlier values stand, with the age of the last good.
        """
        if self._skip:
            self._skip -= 1
            return False
        asked_ms = self._ticks_ms()
        try:
            for block in self.table.blocks:
                self._store(await self._request(block), block[2])
        except ModbusError as error:
            self._miss(error)
            return False
        self._hit(asked_ms)
        return True

    def fill(self, down):
        """Write the last reading into ring 0's slot."""
        reading = self.reading
        down[DOWN_READING] = self.readings
        for phase in range(3):
            ma = reading.current_ma[phase]
            mv = reading.voltage_mv[phase]
            down[DOWN_CURRENT_MA + phase] = UNKNOWN if ma is None else min(abs(ma), _MOST)
            down[DOWN_VOLTAGE_MV + phase] = UNKNOWN if mv is None else min(abs(mv), _MOST)

    def _request(self, block):
        tries = 1 if self.lost else _TRIES
        return self._bus.read(self._address, self.table.function, block[0], block[1], tries)

    def _store(self, start, fields):
        reading = self.reading
        for name, phase, at, factor in fields:
            value = float32(self._bus.buffer, start + at, factor)
            if name in PHASED:
                getattr(reading, name)[phase] = value
            else:
                setattr(reading, name, value)

    def _hit(self, asked_ms):
        self._at_ms = asked_ms
        self.readings = self.readings + 1 & _COUNT
        self.lost = False
        self.reason = ""
        self.code = self._failed = self._pause = 0

    def _miss(self, error):
        self.reason = error.reason
        self.code = error.code
        self._failed += 1
        if self.lost:
            self._pause = self._skip = min(2 * self._pause + 1, _MAX_SKIPPED)
        elif self._failed >= _LOST_AFTER:
            self.lost = True
