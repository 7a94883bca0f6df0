"""Commands for whoever looks after the box from afar; loads on demand."""

import gc
import os

from ..link.commands import Refused
from ..loading import unload

_NETWORK = ("by", "ip", "rssi_dbm", "reason")
_PERSONAL = (
    "guests.json",
    "guests.json.new",  # what a power cut has left half written
    "schedule.json",
    "plan.json",
    "plan.json.new",
    "schedule.json.new",
    "journal/open.new",
)


def obey(app, type_, args) -> dict:
    """As orders.obey does. Raises Refused."""
    hal = app.hal
    if type_ == "diagnostics":
        return {"value": _diagnostics(app)}
    if type_ == "why":
        from .why import why

        unload("orders.why")
        return {"value": why(app)}
    if type_ == "time":
        if hal.clock()[1] == "synchronised":
            raise Refused(None, "synchronised", "the time comes from NTP")
        hal.set_clock(args["unix"], "set")
    elif type_ in ("log", "snapshot"):
        from . import logs

        try:
            logs.obey(app, type_, args)
        finally:
            unload("orders.logs")
    elif type_ == "trace":
        _trace(app, args["kb"])
    elif type_ == "records":
        app.link.send("records", app.journal.history(args["first"]))
    elif type_ == "reset":
        app.restart()
    elif type_ == "forget":
        return _forget(app)
    return {}


def _trace(app, kb):
    """Record a trace of ring 0 in `kb` KB; with 0 end it and send it."""
    if kb:
        if app.service:  # what that drives is in no trace
            raise Refused(None, "busy", "")
        from ..record.trace import Trace  # 6 KB of heap

        try:  # one that is running goes on where this does not fit beside it
            app.trace = Trace(app.guard, app.hal, kb)
        except MemoryError:
            raise Refused(None, "range", "kb: so much RAM is not free") from None
        return
    ended, app.trace = app.trace, None
    if not ended:
        raise Refused(None, "none", "no trace is being recorded")
    ended.stop()
    app.link.send("trace", ended.lines())


def _diagnostics(app) -> dict:
    journal, link = app.journal, app.link
    gc.collect()
    try:
        block, _, _, free = os.statvfs(app.hal.root or "/")[:4]
        flash_free = max(block * free, 0)  # littlefs counts each folder twice
    except (AttributeError, OSError):  # not every port can tell
        flash_free = None
    return {
        "uptime_s": app.uptime_ms // 1000,
        "heap_free": gc.mem_free(),
        "heap_used": gc.mem_alloc(),
        "flash_free": flash_free,
        "restarts": app.restarts,
        "network": dict(zip(_NETWORK, app.hal.network())),
        "connections": link.connections,
        "dropped": link.dropped(),
        "journal": {"seq": journal.seq, "acked": journal.acked, "lost": journal.lost},
    }


def _forget(app) -> dict:
    """Personal data: guests, the schedule, tokens, and records whose owner has them already.

    Their event is written last, once all else is gone.
    """
    journal = app.journal
    if app.session.active or not journal.writable():
        raise Refused(None, "occupied", "a charge is in progress, or may begin at any moment")
    app.access.changed()
    app.timetable.changed()
    if app.regulation:
        app.regulation.replan()
    try:
        journal.settle()
        if journal.pending:
            raise Refused(None, "pending", "%d records are not acknowledged" % journal.pending)
        for name in _PERSONAL:
            app.files.put(name, b"")
        journal.forget(app.stamped({"event": "forgotten"}))
    except OSError as error:
        raise Refused(None, "flash", str(error)[:60]) from None
    app.access.reserve("", 0, None)
    app.link.send("records", iter(()))  # ends what is being sent of them
    return {"written": "stored"}
