"""Commands that show the parts of a box; each is a coroutine of the Shell and the arguments."""

import asyncio

from micropython import const

from ..link.state import letter, meter_reason, state
from ..pilot import handover, signals
from . import table
from .table import dash, on

_INPUTS = handover.UP_INPUTS
_LOOKED_AT = const(40)  # records, for the newest charges
_FOUND = (  # what ring 0 finds wrong, by what a person with a screwdriver looks at
    ("pilot", ("cp-short", "cp-invalid", "diode", "generator", "sample", "guard")),
    ("earth", ("pe",)),
    ("rcd", ("rcd", "rcd-test")),
    ("contactor", ("weld", "stuck-open")),
    ("proximity", ("proximity", "no-cable")),
    ("lock", ("lock", "not-locked")),
    ("mains", ("undervoltage", "overvoltage", "phase-loss", "mains")),
    ("inside", ("temperature", "humidity", "sensor", "tamper", "emergency-stop")),
)


async def _selftest(con, _args):
    """What ring 0 watches all the time, and whether the rest of the box is as it should be."""
    app = con.app
    now = state(app)
    wrong = now["faults"]
    if now["state"][0] != "A":  # else it is no fault that nothing is locked, tested or read
        wrong = wrong + now["why_not"]
    for name, codes in _FOUND:
        await _verdict(con, name, [code for code in codes if code in wrong])
    link = app.link
    rest = (
        ("meter", now["meter"] if app.config["meter"] else ""),
        ("clock", "" if now["unix"] is not None else "none"),
        ("broker", "" if not link or link.connected else link.reason),
        ("flash", now["journal"]),
        ("config", now["config"]),
    )
    for name, trouble in rest:
        await _verdict(con, name, [trouble] if trouble else [])


async def _verdict(con, name, troubles):
    said = table.text(con.lang, "verdict-bad" if troubles else "verdict-good")
    await con.write("%-10s %s %s\n" % (name, said, ", ".join(troubles)))


async def _meter(con, _args):
    for name, meter in (("meter", con.app.meter), ("grid_meter", con.app.grid)):
        if not meter:
            if name == "meter":
                await con.say("status-meter", meter_reason(con.app))
            continue
        reading = meter.reading
        known = con.app.config[name], meter.serial or "-", meter.reason or "ok"
        await con.say("meter-itself", *known)
        for i in range(3):
            volts, amperes = reading.voltage_mv[i], reading.current_ma[i]
            await con.say("meter-phase", i + 1, dash(volts), dash(amperes))
        watts = None if reading.power_mw is None else reading.power_mw // 1000
        await con.say("meter-energy", dash(watts), dash(reading.import_wh))


async def _charges(con, args):
    journal = con.app.journal
    found = []
    for record in journal.history(max(journal.seq - _LOOKED_AT, 0) + 1):
        if record["kind"] == "charge":
            keys = ("charge", "start_unix", "end_unix", "wh", "reason")
            found.append(tuple([dash(record.get(key)) for key in keys]))
            del found[: -args.get("n", 5)]
        await asyncio.sleep(0)
    for row in found:
        await con.say("charge-record", *row)
    if not found:
        await con.say("no-charge-found")


async def _pilot(con, _args):
    up = con.app.up
    high, low = up[_INPUTS + signals.CP_HIGH_MV], up[_INPUTS + signals.CP_LOW_MV]
    duty, seen = up[handover.UP_DUTY], up[_INPUTS + signals.CP_DUTY]
    await con.say("pilot-itself", letter(up), duty / 100, high, low)
    await con.say("pilot-read-back", "-" if seen == signals.NOT_FITTED else str(seen / 100))
    await con.say("pilot-and-plug", up[_INPUTS + signals.PP_OHM], up[handover.UP_CABLE_MA])


async def _contactor(con, _args):
    wear = con.app.wear.report()
    up = con.app.up
    closed = on(up[handover.UP_CLOSED])
    await con.say("contactor-now", closed, _contact(up, signals.FEEDBACK), wear["cycles"])
    keys = ("under_load", "make_ms", "break_ms", "first_make_ms", "first_break_ms")
    await con.say("contactor-life", *[wear[key] for key in keys])


async def _rcd(con, _args):
    up = con.app.up
    passed = "rcd-test" not in state(con.app)["why_not"]
    await con.say(
        "rcd-as-it-is", _contact(up, signals.RCD), on(con.app.settings.rcd_test), on(passed)
    )


async def _lock(con, _args):
    await con.say("lock-as-it-is", on(con.app.settings.lock), _contact(con.app.up, signals.LOCK))


def _contact(up, signal):
    value = up[_INPUTS + signal]
    return "n/a" if value == signals.NOT_FITTED else str(value)


COMMANDS = {
    "selftest": _selftest,
    "meter": _meter,
    "charges": _charges,
    "pilot": _pilot,
    "contactor": _contactor,
    "rcd": _rcd,
    "lock": _lock,
}
