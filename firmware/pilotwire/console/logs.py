"""Commands that show the log, like those of shows.py."""

import json
import time

from ..link.commands import Refused
from ..loading import unload
from ..orders.logs import kept, last, snapshot
from ..record.lines import LEVELS
from .table import WrongError


async def _log(con, args):
    level = LEVELS.index(args.get("level", "debug"))
    log = con.app.log
    await _show(con, last(con.app, args.get("n", 20), level))
    await con.say("log-in-numbers", log.n, log.folded)


async def _kept(con, args):
    await _show(con, kept(con.app, args.get("n", 20)))


async def _snapshot(con, args):
    try:
        lines = snapshot(con.app, args.get("n", 1))
    except Refused:
        raise WrongError("no-such-snapshot") from None
    for line in lines:
        await con.write(json.dumps(line) + "\n")


async def _show(con, messages):
    found = False
    for one in messages:
        found = True
        at = "-"
        if one["unix"] is not None:
            at = "%04d-%02d-%02d %02d:%02d:%02d" % tuple(time.gmtime(one["unix"])[:6])
        if "boot" in one:
            at += " %d/%d" % (one["boot"], one["ms"])
        often = " (%d)" % one["count"] if one.get("count", 1) > 1 else ""
        await con.write("%s %-7s %s%s\n" % (at, one["level"], one["text"], often))
    unload("record.kept", "record.lines", "record.snapshot", "record.layout", "orders.logs")
    if not found:
        await con.say("log-is-empty")


COMMANDS = {"log kept": _kept, "log snapshot": _snapshot, "log": _log}
