"""What is asked of the log, by command or at the console; loads on demand."""

from ..link.commands import Refused
from ..loading import unload
from ..record.lines import LEVELS, level_of, line, text


def obey(app, type_, args):
    """The commands `log` and `snapshot`. Raises Refused."""
    if type_ == "snapshot":
        app.link.send("logs", snapshot(app, args.get("n", 1)))
        return
    if "level" in args:
        app.link.log_level(args["level"])
    if "kept" in args:
        app.link.send("logs", kept(app, args["kept"]))
    elif "last" in args:
        app.link.send("logs", last(app, args["last"], len(LEVELS)))
    unload("record.lines")


def last(app, most, level):
    """Messages of the last entries in RAM of at least this level, the oldest first."""
    log = app.log
    wanted = []
    for i in range(log.n - 1, log.oldest - 1, -1):
        if len(wanted) < most and level_of(log.entry(i)[3]) <= level:
            wanted.append(i)
    while wanted:
        i = wanted.pop()
        if i >= log.oldest:  # it has not gone meanwhile
            yield line(log, i, app.hal.clock())


def kept(app, most):
    """Messages of the last entries on flash. Raises OSError."""
    from ..record.kept import entries

    unload("record.kept")
    for boot, ms, unix, count, code, about in entries(app.hal.root, most):
        message = {"unix": unix, "clock": "none" if unix is None else "set"}
        message.update({"boot": boot, "ms": ms, "count": count})
        message.update({"level": LEVELS[level_of(code)], "text": text(code, about)})
        yield message


def snapshot(app, n):
    """Lines of the `n`th newest snapshot, 1 or more. Raises Refused where there is none."""
    from ..record.kept import snapshots
    from ..record.snapshot import lines

    unload("record.kept", "record.snapshot", "record.layout")
    waiting = app.changes.waiting if app.changes else []
    found = waiting[-n:]
    if len(waiting) < n:
        try:
            found = snapshots(app.hal.root, n - len(waiting))
        except OSError:
            found = []
        if len(found) < n - len(waiting):
            found = []
    if not found:
        raise Refused(None, "none", "no such snapshot")
    return lines(found[0])
