"""Commands for the meters' buses, like those of shows.py: who is on one, and what it says.

Meanwhile the box's own meters there are not asked.
"""

import asyncio

from micropython import const

from ..anew import Anew
from ..link.commands import Refused
from ..loading import unload
from . import table
from .changes import stage
from .table import WrongError, dash

_LOOK_S = 0.25
_QUIET_S = const(2)  # a poll that has begun is over, whoever answers
_QUANTITIES = (
    ("U  [mV]", "voltage_mv"),
    ("I  [mA]", "current_ma"),
    ("P  [mW]", "power_mw"),
    ("P1-3", "phase_power_mw"),
    ("PF [/1000]", "power_factor_pm"),
    ("f  [mHz]", "frequency_mhz"),
    ("+  [Wh]", "import_wh"),
    ("-  [Wh]", "export_wh"),
)


class QuietBus:
    """A bus whose meters are not asked: `async with` it. `number` 1 or 2."""

    def __init__(self, app, number):
        if app.session.active:
            raise Refused(None, "occupied", "")
        self._app = app
        self._number = number
        self._anew = Anew("energy.meter", "energy.rtu")
        config = app.config
        pairs = ((1, app.meter), (config["grid_bus"], app.grid))
        self._held = [meter for at, meter in pairs if meter and at == number]

    def open(self, baud, parity, stop):
        return self._app.hal.serial(baud, parity, stop, self._number)

    async def __aenter__(self):
        if self.open(9_600, "N", 1) is None:
            raise WrongError("no-such-meter-bus", self._number)
        for meter in self._held:
            meter.poll = _leave_alone
        if self._held:
            await asyncio.sleep(_QUIET_S)
        self._anew.__enter__()
        return self

    async def __aexit__(self, *_error):
        unload("energy.scan", "energy.plausible", "energy.mapfile")
        self._anew.__exit__()
        for meter in self._held:
            usual = meter.table.serial
            config = self._app.config
            baud = config["meter_baud"] or usual["baud"]
            self.open(baud, config["meter_parity"] or usual["parity"], usual["stop"])
            del meter.poll


async def _leave_alone():
    """In place of a meter's poll."""


async def _scan(con, args):
    first = args.get("first")
    some = None if first is None else range(first, args.get("last", first) + 1)
    async with QuietBus(con.app, args.get("bus", 1)) as bus:
        from ..energy.scan import scan

        await con.say("any-key-ends-it")
        said = []
        task = asyncio.create_task(scan(bus.open, con.app.hal.ticks_ms, some, said.append))
        try:
            while not task.done():
                pressed = await con.pressed(_LOOK_S)
                while said:
                    await con.write(said.pop(0) + "\n")
                if pressed:
                    return
            found = await task
        finally:
            task.cancel()
        while said:
            await con.write(said.pop(0) + "\n")
        if not found:
            await con.say("nobody-answers")
        for one in found:
            if one.maps:
                baud, parity, _ = one.setting
                await con.say("take-it-by-set", one.maps[0], one.address, baud, parity)


async def _read(con, args):
    config = con.app.config
    name = args.get("map", config["meter"])
    async with QuietBus(con.app, args.get("bus", 1)) as bus:
        from ..energy.mapfile import ALL, MapError, load
        from ..energy.meter import Meter
        from ..energy.plausible import checks
        from ..energy.rtu import open_bus

        ticks_ms = con.app.hal.ticks_ms
        try:
            about = load(name, con.app.hal.root, ALL)
        except MapError as error:
            raise WrongError("config-wrong", error.args[0]) from None
        usual = about.serial
        baud = args.get("baud", config["meter_baud"] or usual["baud"])
        parity = args.get("parity", config["meter_parity"] or usual["parity"])
        address = args.get("address", config["meter_address"] or usual["address"])
        line = open_bus(bus.open, ticks_ms, baud, parity, usual["stop"], about.gap_ms)
        meter = Meter(line, about, ticks_ms, address)
        at = "%s @%d, %d 8%s%d" % (name, address, baud, parity, usual["stop"])
        if not await meter.poll():
            raise WrongError("meter-is-silent", at, meter.reason, meter.code)
        await con.say("meter-itself", at, meter.serial or "-", meter.firmware or "-")
        for title, attribute in _QUANTITIES:
            values = getattr(meter.reading, attribute)
            values = values if isinstance(values, list) else [values]
            if values.count(None) < len(values):
                await con.write("  %-11s%s\n" % (title, " ".join([dash(v) for v in values])))
        for what, sound in checks(meter.reading).items():
            verdict = table.text(con.lang, "verdict-good" if sound else "verdict-bad")
            await con.write("  %-14s %s\n" % (what, verdict))


async def _set(con, args):
    from ..energy.mapfile import CUSTOM, names

    known = names()
    unload("energy.mapfile")
    if args["map"] not in known and args["map"] != CUSTOM:
        raise WrongError("no-such-meter-map", ", ".join(known))
    values = {"meter": args["map"]}
    for key in ("address", "baud", "parity"):
        if key in args:
            values["meter_" + key] = args[key]
    stage(con, values)
    await con.say("noted-for-save")


COMMANDS = {"meter scan": _scan, "meter read": _read, "meter set": _set}
