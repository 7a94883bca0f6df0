"""Commands that show the box at a glance; each is a coroutine of the Shell and the arguments."""

import gc
import json
import time

from micropython import const

from ..link.state import letter, state
from ..loading import unload
from ..pilot import handover, signals
from . import table
from .table import USER, Leave, WrongError, dash, on

_INPUTS = handover.UP_INPUTS
_WATCHED = const(600)  # seconds: then nobody watches any more
_PILOT = __file__.rsplit("/", 2)[0] + "/pilot/"


async def _help(con, args):
    words = [args[key] for key in ("command", "more") if key in args]
    found = []
    for row in table.rows():
        if words == row["name"].split(" ")[: len(words)]:
            found.append(row)
    if not words:  # all: each looked up by itself would take a chip seconds
        levels = {row["name"]: row["level"] for row in found}
        for name, said in table.helps(con.lang):
            mark = "#" if levels[name] > con.level else " "
            await con.write("%s %-14s %s\n" % (mark, name, said))
        return
    for row in found:
        said = table.text(con.lang, "help " + row["name"])
        await con.write("%s\n    %s\n" % (table.usage(row), said))
    if not found:
        raise WrongError("unknown-command", words[0])


async def _status(con, _args):
    app = con.app
    now = state(app)
    await con.say("status-the-box", app.config["id"], app.hal.firmware or "-", app.hal.started)
    await con.say("status-uptime", app.uptime_ms // 1000)
    await con.say("status-vehicle", now["state"], now["status"], on(now["closed"]))
    limit = now["limit"]
    await con.say("status-limit", limit["ma"], limit["by"], now["offered_ma"], now["phases"])
    if now["session"]:
        await con.say("status-charge", now["session"], now["session_wh"], now["power_w"])
    await con.say("status-meter", now["meter"] or "ok")
    await _time(con, None)
    await _wifi(con, None)
    await _mqtt(con, None)
    await con.say("status-records", app.journal.seq, now["pending"])
    for key in ("config", "journal"):
        if now[key]:
            await con.say("status-trouble", now[key])
    if now["faults"]:
        await _faults(con, None)


async def _why(con, _args):
    from ..orders.why import why

    said = why(con.app)
    unload("orders.why")
    if not said["why_not"]:
        await con.say("why-it-flows", said["ma"], said["by"])
    for code in said["why_not"]:
        await con.write("%-18s %s\n" % (code, _meaning(con, "reasons", code)))
    for source, row in said["sources"].items():
        left = row.get("left_s")
        known = (source, dash(row["ma"]))
        if left is None:
            await con.say("why-a-source", *known)
        else:
            await con.say("why-a-lease-holds", *(known + (left, dash(row.get("then_ma")))))


async def _faults(con, _args):
    found = state(con.app)["faults"]
    if not found:
        await con.say("no-fault-found")
    for code in found:
        await con.write("%-18s %s\n" % (code, _meaning(con, "faults", code)))


async def _watch(con, _args):
    await con.say("any-key-ends-it")
    for _ in range(_WATCHED):
        up = con.app.up
        high, low = up[_INPUTS + signals.CP_HIGH_MV], up[_INPUTS + signals.CP_LOW_MV]
        now = letter(up), on(up[handover.UP_CLOSED]), up[handover.UP_LIMIT_MA]
        known = _power_w(con.app), dash(con.app.session.energy_wh())
        line = "%s %s %d mA, %d/%d mV, %s W, %s Wh" % (now + (high, low) + known)
        await con.write("\r%s\x1b[K" % line)
        if await con.pressed(1):
            break
    await con.write("\n")


async def _wifi(con, _args):
    by, address, dbm, reason = con.app.hal.network()
    await con.say("status-network", by or "-", address or "-", dash(dbm), reason or "ok")


async def _mqtt(con, _args):
    config, link = con.app.config, con.app.link
    if link:
        host = "%s:%d" % (config["mqtt_host"], config["mqtt_port"])
        await con.say("status-broker", host, link.reason or "ok", link.connections)
    else:
        await con.say("status-no-broker")


async def _time(con, _args):
    unix, quality = con.app.hal.clock()
    said = "-"
    if unix is not None:
        said = "%04d-%02d-%02d %02d:%02d:%02d UTC" % tuple(time.gmtime(unix)[:6])
    await con.say("status-clock", said, quality)


async def _mem(con, _args):
    gc.collect()
    try:
        await con.say("heap-in-bytes", gc.mem_free(), gc.mem_alloc())
    except AttributeError:  # CPython
        await con.say("heap-in-bytes", 0, 0)


async def _lang(con, args):
    con.lang = args["lang"]
    await con.say("done-as-asked")


async def _logout(con, _args):
    con.level = USER
    await con.say("done-as-asked")


async def _exit(_con, _args):
    raise Leave


def _meaning(con, name, code):
    """A code of ring 0's in the person's language: its own files say it in English."""
    said = table.text(con.lang, "code " + code)
    if said:
        return said
    head = b'  "%s": ' % code.encode()
    with open(_PILOT + name + ".json", "rb") as file:
        while line := file.readline():
            if line.startswith(head):
                if name == "faults":
                    line, code = file.readline(), "text"
                return json.loads(b"{" + line.strip().rstrip(b",") + b"}")[code]
    return code


def _power_w(app):
    if app.fresh_ms() is None or app.meter.reading.power_mw is None:
        return "-"
    return str(app.meter.reading.power_mw // 1000)


COMMANDS = {
    "help": _help,
    "status": _status,
    "why": _why,
    "faults": _faults,
    "watch": _watch,
    "wifi": _wifi,
    "mqtt": _mqtt,
    "time": _time,
    "mem": _mem,
    "lang": _lang,
    "logout": _logout,
    "exit": _exit,
}
