"""One charge, from the permission to the unplugging: when its records are due and what they say.

Pure: takes ring 0's state and the meter's register, says what is due; the app writes it. The
opening record is on flash before current is offered, the closing one once the contactor is open.
"""

from micropython import const

from ..pilot import handover, levels, reasons
from ..ticks import since
from .register import Register

OPEN = const(1)  # the opening record is due
CLOSE = const(2)  # the closing record is due

_METER_MS = const(10_000)  # how long a start waits for a meter that does not answer
_FINAL_MS = const(5_000)  # how long an end waits for a reading taken after the opening

# Quality of the record's energy.
MEASURED = "measured"  # the register was read at the start, and at the end with the contactor open
LAST_KNOWN = "last-known"  # at one of the two the meter was silent: its last reading stands in
UNMETERED = "unmetered"  # no reading, or a register that did what none may do


class Session:
    """The charge in progress, if any. `free`: plugging in is permission enough.

    `meter_required`: no charge starts without a reading. `paused` ends with the charge; set before
    one, it holds for it. `register` is the meter's, which the app keeps up to date.
    """

    def __init__(self, free, meter_required):
        self.authorised = free
        self.paused = False
        self.active = False  # the opening record is on flash
        self.seq = None  # of the charge in progress
        self.max_power_w = 0
        self._free = free
        self._meter_required = meter_required
        self._ending = ""  # the reason, once the end is near
        self._done = False  # ended, the vehicle still plugged in
        self._wait_ms = None  # since when a start or an end waits for the meter
        self._waited_ms = 0  # and how long; kept, because the clock wraps
        self._fresh = False  # the register is being read
        self._closed_ms = 0  # energised, in all
        self._counted_ms = None
        self._first_closing = 0
        self.register = Register()
        self._start = None  # the opening record's

    def flags(self):
        """The permissions to hand down to ring 0."""
        flags = 0 if self.paused else handover.FLAG_RUN
        if self.authorised and not self._ending and not self._done:
            flags |= handover.FLAG_AUTHORISED
        if self.active:
            flags |= handover.FLAG_RECORDED
        return flags

    def start(self):
        """A command permits charging."""
        self.authorised = True
        self._done = False

    def stop(self, reason):
        """A command ends the charge; the next one needs a command or a new vehicle."""
        if self.active and not self._ending:
            self._ending = reason
        self._done = True
        self.authorised = self._free

    def resume_after_reset(self, record):
        """A charge has an opening record and no closing one: the power was lost."""
        self.active = True
        self.seq = record["seq"]
        start = record.get("start")
        self._start = start if type(start) is dict else {}  # another version's, perhaps
        wh = self._start.get("wh")
        if type(wh) is int:
            self.register.recall(wh, record.get("meter_serial") or "")
        self._ending = "power-lost"

    def step(self, now_ms, up, fresh_ms):
        """What is due now: OPEN, CLOSE or None.

        `up` is ring 0's state; the meter's register was read `fresh_ms` ago (None: silent, or
        there is no meter).
        """
        closed = up[handover.UP_CLOSED]
        self._count(now_ms, closed)
        self._fresh = fresh_ms is not None
        state = up[handover.UP_STATE]
        if state == levels.A:  # what was permitted, or forbidden, was so for that vehicle
            self._done = False
            self.authorised = self._free
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

    def opening(self, stamp, up):
        """Fields of the opening record. `stamp` is (unix s or None, clock quality)."""
        self._start = _moment(stamp, self.register.wh, self._fresh)
        self._first_closing = up[handover.UP_CLOSINGS]
        return {"start": self._start}

    def opened(self, seq):
        """The opening record is on flash, as number `seq`."""
        self.active = True
        self.seq = seq
        self.register.mend()
        self._wait_ms = None
        self._closed_ms = 0
        self.max_power_w = 0

    def closing(self, stamp, up, fresh_ms):
        """Fields of the closing record. `fresh_ms` as in `step`."""
        end = _moment(stamp, self.register.wh, self._final(fresh_ms))
        end["reason"] = self._ending
        wh = self.energy_wh()
        fields = {"end": end, "wh": wh, "energy": UNMETERED}
        if wh is not None:
            fields["energy"] = MEASURED if self._start.get("read") and end["read"] else LAST_KNOWN
        if self.register.broken:
            fields["register"] = self.register.broken
        if self._ending == "power-lost":
            end["between"] = [self._start.get("unix"), stamp[0]]  # it ended somewhere in here
        else:
            closings = up[handover.UP_CLOSINGS] - self._first_closing
            end["opened"] = reasons.OPENED_CODES[up[handover.UP_OPENED]] if closings else ""
            fields["charging_s"] = self._closed_ms // 1000
            fields["interruptions"] = max(closings - 1, 0)
            fields["max_power_w"] = self.max_power_w
        return fields

    def closed(self):
        """The closing record is on flash."""
        self.active = False
        self.seq = None
        self.paused = False
        self._ending = ""
        self._wait_ms = None

    def energy_wh(self):
        """Energy of the charge in progress, >= 0, or None where the registers do not tell it."""
        first = self._start.get("wh") if self.active and not self.register.broken else None
        last = self.register.wh
        return last - first if type(first) is int and last is not None and last >= first else None

    def _final(self, fresh_ms):
        """Whether the register has been read since the contactor opened."""
        return fresh_ms is not None and fresh_ms < self._waited_ms

    def _wait(self, now_ms):
        if self._wait_ms is None:
            self._wait_ms = now_ms
            self._waited_ms = 0
        self._waited_ms = max(self._waited_ms, since(now_ms, self._wait_ms))

    def _count(self, now_ms, closed):
        if self._counted_ms is not None:
            self._closed_ms += since(now_ms, self._counted_ms)
        self._counted_ms = now_ms if closed else None


def _moment(stamp, wh, read):
    return {"unix": stamp[0], "clock": stamp[1], "wh": wh, "read": read}
