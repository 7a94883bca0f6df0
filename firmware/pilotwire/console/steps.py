"""What the steps of commissioning share: their rows, what came of them, what they ask and say."""

import json

from ..loading import unload
from ..orders.settings import put
from . import table

_FOLDER = __file__.rsplit("/", 1)[0]
FILE = "commission.json"
GOOD, SKIPPED, BAD = "good", "skipped", "bad"


def note(con, name, verdict, values, about):
    """Keep what came of a step; on flash as soon as that may be written."""
    con.state[name] = [verdict, values, about, con.app.hal.clock()[0]]
    if con.app.journal.writable():
        put(con.app, FILE, json.dumps(con.state).encode())


def kept(app):
    """{step: [verdict, {what: value}, cause or reason, when]} of what has been done so far."""
    try:
        done = json.loads(app.files.read(FILE))
    except ValueError:
        return {}
    return done if type(done) is dict else {}


def rows():
    """The steps in their order."""
    with open(_FOLDER + "/commission.jsonl", "rb") as file:
        while line := file.readline():
            yield json.loads(line)


def row_of(name):
    """The step's row."""
    return next(row for row in rows() if row["step"] == name)


async def at_rest(con):
    """Ring 0 tries nothing out any more, and offers what it may."""
    if con.app.service:
        from ..orders import trial

        await trial.end(con.app)
    unload("orders.trial", "pilot.service")


async def say(con, key, *values):
    """A text of commissioning, on a line of its own."""
    said = text(con, key)
    await con.write((said % values if values else said) + "\n")


async def ask(con, key):
    """What is typed in (text)."""
    return (await con.ask(text(con, key) + " ")).decode().strip()


async def number(con, key):
    """A decimal number that is typed in, None for anything else."""
    try:
        return float((await ask(con, key)).replace(",", "."))
    except ValueError:
        return None


def text(con, key):
    """A text of commissioning in the person's language."""
    return table.text("commission_" + con.lang, key) or key
