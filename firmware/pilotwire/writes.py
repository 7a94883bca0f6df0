"""What goes onto flash, and when: charges, events, settings, the log."""

from micropython import const

from .energy.session import CLOSE, OPEN
from .loading import unload
from .pilot import handover
from .record.journal import FlashBusy
from .record.log import FLASH, SESSION, STORED

_PATIENT_MS = const(60_000)  # a start that lasts so long is on record even if nothing else happens
_AGAIN_MS = const(600_000)  # until flash that has failed is to keep the log


class Writes:
    """Those of `app`; `charges` is its record.charges.Charges. `trouble`: of the flash, or ""."""

    def __init__(self, app, charges):
        self._app = app
        self._charges = charges
        self.trouble = ""

    def why_not(self):
        """What is wrong with flash or FRAM, or ""."""
        trouble = self.trouble or self._charges.trouble
        fram = self._app.fram
        if fram and fram.failed and not trouble:
            return "fram: does not answer"
        return trouble

    def step(self, now_ms, stamp, up, fresh_ms):
        """Write what is due, or leave it for a later step. Whether a charge has begun or ended."""
        app = self._app
        session = app.session
        trouble = ""
        is_told = False
        due = session.step(now_ms, up, fresh_ms, app.leases.source_of(up[handover.UP_BINDING]))
        number = session.number
        try:
            if self._charges.step(due, now_ms, stamp, up, app.meter, fresh_ms):
                said = ("begin", session.number) if due == OPEN else ("end", number)
                app.log.note(SESSION, "%s\t%s" % (said[0], said[1] or ""))
                is_told = True
            app.journal.settle(app.uptime_ms < _PATIENT_MS)
            if due == CLOSE:
                app.wear.save()
            stored = app.files.settle()
            if stored:
                app.log.note(STORED, stored)
            if app.tariff_changed and not session.active:
                app.read_tariff()
                self._charges.change_tariff(app.tariff, app.hal.clock())
        except (OSError, MemoryError) as error:  # nobody is stopped for that; it is tried again
            trouble = "journal: %s" % error
            if trouble != self.trouble:
                app.log.note(FLASH, trouble)
        except FlashBusy:  # what is due is still due at the next step
            trouble = "journal: busy"
        self.trouble = trouble
        due_ms = app.log.due_ms
        if due_ms is not None and app.uptime_ms >= due_ms and app.flash_free():
            self.keep_log()
        return is_told

    def keep_log(self):
        """Have flash keep what it is to keep of the log. Call it while flash may be written."""
        app = self._app
        log = app.log
        log.due_ms = None
        try:
            from .record.kept import write

            write(log, app.changes, app.hal, app.journal.boot)
        except (OSError, MemoryError):  # it goes on without, and tries again later
            log.keep(_AGAIN_MS)
        write = None
        unload("record.kept")
