"""Guided commissioning: the steps of commission.jsonl, one after the other, and what came of each.

A step measures {what: value} and names a cause where it can; here the values are judged by what
the row allows. What has been done lies in commission.json, so that it goes on after a reboot.
"""

from ..loading import unload
from .steps import BAD, GOOD, SKIPPED, ask, at_rest, kept, note, row_of, rows, say, text
from .table import WrongError

_REASON = 40  # characters


class Left(Exception):
    """The person has had enough for now; what is done is kept."""


async def _commission(con, args):
    """From the first step that is not done on, or from the one that is named."""
    done = kept(con.app)
    begin = args.get("step", "")
    names = [row["step"] for row in rows()]
    if begin and begin not in names:
        raise WrongError("wrong-argument", "step", "|".join(names))
    con.state = done
    try:
        for number, name in enumerate(names):
            if name == begin:
                begin = ""
            elif begin or done.get(name, (BAD,))[0] != BAD:
                continue
            await _step(con, "%d/%d" % (number + 1, len(names)), row_of(name))
        await say(con, "all-steps-done")
    except Left:
        await say(con, "commission-left")
    finally:
        await at_rest(con)


async def _step(con, place, row):
    """One step until it is good, or skipped with a reason. Raises Left."""
    name = row["step"]
    await con.write("\n%s  %s\n" % (place, text(con, "step " + name)))
    while True:
        if row.get("ask"):
            await say(con, "how-to " + name)
            answer = await ask(con, "press-enter")
            if answer in ("q", "s"):
                if await _skip(con, name, {}, answer):
                    return
                continue
        values, cause = await _measure(con, row)
        wrong = await _show(con, row, values)
        if not cause and not wrong:
            await say(con, "this-is-good")
            note(con, name, GOOD, values, "")
            return
        cause = cause or name
        await say(con, "this-is-bad", cause, text(con, "cause " + cause))
        note(con, name, BAD, values, cause)
        if await _skip(con, name, values, await ask(con, "again-or-skip")):
            return


async def _skip(con, name, values, answer):
    """Whether the step is over: skipped, for a reason that is typed in. Raises Left."""
    if answer == "q":
        raise Left
    if answer != "s":
        return False
    reason = await ask(con, "why-skipped")
    if not reason:
        await say(con, "reason-wanted")
        return False
    note(con, name, SKIPPED, values, reason[:_REASON])
    return True


async def _measure(con, row):
    """({what: value}, the code of a cause or ""). What it loads is given back."""
    name = row["in"]
    if name == "board":
        from .commission_board import MEASURES
    elif name == "meter":
        from .commission_meter import MEASURES
    elif name == "trials":
        from .commission_trials import MEASURES
    elif name == "network":
        from .commission_network import MEASURES
    else:
        from .commission_settings import MEASURES
    try:
        return await MEASURES[row["step"]](con)
    finally:
        unload("console.commission_" + name, "console.bus", "console.anew")


async def _show(con, row, values):
    """Each value with what is allowed; whether one is outside. A list is a series for the report,
    None is not known, "n/a" not fitted.
    """
    outside = False
    allowed = row["allowed"]
    names = [name for name, _, _ in allowed]
    for what in names + sorted(what for what in values if what not in names):
        value = values.get(what)
        if type(value) is list:
            continue
        least, most = allowed[names.index(what)][1:] if what in names else ("", "")
        good = value == "n/a" or least == ""
        if not good and value is not None:
            good = least <= value <= most
        said = "%s..%s" % (least, most) if least != most else str(least)
        mark = "" if least == "" else text(con, "value-is-good" if good else "value-is-bad")
        shown = "-" if value is None else value
        await con.write("  %-16s %-12s %-18s %s\n" % (what, shown, said, mark))
        outside = outside or not good
    return outside


COMMANDS = {"commission": _commission}
