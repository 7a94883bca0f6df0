"""The last step of commissioning: what the installation allows, the report, and the seal."""

import json
from binascii import hexlify
from hashlib import sha256

from ..orders.settings import KEPT, put
from ..record import seal
from ..record.log import SEALED
from . import changes, steps
from .table import WrongError

_FOLDER = __file__.rsplit("/", 1)[0]
_FUSE_A = (6, 100)
_LEAST_MA = 6_000
_RCDS = ("a-6ma", "b", "a-ev", "f-6ma")  # docs/commissioning.md says what each is
_LONGEST = 4_000  # bytes of a report
_TEXT = 40


async def _settings(con):
    app = con.app
    values = {}
    if seal.find(app.hal.root)[1]:
        return values, "sealed-already"
    open_ = [row["step"] for row in steps.rows() if _is_open(con, row["step"])]
    if open_:
        values["open"] = ", ".join(open_)
        return values, "steps-open"
    if not app.journal.writable():
        return values, "flash-busy"
    rated_a = app.hal.board["rated_ma"] // 1_000
    values["fuse A"] = fuse_a = await _number(con, "ask-for-fuse-a", *_FUSE_A)
    most_ma = min(fuse_a, rated_a) * 1_000
    values["limit mA"] = await _number(con, "ask-for-limit", _LEAST_MA, most_ma)
    phases = ("3", "1") if app.hal.board["phases"] == 3 else ("1",)
    values["phases"] = int(await _choice(con, "ask-for-phases", phases))
    values["RCD"] = await _choice(con, "ask-rcd-type", _RCDS)
    values["country"] = await _country(con)
    values["location"] = (await steps.ask(con, "ask-for-place"))[:_TEXT]
    values["installer"] = (await steps.ask(con, "ask-installer"))[:_TEXT]
    config = {"limit_ma": values["limit mA"], "phases": values["phases"]}
    config["location"] = values["location"]
    config.update(_of_country(values["country"]))
    try:
        changes.stage(con, config)
    except WrongError as error:
        values["config"] = str(error.args[-1])
        return values, "config-refused"
    for what in values:
        await con.write("  %-10s %s\n" % (what, values[what]))
    if not await _agreed(con):
        return values, "not-agreed"
    return {}, _close(con, values)


def _is_open(con, step):
    return step != "settings" and con.state.get(step, (steps.BAD,))[0] == steps.BAD


async def _agreed(con):
    """The PIN, typed in once more."""
    pin = con.pin
    given = await con.ask(steps.text(con, "pin-to-seal") + " ", True)
    return not pin.wait_s() and await pin.fits(given)


def _close(con, values):
    """Configuration, seal, report and record; "" or a cause."""
    app = con.app
    root, sync = app.hal.root, app.hal.sync
    config = changes.stored(app)
    config.update(con.staged)
    now = dict(app.config)
    now.update(config)
    about = {"fuse_a": values["fuse A"], "rcd": values["RCD"], "country": values["country"]}
    sealed = {"config": {key: now[key] for key in KEPT}}
    sealed.update(about)
    report = _report(con, values, about, now)
    if len(report) > _LONGEST:
        return "report-long"
    put(app, "config.json", json.dumps(config).encode())
    con.staged = {}
    seal.close(root, sealed, sync)
    put(app, seal.REPORT, report)
    digest = hexlify(sha256(report).digest()).decode()
    event = {"event": "commissioned", "after": str(now["limit_ma"]), "report": digest}
    app.journal.note(app.stamped(event))
    app.log.note(SEALED, "%d mA" % now["limit_ma"])
    return ""


def _report(con, values, about, config):
    """The signed report, as it lies on the box."""
    app, board = con.app, con.app.hal.board
    unix, clock = app.hal.clock()
    report = {"report": 1, "box": config["id"], "board": board["name"], "chip": board["chip"]}
    report.update({"firmware": app.hal.firmware, "unix": unix, "clock": clock})
    report["installer"] = values["installer"]
    report["sealed"] = about
    for key in ("limit_ma", "phases", "profile", "cable_ma", "location"):
        about[key] = config[key]
    report["steps"] = {step: con.state[step] for step in con.state if step != "settings"}
    return seal.sign(app.hal.root, report)


async def _number(con, key, least, most):
    """A whole number of that range; with Enter the highest."""
    while True:
        await steps.say(con, key, least, most)
        given = await steps.ask(con, "a-number-please")
        try:
            number = int(given) if given else most
        except ValueError:
            continue
        if least <= number <= most:
            return number


async def _choice(con, key, choices):
    while True:
        await steps.say(con, key, "|".join(choices))
        given = await steps.ask(con, "one-of-them-is")
        if given in choices or not given:
            return given or choices[0]


async def _country(con):
    while True:
        given = (await steps.ask(con, "ask-for-country")).upper()
        if len(given) == 2 and given.isalpha():
            return given


def _of_country(country):
    """Keys that its rules want."""
    with open(_FOLDER + "/countries.jsonl", "rb") as file:
        while line := file.readline():
            row = json.loads(line)
            if row["country"] == country:
                return row["keys"]
    return {}


MEASURES = {"settings": _settings}
