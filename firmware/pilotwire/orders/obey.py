"""Carries out checked commands (link/commands.json); docs/mqtt.md says what each does."""

from ..link.commands import Refused
from ..loading import unload
from ..pilot import levels
from ..pilot.handover import NO_LIMIT_MA, UP_STATE

_SETTINGS = ("schedule", "plan", "prices", "guests", "tariff", "config-get", "config-set")


def obey(app, type_, args) -> dict:
    """Do as the command says; what its result says beside `ok`. Raises Refused."""
    session = app.session
    if type_ == "limit":
        ttl_ms = args.get("ttl_s", app.config["operator_ttl_s"]) * 1000
        fallback_ma = args.get("fallback_ma", app.config["operator_fallback_ma"])
        ramp_ma_min = args.get("ramp_ma_min", 0)
        source = args.get("source", "operator")
        if source == "site" and app.config["site_ma"] >= 0:  # whoever speaks for it may be wrong
            fallback_ma = min(args.get("fallback_ma", NO_LIMIT_MA), app.config["site_ma"])
        app.leases.grant(source, args["ma"], ttl_ms, fallback_ma, ramp_ma_min)
    elif type_ in ("pause", "resume"):
        session.paused = type_ == "pause"
    elif type_ == "start":
        _plugged(app)
        if app.access.reserved:
            _refuse("reserved")
        session.start(args.get("by", ""))
    elif type_ == "authorise":
        _plugged(app)
        _refuse(app.access.permits(args["token"], app.hal.clock()[0]))
        session.start(args.get("by", args["token"]), "token")
    elif type_ == "reserve":
        if args["until"] and app.up[UP_STATE] != levels.A:
            _refuse("occupied")
        _refuse(app.access.reserve(args["token"], args["until"], app.hal.clock()[0]))
    elif type_ in ("stop", "unlock"):
        if type_ == "unlock" and not app.settings.lock:
            _refuse("not-fitted")
        session.stop("remote")  # and ring 0 lets the plug go
    elif type_ == "phases":
        if not app.settings.switches_phases:
            _refuse("not-fitted")
        app.phases = args["n"]
    elif type_ == "clear-faults":
        app.clear_faults()
    elif type_ == "dim":
        if not (app.regulation and app.regulation.dimming):
            _refuse("not-fitted")
        app.regulation.dimming.order(app.hal.ticks_ms(), args["ttl_s"])
    elif type_ == "override":
        _plugged(app)
        app.leases.override = args["on"]
    elif type_ in _SETTINGS:
        from . import settings

        try:
            return settings.obey(app, type_, args)
        finally:
            unload("orders.settings")
    else:
        from . import upkeep

        try:
            return upkeep.obey(app, type_, args)
        finally:
            unload("orders.upkeep")
    return {}


def _plugged(app):
    if app.up[UP_STATE] == levels.A:
        _refuse("no-vehicle")


def _refuse(reason):
    if reason:
        raise Refused(None, reason, "")
