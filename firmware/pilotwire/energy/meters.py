"""The box's meters: its own, and one at the connection point, on the same bus or on another."""

import asyncio

from micropython import const

from ..loading import unload
from .meter import Meter
from .rtu import open_bus

_POLL_S = const(1)
_ALONE = const(3)  # tries of a request
_BESIDE = const(1)  # to the grid's meter on the bus of the box's own
_OWN = const(1)  # the bus of the box's own meter


class Meters:
    """`own` and `grid` are Meters, or None where there is none or it cannot be used.

    `also`: quantities that both are asked for beside the usual ones, where their maps have them.
    `lines`: of each bus the meters on it, in their turns. `complaint` is "" or says which key of
    the configuration is wrong.
    """

    def __init__(self, hal, config, also=()):
        from .mapfile import POLLED, MapError, load

        self.own = self.grid = None
        self.complaint = ""
        self._hal = hal
        self.lines = []
        number = config["grid_bus"]
        beside = number == _OWN
        bus = None
        try:
            if config["meter"]:
                table = load(config["meter"], hal.root, POLLED + also)
                bus = self._bus(_OWN, table, config)
                if bus:
                    self.own = Meter(bus, table, hal.ticks_ms, config["meter_address"])
                    self.lines.append([self.own])
            if config["grid_meter"]:
                table = load(config["grid_meter"], hal.root, POLLED + ("phase_power_mw",) + also)
                shared = self.own and beside
                bus = bus if shared else self._bus(number, table, config)
                if bus:
                    tries = _BESIDE if shared else _ALONE
                    address = config["grid_address"]
                    self.grid = Meter(bus, table, hal.ticks_ms, address, tries)
                    if not shared:
                        self.lines.append([])
                    self.lines[-1].append(self.grid)
                else:
                    self.complaint = "meter: grid_bus: the board has no bus %d" % number
        except MapError as error:
            self.complaint = "meter: " + error.args[0]
        unload("energy.mapfile")

    def jobs(self):
        """Coroutine functions that poll for ever, one for each bus."""
        return [lambda line=line: _poll(line) for line in self.lines]

    def _bus(self, number, table, config):
        """The bus with the settings of the first meter on it, or None where the board has none."""
        serial = table.serial
        baud = config["meter_baud"] or serial["baud"]
        parity = config["meter_parity"] or serial["parity"]

        def open_port(baud, parity, stop):
            return self._hal.serial(baud, parity, stop, number)

        return open_bus(open_port, self._hal.ticks_ms, baud, parity, serial["stop"], table.gap_ms)


async def _poll(line):
    """The box's own meter first: what others cost on the same line comes after it."""
    while True:
        for meter in line:
            await meter.poll()
        await asyncio.sleep(_POLL_S)
