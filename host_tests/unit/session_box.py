"""A session with ring 0, a meter and a journal around it, as they answer."""

from array import array

from pilotwire.energy.session import CLOSE, OPEN, Session
from pilotwire.pilot import handover, levels, reasons
from pilotwire.pilot.handover import FLAG_AUTHORISED, FLAG_RECORDED, FLAG_RUN

A, B, C, D, E, F = levels.A, levels.B, levels.C, levels.D, levels.E, levels.F
BOTH = FLAG_AUTHORISED | FLAG_RUN
STAMP = (1_800_000_000, "set")


class Box:
    """A session with ring 0 as it answers: it takes the flags at once, and opens when told."""

    def __init__(self, free=True, meter_required=False, now_ms=0):
        self.session = Session("free" if free else "", meter_required)
        self.up = array("i", [0] * handover.N_UP)
        self.now_ms = now_ms
        self.wh = 1_000
        self.serial = "A"
        self.read_ms = now_ms  # when the meter was read last; None: it is silent
        self.polling = True
        self.taking = True  # ring 0 takes what is handed down
        self.journal = []
        self.full = False

    def step(self):
        if self.polling:
            self.read_ms = self.now_ms
        fresh_ms = self.fresh_ms()
        if fresh_ms is not None:
            at_ms = self.now_ms - fresh_ms
            self.session.read(at_ms, self.wh, self.serial, 10, STAMP[0] + at_ms // 1000)
        due = self.session.step(self.now_ms, self.up, fresh_ms, "box")
        if due and self.full:
            return due
        if due == OPEN:
            self.journal.append(self.session.opening(STAMP))
            self.session.opened(len(self.journal), self.up)
        elif due == CLOSE:
            self.journal[-1] = self.session.closing(STAMP, self.up, self.fresh_ms())
            self.session.closed()
        return due

    def fresh_ms(self):
        return None if self.read_ms is None else self.now_ms - self.read_ms

    def run(self, ms):
        """Time passes in steps of 250 ms; what was due, in order."""
        seen = []
        for _ in range(ms // 250):
            due = self.step()
            if due:
                seen.append(due)
            flags = self.session.flags()
            if self.taking:
                self.up[handover.UP_FLAGS] = flags
            allowed = self.up[handover.UP_FLAGS] == BOTH | FLAG_RECORDED
            self.energise(allowed and self.up[handover.UP_STATE] == C)
            self.now_ms += 250
        return seen

    def draw(self, wh):
        """So much flows, in the time that it takes at 22 kW."""
        self.wh += wh
        self.now_ms += wh * 3_600 // 22

    def energise(self, closed):
        if closed and not self.up[handover.UP_CLOSED]:
            self.up[handover.UP_CLOSINGS] += 1
        elif self.up[handover.UP_CLOSED] and not closed:
            self.up[handover.UP_OPENED] = reasons.OPENED_BY_STOP
        self.up[handover.UP_CLOSED] = int(closed)

    def plug(self, state=C):
        self.up[handover.UP_STATE] = state
        return self

    def charging(self):
        self.plug().run(500)
        assert self.up[handover.UP_CLOSED]
        return self

    def silence(self):
        self.polling = False
        self.read_ms = None
        return self

    @property
    def record(self):
        return self.journal[-1]

    @property
    def reason(self):
        return self.record["reason"]
