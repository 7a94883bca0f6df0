"""An energy meter: polls its map's registers over the bus and knows when it is lost.

It never gives up: a lost meter is asked again for ever, in fewer of the polls. When it is there,
for the first time or again, it says who it is before anything else that it says is believed.
"""

from binascii import hexlify

from micropython import const

from ..pilot.handover import DOWN_CURRENT_MA, DOWN_READING, DOWN_VOLTAGE_MV, UNKNOWN
from ..ticks import since
from .modbus import ModbusError
from .regmap import TEXT
from .values import value

_MOST = const(10_000_000)  # of a current or a voltage: more is a broken meter's
_COUNT = const(0xFFFFFFF)
_TRIES = const(3)  # of one request; a lost meter shall not hold up the line
_LOST_AFTER = const(3)  # failed polls in a row
_MAX_SKIPPED = const(7)  # polls left out between two tries while lost
_BUSY = const(6)  # an exception's code: Modbus Application Protocol 1.1b3, 7
_WORD = const(16)  # characters of an identity, the last: a record has room for no more
_COUNTERS = ("import_wh", "export_wh")  # never below 0


class Reading:
    """What the meter last said; None where it has no such value, or said so.

    Lists are per phase, L1..L3. Power is positive when drawn from the mains.
    """

    def __init__(self):
        self.voltage_mv = [None] * 3
        self.current_ma = [None] * 3
        self.phase_power_mw = [None] * 3
        self.power_mw = None  # type: int | None
        self.import_wh = None
        self.export_wh = None
        self.power_factor_pm = None
        self.frequency_mhz = None


class Meter:
    """`table`: its RegisterMap; `address` 1..247, else the map's own; `ticks_ms`: the HAL's clock.

    `reading` is that of the last good poll, whole. `reason` is "" after a good poll, else the
    ModbusError's, with `code` from an exception reply. `lost` is set after three failed polls in
    a row. `serial` and `firmware` are what the meter says of itself, "" where its map does not
    tell.
    """

    def __init__(self, bus, table, ticks_ms, address=None, tries=_TRIES):
        self.table = table
        self.reading = Reading()
        self._next = Reading()  # being read: the two take turns
        self.lost = False
        self.reason = ""
        self.code = 0
        self.readings = 0  # good polls
        self.serial = ""
        self.firmware = ""
        self.bus = bus
        self._ticks_ms = ticks_ms
        self._address = address or table.serial["address"]
        self._most_tries = tries
        self._known = False  # who it is, and its ratios
        self._ratios = [1] * (1 << len(table.ratios))  # products, by the fields' bits
        self._take = self._store  # bound once: a poll allocates little
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

    def resolution_wh(self):
        """Smallest step of the energy register as it stands, in Wh; None without a reading."""
        wh = self.reading.import_wh
        return None if wh is None else self.table.resolution_wh(wh, self._ratios[-1])

    async def poll(self):
        """Read every quantity once; True if all came.

        Call it at the rate at which values are wanted: it ends within the bus's deadlines. One
        that fails changes no value, whatever has come before it failed.
        """
        if self._skip:
            self._skip -= 1
            return False
        asked_ms = self._ticks_ms()
        tries = 1 if self.lost else self._most_tries
        try:
            if not self._known:
                await self._introduce(tries)
            await self.bus.read(self._address, self.table.blocks, self._take, tries)
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

    async def ask(self, block, tries=_TRIES):
        """What an identity's block holds, as text; "" where there is none. Raises ModbusError.

        `block` is (function, register, count, kind).
        """
        found = []

        def take(block, start):
            found.append(_word(self.bus.buffer, start, block))

        try:
            await self.bus.read(self._address, (block,), take, tries)
        except ModbusError as error:
            # An older model has no such register; one that is busy may have it.
            if error.reason != "exception" or error.code == _BUSY:
                raise
        return found[0] if found else ""

    async def _introduce(self, tries):
        """Learn the ratios, and who the meter is. Raises ModbusError."""
        found = []

        def take(block, start):
            found.append(value(self.bus.buffer, start, block[3], 1))

        await self.bus.read(self._address, self.table.ratios, take, tries)
        for i in range(len(self._ratios)):
            self._ratios[i] = 1
            for bit, factor in enumerate(found):
                if i >> bit & 1:
                    self._ratios[i] *= factor or 0
        if not self._ratios[-1] > 0:
            raise ModbusError("ratio")
        for name in self.table.identity:
            word = await self.ask(self.table.identity[name], tries)
            setattr(self, name, word[-_WORD:])
        self._known = True

    def _store(self, block, start):
        reading = self._next
        for name, phase, at, kind, factor, ratios in block[3]:
            if ratios:
                factor *= self._ratios[ratios]
            number = value(self.bus.buffer, start + at, kind, factor)
            if number is not None and number < 0 and name in _COUNTERS:
                number = None
            if phase >= 0:
                getattr(reading, name)[phase] = number
            else:
                setattr(reading, name, number)

    def _hit(self, asked_ms):
        reading = self._next
        if self.table.sums_power:
            known = total_mw = 0
            for mw in reading.phase_power_mw:
                if mw is not None:
                    known += 1
                    total_mw += mw
            reading.power_mw = total_mw if known == self.table.sums_power else None
        self._next = self.reading
        self.reading = reading
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
            self._known = False  # it may be another one when it is back


def _word(data, start, block):
    """An identity as text: printable characters, digits in hexadecimal, or a number in decimal."""
    kind = block[3]
    if kind >= 0:
        number = value(data, start, kind, 1)
        return "" if number is None else str(number)
    raw = bytes(data[start : start + 2 * block[2]])
    if kind == TEXT:
        return "".join([chr(c) for c in raw if 0x20 < c < 0x7F])
    return hexlify(raw).decode()
