"""Commands on what the box keeps, like those of shows.py: records, and a box as from the maker.

What a reset leaves: the records, the seal and its report, the PIN that opens it, and the
contactor's life.
"""

from micropython import const

from ..link.commands import Refused
from ..orders.settings import put
from .table import WrongError

_AT_ONCE = const(16)  # records between two looks for a key
_GONE = (
    "config.json",
    "config.good.json",
    "commission.json",
    "guests.json",
    "guests.json.new",
    "schedule.json",
    "schedule.json.new",
    "plan.json",
    "plan.json.new",
    "tariff.json",
    "meter.json",
    "ca.der",
    "client.crt.der",
    "client.key.der",
)


async def _export(con, args):
    n = 0
    for record in con.app.journal.history(args.get("first", 1)):
        await con.write('{"frame": "%s"}\n' % record["frame"])
        n += 1
        if n % _AT_ONCE == 0 and await con.pressed(0.01):
            break
    if not n:
        await con.say("no-record-found")


async def _reset(con, _args):
    app = con.app
    name = app.config["id"]
    if app.session.active:
        raise Refused(None, "occupied", "")
    await con.say("reset-takes-away")
    if (await con.ask("id: ")).decode() != name:
        raise WrongError("reset-is-given-up", name)
    if app.session.active:
        raise Refused(None, "occupied", "")
    for file in _GONE:
        put(app, file, b"")
    con.staged = {}
    app.restart()
    await con.say("done-as-asked")


COMMANDS = {"records export": _export, "factory-reset": _reset}
