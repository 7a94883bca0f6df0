"""Commands that try out the way to the network and to the broker, like those of shows.py.

They use what the next start would use, saved or noted.
"""

import asyncio

from micropython import const

from ..anew import Anew
from ..link.commands import Refused
from ..link.retry import DialError
from ..loading import unload
from ..pilot import levels
from ..pilot.handover import UP_STATE
from ..tcp import close
from ..ticks import since
from . import table
from .changes import planned
from .table import WrongError, dash

_ANSWER_S = const(10)
_GOOD_DBM = const(-67)
_FAIR_DBM = const(-75)
_SECURITIES = ("open", "WEP", "WPA", "WPA2", "WPA/2", "WPA2-EAP", "WPA3", "WPA2/3")
_CONNACK = b"\x20\x02"


class _Way:
    """What link/route.py asks of a Dial."""

    patience = collects = assumed = address = None
    found_ms = holds_ms = 0

    def __init__(self, app, config):
        self.hal = app.hal
        self.tls = config["mqtt_tls"] == "on"
        self.ntp_host = config["ntp_host"]
        self.last_known = app.known_unix


async def _wifi_scan(con, _args):
    """It blocks the loop for some seconds, so that it is not for when anybody charges."""
    if con.app.up[UP_STATE] != levels.A:
        raise Refused(None, "occupied", "")
    from ..hal.air import heard

    unload("hal.air")
    found = heard()
    if found is None:
        raise WrongError("no-radio-in-here")
    found = sorted(found, key=lambda one: -one[3])
    for name, _, channel, dbm, security, _ in found:
        kind = _SECURITIES[security] if security < len(_SECURITIES) else str(security)
        await con.say(
            "network-in-air", _plain(name) or "-", dbm, _strength(con, dbm), channel, kind
        )
    if not found:
        await con.say("nothing-in-the-air")


async def _wifi_test(con, _args):
    app = con.app
    by, address, dbm, reason = app.hal.network()
    await con.say("status-network", by or "-", address or "-", dash(dbm), reason or "ok")
    if not address:
        said = table.text(con.lang, "because-" + (reason or "off"))
        raise WrongError("test-has-failed", said or reason)
    if dbm is not None:
        await con.say("strength-is-so", _strength(con, dbm))
    config = planned(con)
    host = config["mqtt_host"] or config["ntp_host"].split(":")[0]
    await con.say("name-servers-are", ", ".join(app.hal.name_servers()) or "-")
    if host:
        await _address_of(con, _Way(app, config), host)
    await con.say("test-has-passed")


async def _mqtt_test(con, _args):
    app = con.app
    config = planned(con)
    host, port = config["mqtt_host"], config["mqtt_port"]
    if not host:
        raise WrongError("status-no-broker")
    way = _Way(app, config)
    if way.tls and app.hal.handshake_blocks_guard and app.up[UP_STATE] != levels.A:
        raise Refused(None, "occupied", "")
    if not app.hal.network()[1]:
        raise WrongError("test-has-failed", "network: " + (app.hal.network()[3] or "off"))
    await _address_of(con, way, host)
    from ..link.route import connect

    began_ms = app.hal.ticks_ms()
    try:
        _, writer = await asyncio.wait_for(connect(way, host, port), _ANSWER_S)
    except asyncio.TimeoutError:
        raise WrongError("test-has-failed", _because(con, "tcp", "timeout")) from None
    except DialError as error:
        raise WrongError("test-has-failed", _because(con, "", error.args[0])) from None
    except OSError as error:
        raise WrongError("test-has-failed", _because(con, "tcp", repr(error))) from None
    finally:
        unload("link.route")
    try:
        await con.say(
            "step-is-done", "tcp", "%s:%d, %d ms" % (way.address, port, _ms(app, began_ms))
        )
        code = await _connack(con, writer, way, config)
    finally:
        await close(writer)
    if code:
        raise WrongError("test-has-failed", _because(con, "mqtt", "refused:%d" % code))
    await con.say("step-is-done", "mqtt", "CONNACK 0")
    await con.say("test-has-passed")


async def _address_of(con, way, host):
    from ..link.route import address_of

    try:
        way.address, holds_s = await address_of(way.hal, host)
    except OSError as error:
        raise WrongError("test-has-failed", _because(con, "dns", error.args[0])) from None
    finally:
        unload("link.route")
    way.found_ms, way.holds_ms = way.hal.ticks_ms(), holds_s * 1000
    await con.say("step-is-done", "dns", "%s = %s" % (host, way.address))


async def _connack(con, stream, way, config):
    """The code in the broker's answer to a CONNECT. Raises WrongError where there is none."""
    client = (config["id"] + "-test").encode()
    user = config["mqtt_user"].encode() or None
    password = config["mqtt_password"].encode()
    with Anew("link.packets"):
        from ..link.packets import connect

        stream.write(connect(client, user, password, config["mqtt_keepalive_s"], None, None))
    step = "tls" if way.tls else "mqtt"
    began_ms = way.hal.ticks_ms()
    try:
        await asyncio.wait_for(stream.drain(), _ANSWER_S)
        if way.tls:
            await con.say("step-is-done", "tls", "%d ms" % _ms(con.app, began_ms))
            step = "mqtt"
        answer = await asyncio.wait_for(_four(stream), _ANSWER_S)
    except asyncio.TimeoutError:
        raise WrongError("test-has-failed", _because(con, step, "timeout")) from None
    except (OSError, ValueError) as error:
        raise WrongError("test-has-failed", _because(con, step, _complaint(step, error))) from None
    if answer[:2] != _CONNACK or len(answer) < 4:
        why = "no-mqtt" if answer else "closed"
        raise WrongError("test-has-failed", _because(con, step, why))
    return answer[3]


async def _four(stream):
    answer = b""
    while len(answer) < 4:
        more = await stream.read(4 - len(answer))
        if not more:
            break
        answer += more
    return answer


def _complaint(step, error):
    if step != "tls":
        return repr(error)
    from ..link.tls import reason

    said = error.args[0] if error.args else ""
    try:
        return reason(said if isinstance(said, str) else "")
    finally:
        unload("link.tls")


def _because(con, step, reason):
    """Which step, what happened, and what to do where that is known."""
    said = table.text(con.lang, "because-" + reason) or table.text(con.lang, "because-of-" + step)
    name = reason if not step or reason.startswith(step + ":") else step + ": " + reason
    return "%s. %s" % (name, said or "")


def _strength(con, dbm):
    key = "good" if dbm >= _GOOD_DBM else "fair" if dbm >= _FAIR_DBM else "weak"
    return table.text(con.lang, "strength-" + key)


def _plain(name):
    """A network's name is whatever somebody has chosen: nothing that moves a terminal."""
    try:
        return bytes([byte if byte >= 0x20 and byte != 0x7F else 0x3F for byte in name]).decode()
    except UnicodeError:
        return bytes([byte if 0x20 <= byte < 0x7F else 0x3F for byte in name]).decode()


def _ms(app, began_ms):
    return since(app.hal.ticks_ms(), began_ms)


COMMANDS = {"wifi scan": _wifi_scan, "wifi test": _wifi_test, "mqtt test": _mqtt_test}
