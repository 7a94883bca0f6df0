"""What is on record beside the charges: jumps of the clock, the cover, another meter, each day."""

from micropython import const

from ..ticks import since
from .kinds import DAY
from .log import CLOCK, COVER, METER

_JUMP_S = const(5)
_DAY_S = const(86_400)
_MS_PER_MIN = const(60_000)


class Watch:
    """Call `look` at every step of control; it notes in `journal` what is worth a record, and
    tells `note` of the log.

    Minutes of a day are counted by the box itself: usable (no fault) or faulted, and of those
    unreachable (the operator's broker). Without power nobody counts.
    """

    def __init__(self, journal, note):
        self._journal = journal
        self._tell = note
        self._now_ms = None
        self._unix = None
        self._quality = "none"
        self._day = None
        self._counted_ms = [0, 0, 0]
        self._covered = True
        self._serial = ""

    def look(self, now_ms, stamp, faulted, reachable, covered, meter):
        """`stamp` is (unix s or None, quality). `meter` is an energy.meter.Meter or None."""
        if self._now_ms is None:  # what the clock says at a start is in that start's record
            self._now_ms = now_ms
            self._unix, self._quality = stamp
        elapsed_ms = since(now_ms, self._now_ms)
        self._now_ms = now_ms
        counted_ms = self._counted_ms
        counted_ms[int(faulted)] += elapsed_ms
        if not reachable:
            counted_ms[2] += elapsed_ms
        self._look_at_clock(stamp, elapsed_ms)
        unix = stamp[0]
        today = self._day if unix is None else unix // _DAY_S
        # Only while the clock is unknown: a crystal that is fast has 24 hours before midnight.
        whole = unix is None and counted_ms[0] + counted_ms[1] >= _DAY_S * 1000
        if whole or (self._day is not None and today > self._day):
            self._end_day(unix)
        self._day = today
        if self._covered and not covered:
            self._note("cover", COVER)
        self._covered = covered
        if meter and meter.serial and meter.serial != self._serial:
            if self._serial:
                self._note("meter", METER, self._serial, meter.serial)
            self._serial = meter.serial

    def recall(self, serial):
        """The meter that the last record names: another one is an exchange."""
        self._serial = serial

    def _look_at_clock(self, stamp, elapsed_ms):
        unix, quality = stamp
        expected = None if self._unix is None else self._unix + elapsed_ms // 1000
        jumped = unix is not None and expected is not None and abs(unix - expected) > _JUMP_S
        if jumped or quality != self._quality:
            self._note("clock", CLOCK, _text(expected), _text(unix), quality)
        self._unix = unix
        self._quality = quality

    def _note(self, event, code, before=None, after=None, quality=None):
        fields = {"event": event, "unix": self._unix, "clock": quality or self._quality}
        fields["before"] = before
        fields["after"] = after
        self._journal.note(fields)
        self._tell(code, "%s\t%s" % (before or "", after or ""))

    def _end_day(self, unix):
        usable, faulted, unreachable = [ms // _MS_PER_MIN for ms in self._counted_ms]
        fields = {"unix": unix, "usable_min": usable, "faulted_min": faulted}
        fields["unreachable_min"] = unreachable
        lost = self._journal.lost
        fields["count"] = lost or None
        self._journal.note(fields, DAY)
        if self._journal.lost == lost:  # else this one found no room either
            self._journal.lost = 0
        self._counted_ms = [0, 0, 0]


def _text(unix):
    return None if unix is None else str(unix)
