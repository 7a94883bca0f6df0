"""Commands that change what the box keeps on flash; loads on demand.

What arrives while the contactor is closed, or may close, is written once it is open.
"""

import json

from ..link.commands import Refused
from ..loading import unload
from ..record.files import MOST, TooMuchError
from ..record.log import CHANGED

_MOST_VALUE = 1_800  # bytes: so many, beside the longest id, fit a message
_HIDDEN = "***"
_PLANS = ("plan", "prices")
_TOLD = ("config.json", "tariff.json", "guests.json")  # in the log
_CHECKS = "power.plan", "power.schedule", "energy.guests", "energy.tarifffile", "windows", "zone"

# What no command may change: what the installer answers for.
SEALED = (
    "id",
    "limit_ma",
    "phases",
    "profile",
    "cable_ma",
    "simplified_ma",
    "ventilated",
    "restart_s",
    "mains_ok_s",
    "undervoltage_v",
    "overvoltage_v",
    "trip_c",
    "climate",
    "grid_code",
    "dim_w",
    "dim_address",
    "dim_register",
    "imbalance_ma",
    "site_ma",
    "meter",
    "meter_address",
    "meter_baud",
    "meter_parity",
    "meter_number",
    "meter_required",
    "grid_meter",
    "grid_address",
    "grid_bus",
)
KEPT = SEALED + ("location",)  # what the seal of an installation keeps
SECRETS = ("wifi_key", "wifi_key2", "wifi_key3", "mqtt_password")  # what no message may tell


def obey(app, type_, args) -> dict:
    """As orders.obey does. Raises Refused."""
    if type_ == "config-get":
        return {"value": _config(app, args.get("keys"))}
    if type_ == "config-set":
        return _change_config(app, args["values"])
    data = args[type_]
    text = b""
    if data is not None:
        _check(app, type_, data)
        if type_ in _PLANS:
            app.regulate()  # before anything is written: memory may not do
        text = json.dumps(data).encode()
    written = put(app, type_ + ".json", text)
    if type_ == "tariff":
        app.tariff_changed = True
    elif type_ == "guests":
        app.access.changed()
    else:
        app.timetable.changed()
        if app.regulation:
            app.regulation.replan()
    return {"written": written}


def _check(app, type_, data):
    try:
        if type_ == "schedule":
            from ..power import schedule

            schedule.check(data, app.timetable.zone, app.hal.clock()[0])
        elif type_ == "guests":
            from ..energy import guests

            guests.check(data)
        elif type_ in _PLANS:
            from ..power import plan

            (plan.check if type_ == "plan" else plan.check_prices)(data, app.hal.clock()[0])
        else:
            from ..energy import tarifffile

            tarifffile.check(data, app.may_split())
    except ValueError as error:
        raise Refused(None, "range", str(error)[:120]) from None
    finally:
        unload(*_CHECKS)


def _config(app, keys):
    values = app.config
    if keys is not None:
        for key in keys:
            if type(key) is not str:  # and may be nested too deeply to be shown
                raise Refused(None, "range", "keys: texts wanted")
            if key not in values:
                raise Refused(None, "range", "keys: %.40r: no such key" % key)
        values = {key: values[key] for key in keys}
    value = {key: values[key] for key in values}
    for key in SECRETS:
        if value.get(key):
            value[key] = _HIDDEN
    if len(json.dumps(value, separators=(",", ":")).encode()) > _MOST_VALUE:
        raise Refused(None, "range", "keys: too long for a message: ask for some of them")
    return value


def _change_config(app, values):
    from ..config import ConfigError, check

    unload("config", "zone")
    sealed = sealed_keys(app)
    for key in values:
        if key in SEALED or key in sealed:
            raise Refused(None, "safety", "%s: the installer's" % key)
    text = app.files.read("config.json")
    try:
        config = json.loads(text) if text else {}
        config.update(values)
        check(config, app.hal.board["rated_ma"])
    except (ConfigError, ValueError, AttributeError) as error:
        raise Refused(None, "range", str(error)[:120]) from None
    return {"written": put(app, "config.json", json.dumps(config).encode())}


def is_sealed(app):
    """Whether there is, or has been, a seal (record/seal.py)."""
    from ..record.seal import find

    unload("record.seal")
    return find(app.hal.root)[1]


def sealed_keys(app):
    """Keys that only `unseal` sets free."""
    return KEPT if is_sealed(app) else ()


def put(app, name, data):
    """Write a small file; STORED or DEFERRED of record/files.py. Raises Refused."""
    if len(data) > MOST:  # the next start would not read it
        raise Refused(None, "range", "%s: more than %d bytes" % (name, MOST))
    try:
        written = app.files.put(name, data)
    except TooMuchError:
        raise Refused(None, "busy", "more waits for an open contactor than fits") from None
    except OSError as error:
        raise Refused(None, "flash", str(error)[:60]) from None
    if name in _TOLD:
        app.log.note(CHANGED, name)
    return written
