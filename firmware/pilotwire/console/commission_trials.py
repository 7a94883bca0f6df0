"""Steps of commissioning in which ring 0 tries something out (orders/trial.py)."""

import asyncio

from ..orders import trial
from ..pilot import faults, handover, levels, service, signals
from . import steps

_INPUTS = handover.UP_INPUTS
_TRUE_MV = (11_300, 12_700)  # of the +12 V at the outlet, by a voltmeter
_DIODE_MV = -10_000  # ring 0 wants less of a low plateau
_LOOKS = 20  # for a trip by hand
_LOOK_S = 0.1
_TRIES = 5
_STOPS = 200
_SERIES = "duty, high mV, low mV, read"


async def _pilot_open(con):
    told = await _run(con, service.PILOT)
    values = _sweep(told, "+12 mV", "-12 mV")
    high_mv, low_mv = values["+12 mV"], values["-12 mV"]
    least, most = _TRUE_MV
    if _within(least, high_mv, most) and _within(-most, low_mv, -least):
        return values, _trouble(told, values)
    volts = await steps.number(con, "volts-cp-pe")
    values["CP-PE V"] = volts
    if volts is None:
        return values, ""
    # Of either sign: a trial that ended early may have left -12 V for a while.
    return values, "divider" if least <= abs(volts) * 1_000 <= most else "pilot-supply"


def _within(least, mv, most):
    return mv is not None and least <= mv <= most


async def _pilot_2740(con):
    told = await _run(con, service.PILOT)
    values = _sweep(told, "9 mV", "")
    fixed = con.app.config["cable_ma"]
    values["PP ohm"] = "n/a" if fixed else con.app.up[_INPUTS + signals.PP_OHM]
    if con.app.up[handover.UP_STATE] == levels.A:
        return values, "no-adapter"
    cause = _trouble(told, values)
    # Steady -12 V that the adapter loads, or the low side of the oscillation: the next step's.
    if cause and told[service.FAULTS] & (faults.DIODE | faults.GENERATOR):
        _clear(con)
        cause = ""
    return values, cause


async def _diode(con):
    """What the sweep before has seen below zero."""
    found = con.state.get("pilot-2740")
    series = found[1].get(_SERIES, ()) if found else ()
    lows = [row[2] for row in series if row[0] < 10_000]
    values = {"-12 mV": max(lows) if lows else None}
    return values, "diode-missing" if lows and max(lows) > _DIODE_MV else ""


async def _pilot_882(con):
    told = await _run(con, service.PILOT)
    values = _sweep(told, "6 mV", "")
    if con.app.up[handover.UP_STATE] == levels.A:
        return values, "no-adapter"
    return values, _trouble(told, values)


async def _rcd(con):
    if not con.app.settings.rcd_test:
        return {"trip ms": "n/a", "release ms": "n/a"}, ""
    told = await _run(con, service.RCD)
    there, back = told[service.THERE_MS], told[service.BACK_MS]
    values = {"trip ms": there or None, "release ms": back or None}
    if not told[service.FAULTS] & faults.RCD_TEST or there:
        return values, _trouble(told, values)
    await steps.ask(con, "trip-by-hand")
    seen = con.app.up[_INPUTS + signals.RCD] == 1 or await _trips(con)
    _clear(con)
    values["by hand"] = int(seen)
    return values, "rcd-test-wire" if seen else "rcd-output"


async def _trips(con):
    """Whether it is seen to trip within two seconds; what has tripped it may be over."""
    for _ in range(_LOOKS):
        if con.app.up[handover.UP_FAULTS] & faults.RCD:
            return True
        await asyncio.sleep(_LOOK_S)
    return False


async def _lock(con):
    if not con.app.settings.lock:
        return {"in ms": "n/a", "out ms": "n/a"}, ""
    told = await _run(con, service.LOCK)
    there, back = told[service.THERE_MS], told[service.BACK_MS]
    values = {"in ms": there or None, "out ms": back or None}
    if told[service.VERDICT] != service.NO_ANSWER:
        return values, _trouble(told, values)
    moved = await steps.ask(con, "did-bolt-move")
    return values, "lock-contact" if moved[:1] in ("y", "Y") else "lock-jammed"


async def _contactor(con):
    told = await _run(con, service.CONTACTOR)
    values = {"make ms": told[service.THERE_MS], "break ms": told[service.BACK_MS]}
    if not con.app.hal.board["feedback"]:
        values = {"make ms": "n/a", "break ms": "n/a"}
    if told[service.FAULTS] & faults.WELD:
        return values, "welded"
    if told[service.FAULTS] & faults.STUCK_OPEN:
        return values, "stuck-open"
    return values, _trouble(told, values)


async def _run(con, test):
    """What ring 0 has told of it. Raises Refused while a charge is in progress.

    The box stays in service: between the steps with an adapter nothing is to be offered.
    """
    app = con.app
    if not app.service:
        if app.session.active and not app.up[handover.UP_CLOSED]:  # of what looks like a vehicle
            app.obey("stop", {})
        for _ in range(_STOPS):  # its record is written once the meter has been read
            if not app.session.active:
                break
            await asyncio.sleep(_LOOK_S)
        await trial.begin(app)
    told = await trial.run(app, test)
    for _ in range(_TRIES):
        if told[service.VERDICT] != service.REST:  # which is over by itself: a plug that came in
            break  # has made the device test itself
        await asyncio.sleep(1)
        told = await trial.run(app, test)
    return list(told)


def _sweep(told, high, low):
    """The first rows as values, steady +12 V as `high` and steady -12 V as `low`, and all as a
    series; with `low` also how far the duty that is read back is off, at most.
    """
    series = []
    for i in range(len(service.SWEEP)):
        at = service.ROWS + i * service.ROW_WIDTH
        row = told[at : at + service.ROW_WIDTH]
        if any(row):  # a test that ends early has no more
            series.append([service.SWEEP[i]] + row)
    values = {high: series[0][1] if series else None}
    if low:
        values[low] = next((row[2] for row in series if row[0] == 0), None)
        offs = [abs(row[3] - row[0]) for row in series if row[3] != signals.NOT_FITTED]
        values["duty off 0.01 %"] = max(offs) if offs else "n/a"
    values[_SERIES] = series
    return values


def _trouble(told, values):
    """Why a test has not passed, as a cause, with what is told in `values`; "" where it has."""
    verdict = told[service.VERDICT]
    if verdict == service.PASSED:
        return ""
    if told[service.FAULTS]:
        values["faults"] = ", ".join(faults.codes(told[service.FAULTS]))
        return "ring-0-fault"
    values["why"] = service.CODES[verdict]
    return "not-tried"


def _clear(con):
    """The fault was made by the test, and its cause is told."""
    con.app.obey("clear-faults", {})


MEASURES = {
    "pilot-open": _pilot_open,
    "pilot-2740": _pilot_2740,
    "diode": _diode,
    "pilot-882": _pilot_882,
    "rcd": _rcd,
    "lock": _lock,
    "contactor": _contactor,
}
