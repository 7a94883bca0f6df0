"""Commands on the seal of the installation (record/seal.py)."""

from ..record import seal
from ..record.log import LOGIN_FAILED, UNSEALED
from .table import WrongError, dash


async def _seal(con, _args):
    """What is sealed."""
    values, there = seal.find(con.app.hal.root)
    if not values:
        await con.say("seal-is-broken" if there else "seal-is-open")
        return
    await con.say("seal-is-closed")
    for name in sorted(values):
        if name not in ("config", "mac"):
            await con.write("  %s = %s\n" % (name, dash(values[name])))
    config = values["config"]
    for key in sorted(config):
        await con.write("  %s = %s\n" % (key, dash(config[key])))


async def _unseal(con, _args):
    """With the PIN, typed in once more."""
    app = con.app
    values, there = seal.find(app.hal.root)
    if not there:
        raise WrongError("seal-is-open")
    given = await con.ask("PIN: ", True)
    if con.pin.wait_s() or not await con.pin.fits(given):
        app.log.note(LOGIN_FAILED)
        raise WrongError("wrong-pin-given", con.pin.wait_s())
    if not app.journal.writable():
        raise WrongError("flash-is-busy")
    before = dash(values["config"].get("limit_ma") if values else None)
    seal.break_open(app.hal.root)
    app.journal.note(app.stamped({"event": "unsealed", "before": before}))
    app.log.note(UNSEALED, before)
    await con.say("done-as-asked")


COMMANDS = {"seal": _seal, "unseal": _unseal}
