"""Steps of commissioning by the meter: whether it is there, what it sees of mains and load."""

import asyncio

from ..orders.settings import is_sealed
from ..pilot.handover import UP_CLOSED
from . import steps
from .bus import QuietBus

_TEST_MA = 6_000  # what a load is offered, and all that it may be
_LEAST_MA = 1_000  # of a phase, to judge by
_LOAD_S = 30
_FRESH_MS = 10_000
_PHASE_MV = 80_000  # less is no phase
_NEAR = range(1, 4)  # addresses that are looked for at another speed


async def _meter(con):
    app = con.app
    config, meter = app.config, app.meter
    if not config["meter"]:
        return {"age ms": "n/a"}, ""
    if not meter:
        return {"age ms": None}, "meter-none"
    for _ in range(_FRESH_MS // 1_000):  # one that is lost is asked less often
        if meter.age_ms() is not None:
            break
        await asyncio.sleep(1)
    values = {"meter": config["meter"], "serial": meter.serial or "-", "age ms": meter.age_ms()}
    if meter.age_ms() is not None:
        return values, ""
    found = await _look_around(con)
    if not found:
        return values, "meter-silent"
    baud, parity, stop = found.setting
    values["found"] = "%d 8%s%d, %d" % (baud, parity, stop, found.address)
    if found.setting[:2] != _setting(con):
        return values, "meter-speed"
    if found.address != (config["meter_address"] or meter.table.serial["address"]):
        return values, "meter-address"
    return values, "meter-other"


def _setting(con):
    """Baud and parity that it is asked with."""
    config, usual = con.app.config, con.app.meter.table.serial
    return config["meter_baud"] or usual["baud"], config["meter_parity"] or usual["parity"]


async def _look_around(con):
    """The first meter that answers in any setting, or None."""
    lines = []
    async with QuietBus(con.app, 1) as bus:
        from ..energy.scan import scan

        found = await scan(bus.open, con.app.hal.ticks_ms, _NEAR, lines.append)
    for line in lines:
        await con.write("  %s\n" % line)
    return found[0] if found else None


async def _supply(con):
    phases = con.app.settings.phases
    values = {}
    reading = _fresh(con)
    for i in range(3):
        mv = reading.voltage_mv[i] if reading else None
        if reading is None and i < phases:
            volts = await steps.number(con, "volts-l%d-n-typed" % (i + 1))
            values["L%d V" % (i + 1)] = volts
        else:
            values["L%d V" % (i + 1)] = "n/a" if i >= phases else mv and round(mv / 1_000, 1)
    volts = [values["L%d V" % (i + 1)] or 0 for i in range(phases)]
    if phases == 1:
        return values, ""
    least = min(volts)
    # Between two phases there are 1.73 times the volts of one: N stands where L should.
    if least * 1_000 > _PHASE_MV and sum([u > 1.6 * least for u in volts]) == 2:
        return values, "l-n-swapped"
    return values, "phase-missing" if least * 1_000 < _PHASE_MV else ""


async def _load(con):
    """Power over volts times amperes: 1, or where currents come from other phases than their
    voltages, and so at 120 degrees, less; below 0 they flow backwards.
    """
    app = con.app
    if not app.config["meter"]:
        return {"direction %": "n/a"}, ""
    values = {"direction %": None}
    await steps.at_rest(con)
    limit_ma = app.config["limit_ma"]
    app.leases.grant("box", min(limit_ma, _TEST_MA) if is_sealed(app) else _TEST_MA)
    try:
        if not app.access.free:
            app.obey("start", {})
        reading = None
        for _ in range(_LOAD_S):
            await asyncio.sleep(1)
            reading = _fresh(con)
            if app.up[UP_CLOSED] and reading and _loaded(reading):
                await asyncio.sleep(2)  # all of it from one reading, and a steady one
                reading = _fresh(con) or reading
                break
        if not app.up[UP_CLOSED]:
            from ..link.state import state

            values["why"] = ", ".join(state(app)["why_not"])
            return values, "no-charge"
        if not reading or not _loaded(reading):
            return values, "no-load"
        for i in range(3):
            values["L%d A" % (i + 1)] = (reading.current_ma[i] or 0) / 1_000
        values["W"] = reading.power_mw // 1_000
        values["direction %"] = percent = _direction(reading)
        return values, _cause(percent)
    finally:
        app.leases.grant("box", limit_ma)
        await _let_go(con)


def _loaded(reading):
    known = reading.power_mw is not None
    return known and max([abs(ma or 0) for ma in reading.current_ma]) >= _LEAST_MA


def _direction(reading):
    apparent_mw = 0
    for mv, ma in zip(reading.voltage_mv, reading.current_ma):
        apparent_mw += (mv or 0) * abs(ma or 0) // 1_000
    return reading.power_mw * 100 // (apparent_mw or 1)


def _cause(percent):
    if percent >= 80:
        return ""
    if percent <= -80:
        return "meter-reversed"
    return "one-reversed" if 20 < percent < 45 else "phases-crossed"


async def _let_go(con):
    """Until the contactor is open: the next steps write flash."""
    app = con.app
    await steps.ask(con, "take-load-away")
    for _ in range(_LOAD_S):
        if not app.up[UP_CLOSED]:
            break
        await asyncio.sleep(1)


def _fresh(con):
    """The last reading, None where there is none that is new."""
    meter = con.app.meter
    age_ms = meter.age_ms() if meter else None
    return meter.reading if age_ms is not None and age_ms < _FRESH_MS else None


MEASURES = {"meter": _meter, "supply": _supply, "load": _load}
