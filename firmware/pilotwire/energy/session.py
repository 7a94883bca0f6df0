"""One charge, from the permission to the unplugging: when its records are due and what they say.

Pure: takes ring 0's state and the meter's register, says what is due; the app writes it. The
opening record is on flash before current is offered, the closing one once the contactor is open.
"""

from micropython import const

from ..pilot import handover, levels, reasons
from ..ticks import since
from .account import Account, counted
from .register import Register

OPEN = const(1)  # the opening record is due
CLOSE = const(2)  # the closing record is due

_SPLIT = ("tariff", "period_wh", "unsplit_wh", "currency", "amounts")
_METER_MS = const(10_000)  # how long a start waits for a meter that does not answer
_FINAL_MS = const(5_000)  # how long an end waits for a reading taken after the opening

# Quality of the record's energy.
MEASURED = "measured"  # the register was read at the start, and at the end with the contactor open
LAST_KNOWN = "last-known"  # at one of the two the meter was silent: its last reading stands in
UNMETERED = "unmetered"  # no reading, or a register that did what none may do


class Session:
    """The charge in progress, if any.

    `free` is how plugging in alone permits a charge ("free", "window"), or "" where it does not;
    what has begun does not end with it.
    `meter_required`: no charge starts without a reading. `split` is a tariff.Split or None.
    `paused` ends with the charge; set before one, it holds for it. `number` is that of the charge
    in progress, None where its opening record could not be written.
    """

    def __init__(self, free, meter_required, split=None):
        self.free = free
        self.paused = False
        self.active = False  # the opening record is on flash, or will never be
        self.number = None
        self.by = ""  # whoever a command has permitted
        self.register = Register()
        self.account = Account()
        self._split = split
        self._permitted = ""  # how, where plugging in was not enough, or a charge has begun
        self._meter_required = meter_required
        self._ending = ""  # the reason, once the end is near
        self._done = False  # ended, the vehicle still plugged in
        self._wait_ms = None  # since when a start or an end waits for the meter
        self._waited_ms = 0  # and how long; kept, because the clock wraps
        self._fresh = False  # the register is being read
        self._first = {}  # the opening record's fields, and the last checkpoint's after a reset

    @property
    def authorised(self):
        return bool(self.free or self._permitted)

    def change_split(self, split):
        """Another tariff, from the next charge on."""
        self._split = split

    def stage(self):
        """ "active", "over" while its vehicle is still plugged in, or "" without a charge."""
        if self._ending or self._done:
            return "over"
        return "active" if self.active else ""

    def flags(self):
        """The permissions to hand down to ring 0."""
        flags = 0 if self.paused else handover.FLAG_RUN
        if self.authorised and not self._ending and not self._done:
            flags |= handover.FLAG_AUTHORISED
        if self.active:
            flags |= handover.FLAG_RECORDED
        return flags

    def start(self, by="", how="remote"):
        """A command permits charging; `how` as in records."""
        self._permitted = how
        self._done = False
        if not self.active:
            self.by = by

    def stop(self, reason):
        """A command ends the charge; the next one needs a command or a new vehicle."""
        if self.active and not self._ending:
            self._ending = reason
        self._done = True
        self._permitted = ""

    def resume_after_reset(self, opening):
        """A charge has no end: the power was lost. `opening` is what is known of it."""
        self.active = True
        self.number = opening.get("charge")
        self._first = opening
        wh = opening.get("end_wh", opening.get("start_wh"))
        if wh is not None:
            self.register.recall(wh, opening.get("meter_serial", ""))
        if self._split:
            self._split.recall(opening, wh)
        self._ending = "power-lost"

    def read(self, at_ms, wh, serial, step_wh, unix):
        """The meter called `serial` said `wh` at `at_ms`, at `unix` (None: unknown time)."""
        self.register.see(at_ms, wh, serial, step_wh)
        if self._split and self.active and not self.register.broken:
            self._split.see(unix, wh)

    def step(self, now_ms, up, fresh_ms, by):
        """What is due now: OPEN, CLOSE or None.

        `up` is ring 0's state; the meter's register was read `fresh_ms` ago (None: silent, or
        there is no meter); `by` names the source of the limit in force.
        """
        closed = up[handover.UP_CLOSED]
        if self.active:
            self.account.see(now_ms, up, by)
        self._fresh = fresh_ms is not None
        state = up[handover.UP_STATE]
        if state == levels.A:  # what was permitted, or forbidden, was so for that vehicle
            self._done = False
            self._permitted = ""
            if not self.active:
                self.by = ""
        if self.active:
            if state == levels.A and not self._ending:
                self._ending = "unplugged"
            # Not before ring 0 acts on our withdrawal: it must not close while flash is written.
            if not self._ending or closed or up[handover.UP_FLAGS] & handover.FLAG_AUTHORISED:
                self._wait_ms = None
                return None
            self._wait(now_ms)
            at_most_ms = _METER_MS if self._ending == "power-lost" else _FINAL_MS
            return CLOSE if self._final(fresh_ms) or self._waited_ms >= at_most_ms else None
        vehicle = levels.B <= state <= levels.D
        if not vehicle or not self.authorised or self._done:
            self._wait_ms = None
            return None
        self._wait(now_ms)
        silent = not self._meter_required and self._waited_ms >= _METER_MS
        return OPEN if self._fresh or silent else None

    def opening(self, stamp):
        """Fields of the opening record. `stamp` is (unix s or None, clock quality)."""
        self._permitted = self._permitted or self.free
        self._first = {
            "start_unix": stamp[0],
            "start_clock": stamp[1],
            "start_wh": self.register.wh,
            "start_read": self._fresh,
            "auth": self._permitted,
            "by": self.by or None,
        }
        return self._first

    def opened(self, number, up):
        """The opening record is on flash, by this number; None: it could not be written."""
        self.active = True
        self.number = number
        self.register.mend()
        self._wait_ms = None
        self.account = Account(up)
        if self._split:
            self._split.begin(self._first["start_unix"], self.register.wh)

    def checkpoint(self, stamp):
        """Fields that tell what the charge has come to, as if it ended now.

        None after a power cut: the last ones say when it ended.
        """
        if self._ending == "power-lost":
            return None
        fields = self.account.fields()
        fields["end_unix"] = stamp[0]
        fields["end_wh"] = self.register.wh
        if self._split:
            fields.update(self._split.fields(self.energy_wh()))
        return fields

    def closing(self, stamp, up, fresh_ms):
        """Fields of the closing record. `fresh_ms` as in `step`."""
        first = self._first
        fields = dict(first)
        for name in _SPLIT:  # a checkpoint's, of another total
            fields.pop(name, None)
        if self._ending == "power-lost":
            # It ended somewhere between what was written last and now.
            fields["end_after_unix"] = first.get("end_unix", first.get("start_unix"))
            fields.update(counted(first))
        else:
            fields.update(self.account.fields())
            fields["opened"] = reasons.OPENED_CODES[up[handover.UP_OPENED]]
            if not fields["openings"]:
                fields["opened"] = ""
        wh = self.energy_wh()
        fields["charge"] = self.number
        fields["reason"] = self._ending
        fields["end_unix"], fields["end_clock"] = stamp
        fields["end_wh"] = self._last_wh()
        fields["end_read"] = self._final(fresh_ms)
        fields["wh"] = wh
        fields["energy"] = UNMETERED
        if wh is not None:
            read = first.get("start_read") and fields["end_read"]
            fields["energy"] = MEASURED if read else LAST_KNOWN
        if self.register.broken:
            broken = self.register.broken
            fields["register"] = broken["kind"]
            fields["register_before_wh"] = broken["before_wh"]
            fields["register_after_wh"] = broken["after_wh"]
        if self._split:
            fields.update(self._split.fields(wh))
        return fields

    def closed(self):
        """The closing record is on flash, or waits for it."""
        self.active = False
        self.number = None
        self.paused = False
        self.by = ""
        self._first = {}
        self._ending = ""
        self._wait_ms = None

    def energy_wh(self):
        """Energy of the charge in progress, >= 0, or None where the registers do not tell it."""
        first = self._first.get("start_wh") if self.active and not self.register.broken else None
        last = self._last_wh()
        return last - first if first is not None and last is not None and last >= first else None

    def _last_wh(self):
        """The register's last reading, or the last checkpoint's where there was none since."""
        return self._first.get("end_wh") if self.register.wh is None else self.register.wh

    def _final(self, fresh_ms):
        """Whether the register has been read since the contactor opened."""
        return fresh_ms is not None and fresh_ms < self._waited_ms

    def _wait(self, now_ms):
        if self._wait_ms is None:
            self._wait_ms = now_ms
            self._waited_ms = 0
        self._waited_ms = max(self._waited_ms, since(now_ms, self._wait_ms))
