"""Commands that have ring 0 try a part out (pilot/service.py): coroutines like shows.py's."""

from ..loading import unload
from ..orders.trial import begin, end, run
from ..pilot import faults, service
from .table import dash


async def _try(con, test):
    """What ring 0 has told; its verdict is said."""
    await begin(con.app)
    try:
        await con.say("being-tried")
        told = await run(con.app, test)
    finally:
        await end(con.app)
        unload("pilot.service", "orders.trial")
    code = service.CODES[told[service.VERDICT]]
    await con.say("trial-says-" + code, ", ".join(faults.codes(told[service.FAULTS])))
    return told


async def _rcd(con, _args):
    await _times(con, "rcd-times-are", service.RCD)


async def _lock(con, _args):
    await _times(con, "lock-times-are", service.LOCK)


async def _contactor(con, _args):
    await _times(con, "contactor-times", service.CONTACTOR)


async def _times(con, key, test):
    told = await _try(con, test)
    times = [dash(told[place] or None) for place in (service.THERE_MS, service.BACK_MS)]
    await con.say(key, *times)


async def _pilot(con, _args):
    told = await _try(con, service.PILOT)
    for i, duty in enumerate(service.SWEEP):
        at = service.ROWS + i * service.ROW_WIDTH
        high, low = told[at + service.HIGH_MV], told[at + service.LOW_MV]
        if not high and not low:  # it has not come so far
            break
        read = told[at + service.DUTY]
        await con.say("pilot-sweep-row", duty / 100, "-" if read < 0 else read / 100, high, low)


COMMANDS = {
    "rcd test": _rcd,
    "lock test": _lock,
    "contactor test": _contactor,
    "pilot test": _pilot,
}
