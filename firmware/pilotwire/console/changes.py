"""Commands that change something, and the configuration; coroutines like those of shows.py."""

import json

from ..loading import unload
from ..orders.settings import SECRETS, put, sealed_keys
from ..record.log import CHANGED, LOGIN, LOGIN_FAILED
from .table import FACTORY, INSTALLER, WrongError, whole


async def _get(con, args):
    app = con.app
    for key in (args["key"],) if "key" in args else sorted(app.config):
        await con.write("%s = %s\n" % (key, _value(key, app.config[key])))


async def _diff(con, _args):
    config = con.app.config
    values = stored(con.app)
    values.update(con.staged)
    found = [key for key in sorted(values) if values[key] != config.get(key)]
    if not found:
        await con.say("nothing-to-change")
    for key in found:
        await con.say("change-of-key", key, _value(key, config.get(key)), _value(key, values[key]))


async def _set(con, args):
    stage(con, {args["key"]: _typed(con.app.config[args["key"]], args["value"])})
    await con.say("noted-for-save")


async def _wifi(con, args):
    stage(con, {"wifi_ssid": args["ssid"], "wifi_key": args["key"]})
    await con.say("noted-for-save")


async def _mqtt(con, args):
    port = args.get("port", con.app.config["mqtt_port"])
    stage(con, {"mqtt_host": args["host"], "mqtt_port": port})
    await con.say("noted-for-save")


async def _save(con, _args):
    app = con.app
    if not con.staged:
        raise WrongError("nothing-to-change")
    values = stored(app)
    values.update(con.staged)
    written = put(app, "config.json", json.dumps(values).encode())
    con.staged = {}
    await con.say(written)
    await con.say("restart-wanted")


async def _trace(con, args):
    con.app.obey("trace", args)
    await con.say("done-as-asked")


async def _untrace(con, _args):
    app = con.app
    ended, app.trace = app.trace, None
    if not ended:
        raise WrongError("no-trace-runs")
    ended.stop()
    for line in ended.lines():
        await con.write(json.dumps(line) + "\n")


async def _login(con, args):
    from .login import Pin

    app = con.app
    pin = con.pin = con.pin or Pin(app)
    if not pin.is_set:
        raise WrongError("no-pin-is-set")
    if pin.wait_s():
        raise WrongError("wait-for-login", pin.wait_s())
    factory = args.get("level") == "factory"
    given = await con.ask("CODE: " if factory else "PIN: ", True)
    if pin.wait_s():
        raise WrongError("wait-for-login", pin.wait_s())
    if not await (pin.is_code(given) if factory else pin.fits(given)):
        app.log.note(LOGIN_FAILED)
        raise WrongError("wrong-pin-given", pin.wait_s())
    con.level = FACTORY if factory else INSTALLER
    app.log.note(LOGIN, "factory" if factory else "installer")
    await con.say("done-as-asked")


async def _pin(con, _args):
    from .login import LONGEST, SHORTEST, Pin, is_pin

    app = con.app
    pin = con.pin = con.pin or Pin(app)
    if pin.is_set and con.level < INSTALLER:
        raise WrongError("level-too-low", "installer")
    first = await con.ask("PIN (%d..%d): " % (SHORTEST, LONGEST), True)
    if not is_pin(first):
        raise WrongError("digits-of-a-pin", SHORTEST, LONGEST)
    if await con.ask("PIN: ", True) != first:
        raise WrongError("pin-differs")
    code = await pin.change(first)
    app.log.note(CHANGED, "pin")
    con.level = max(con.level, INSTALLER)
    await con.say("done-as-asked")
    if code:
        await con.say("factory-code-is", " ".join([code[i : i + 4] for i in range(0, 16, 4)]))


def stage(con, values):
    """Have `values` among those that `config save` writes. Raises WrongError."""
    from ..config import ConfigError, check

    sealed = sealed_keys(con.app)
    for key in values:
        if key in sealed:
            raise WrongError("key-is-sealed", key)
    config = stored(con.app)
    config.update(con.staged)
    config.update(values)
    try:
        check(config, con.app.hal.board["rated_ma"])
    except ConfigError as error:
        raise WrongError("config-wrong", error.args[0]) from None
    finally:
        unload("config", "zone")
    con.staged.update(values)


def planned(con):
    """The configuration that the next start would use, once it is saved."""
    config = dict(con.app.config)
    config.update(stored(con.app))
    config.update(con.staged)
    return config


def stored(app):
    """The keys in config.json; of one that cannot be read what is in force instead."""
    try:
        values = json.loads(app.files.read("config.json"))
        if type(values) is dict:
            return values
    except ValueError:
        pass
    return dict(app.config)


def _typed(now, word):
    """The word as a value of the kind that the key has now."""
    if type(now) is bool:
        return {"true": True, "false": False}.get(word, word)
    if type(now) is int:
        number = whole(word)
        return word if number is None else number
    return word


def _value(key, value):
    return '"***"' if key in SECRETS and value else json.dumps(value)


COMMANDS = {
    "config get": _get,
    "config diff": _diff,
    "config set": _set,
    "config save": _save,
    "wifi set": _wifi,
    "mqtt set": _mqtt,
    "trace start": _trace,
    "trace stop": _untrace,
    "pin set": _pin,
    "login": _login,
}
