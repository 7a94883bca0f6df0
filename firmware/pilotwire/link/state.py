"""What the box publishes of itself all the time: state and telemetry (docs/mqtt.md).

Reads the app, changes nothing.
"""

from micropython import const

from ..pilot import duty, faults, handover, levels, reasons, signals

_COMPLAINT = const(100)  # characters: with all else at its longest, a message holds no more
_INPUTS = handover.UP_INPUTS
_USED_MA = 1_000  # more than that is a phase in use
_MEASURED = ("power_w", "energy_wh", "current_ma", "voltage_mv", "phases_used")


def letter(up):
    """IEC 61851-1 notation: x2 while the pilot oscillates, x1 while it is steady."""
    state = levels.LETTERS[up[handover.UP_STATE]]
    if state in "EF?":
        return state
    return state + ("1" if up[handover.UP_DUTY] in (duty.X1, duty.F) else "2")


def describe(up, max_ma, source_of) -> dict:
    """Ring 0's part of the state, as a dict for JSON. `up`: N_UP integers; `source_of`: that of
    Leases."""
    return {
        "state": letter(up),
        "closed": bool(up[handover.UP_CLOSED]),
        "duty_percent": up[handover.UP_DUTY] / 100,
        "offered_ma": duty.current_for(up[handover.UP_DUTY], max_ma),
        "limit": {"ma": up[handover.UP_LIMIT_MA], "by": source_of(up[handover.UP_BINDING])},
        "cable_ma": up[handover.UP_CABLE_MA],
        "phases": up[handover.UP_PHASES],
        "pilot_mv": [up[_INPUTS + signals.CP_HIGH_MV], up[_INPUTS + signals.CP_LOW_MV]],
        "why_not": reasons.codes(up[handover.UP_WHY_NOT]),
        "faults": faults.codes(up[handover.UP_FAULTS]),
    }


def status(up, charge, reserved):
    """OCPP 1.6 ChargePointStatus: what a person would call it.

    `charge`: "" for none, "active", or "over" while its vehicle is still plugged in.
    """
    state = up[handover.UP_STATE]
    # A vehicle that sleeps is called by state F, which is then no fault.
    waking = up[handover.UP_WHY_NOT] & reasons.WAKING
    if up[handover.UP_FAULTS] or (state not in _PLUGGED and state != levels.A and not waking):
        return "Faulted"
    if state == levels.A:
        return "Reserved" if reserved else "Available"
    if charge == "over":
        return "Finishing"
    if charge != "active":
        return "Preparing"
    if up[handover.UP_CLOSED]:
        return "Charging"
    return "SuspendedEVSE" if up[handover.UP_WHY_NOT] & ~reasons.NOT_READY else "SuspendedEV"


_PLUGGED = (levels.B, levels.C, levels.D)
# T/CEC 102 ConnectorStatus; 0, offline, is for the platform to say.
_CONNECTOR = {"Available": 1, "Charging": 3, "Reserved": 4, "Faulted": 255}
_PLUGGED_IN = 2


def state(app) -> dict:
    """The published state."""
    up, session, journal = app.up, app.session, app.journal
    leases = app.leases
    now = describe(up, app.settings.profile.max_ma, leases.source_of)
    now["limit"]["set_ma"] = leases.granted("operator")
    usual = "", leases.left_s(up[handover.UP_BINDING])
    limit = now["limit"]
    limit["why"], limit["left_s"] = app.reasons().get(limit["by"], usual)
    now["override"] = leases.override
    name = status(up, session.stage(), app.access.reserved)
    now["status"] = name
    now["connector"] = _CONNECTOR.get(name, _PLUGGED_IN)
    now["unix"], now["clock"] = app.hal.clock()
    now["session"] = session.number
    now["session_wh"] = session.energy_wh()
    now["enabled"] = app.enabled()
    now["reserved"] = app.access.reserved
    now["pending"] = journal.pending
    now["meter"] = meter_reason(app)
    now["register"] = session.register.broken
    now["grid"] = _grid(app.grid) if app.grid else None
    regulation = app.regulation
    trouble = (
        app.complaint or app.timetable.trouble or (regulation.trouble() if regulation else "")
    )
    now["config"] = trouble[:_COMPLAINT]
    now["journal"] = app.flash_trouble()
    now["restart"] = app.hal.started
    now["trace"] = app.trace is not None
    now["contactor"] = app.wear.report()
    now["temperature_c"] = regulation and regulation.temperature_c()
    now.update(_measured(app))
    return now


def telemetry(app):
    """Measurements while energised, else None."""
    if not app.up[handover.UP_CLOSED]:
        return None
    values = _measured(app)
    values["session_wh"] = app.session.energy_wh()
    values["unix"], values["clock"] = app.hal.clock()
    return values


def meter_reason(app):
    if app.meter:
        return app.meter.reason
    return "missing" if app.config["meter"] else "none"


def phases_used(reading):
    return sum([(ma or 0) > _USED_MA for ma in reading.current_ma])


def _measured(app):
    if app.fresh_ms() is None:
        return dict.fromkeys(_MEASURED)
    reading = app.meter.reading
    values = _electrical(reading)
    values["energy_wh"] = reading.import_wh
    values["phases_used"] = phases_used(reading)
    return values


def _electrical(reading):
    """What flows at a meter now; powers are positive when drawn from the mains."""
    return {
        "power_w": None if reading.power_mw is None else reading.power_mw // 1000,
        "current_ma": reading.current_ma,
        "voltage_mv": reading.voltage_mv,
    }


def _grid(meter):
    values = {"meter": meter.reason}
    if meter.age_ms() is not None:
        reading = meter.reading
        values.update(_electrical(reading))
        values["phase_power_w"] = [mw and mw // 1000 for mw in reading.phase_power_mw]
        values["import_wh"] = reading.import_wh
        values["export_wh"] = reading.export_wh
    return values
