"""Steps of commissioning that look: identity, earth, contacts, proximity, temperature."""

import asyncio

from ..pilot import signals
from ..pilot.handover import UP_CLOSED, UP_INPUTS
from ..pilot.proximity import NO_PLUG, rating_for
from . import steps

_TEST_S = 5
_TOUCH_V = 50  # more is no neutral, and no dead outlet


async def _identity(con):
    hal, config = con.app.hal, con.app.config
    values = {"id": config["id"], "board": hal.board["name"], "chip": hal.board["chip"]}
    values["firmware"] = hal.firmware or None
    return values, "" if hal.firmware else "identity"


async def _earth(con):
    """A monitor between L1's terminal and PE cannot tell N there from no PE at all: the meter has
    seen that on three phases; on one a voltmeter has to.
    """
    value = read(con, signals.PE)
    values = {"PE": value}
    if value != 0:
        return values, ""
    volts = await steps.number(con, "volts-n-to-pe")
    values["N-PE V"] = volts
    if volts is None:
        return values, ""
    return values, "l-n-swapped" if volts > _TOUCH_V else "pe-missing"


async def _rotation(con):
    """No board sees it: the installer's tester does."""
    if con.app.settings.phases == 1:
        return {"L1-L2-L3": "n/a"}, ""
    return {"L1-L2-L3": await steps.ask(con, "which-rotation") or None}, ""


async def _contacts(con):
    """At rest, before anything moves; a self-test of the device may be under way."""
    for _ in range(_TEST_S):
        if read(con, signals.RCD) != 1:
            break
        await asyncio.sleep(1)
    values = {"feedback": read(con, signals.FEEDBACK), "RCD": read(con, signals.RCD)}
    values["stop"] = read(con, signals.STOP)
    values["cover"] = read(con, signals.TAMPER)
    if values["feedback"] != 1 or con.app.up[UP_CLOSED]:
        return values, ""
    volts = await steps.number(con, "volts-outlet")
    values["outlet V"] = volts
    if volts is None:
        return values, ""
    return values, "welded" if volts > _TOUCH_V else "feedback-contact"


async def _temperature(con):
    regulation = con.app.regulation
    celsius = regulation.temperature_c() if regulation else None
    fitted = regulation and regulation.sensors
    return {"C": celsius if fitted else "n/a"}, ""


async def _proximity(con):
    if con.app.config["cable_ma"]:
        return {"PP ohm": "n/a"}, ""
    ohm = read(con, signals.PP_OHM)
    if rating_for(ohm) == NO_PLUG:
        return {"PP ohm": ohm}, ""
    return {"PP ohm": ohm}, "proximity-short" if rating_for(ohm) < 0 else "proximity"


def read(con, signal):
    """What ring 0 has read of it, or "n/a"."""
    value = con.app.up[UP_INPUTS + signal]
    return "n/a" if value == signals.NOT_FITTED else value


MEASURES = {
    "identity": _identity,
    "earth": _earth,
    "rotation": _rotation,
    "contacts": _contacts,
    "temperature": _temperature,
    "proximity": _proximity,
}
