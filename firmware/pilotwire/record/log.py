"""What has happened: one ring in RAM, from which topics, console and flash take what is theirs.

An entry is a row of small integers and a short text; record/lines.py, loaded when somebody reads,
has the words. Who says the same again and again is counted, not written.
"""

import struct

from micropython import const

from ..pilot import faults, handover, levels, reasons
from ..ticks import since

# Codes. Flash has them too, so no number is given to anything else. First those that are events of
# the contract (docs/mqtt.md).
START = const(0)
PLUGGED = const(1)
UNPLUGGED = const(2)
CLOSED = const(3)
OPENED = const(4)
OPENED_BY_FAULT = const(5)
FAULT = const(6)
FAULT_CLEARED = const(7)
SESSION = const(8)
STORED = const(9)
LEASE_EXPIRED = const(10)
REFUSED = const(11)
CLOCK = const(12)
COVER = const(13)
METER = const(14)
N_EVENTS = const(15)
ONLINE = const(15)
OFFLINE = const(16)
LOGIN = const(17)
LOGIN_FAILED = const(18)
CHANGED = const(19)  # a file of settings
COMMAND = const(20)
SEALED = const(21)
UNSEALED = const(22)
FLASH = const(23)
TASK = const(24)  # one has ended and was started again
COMPLAINT = const(25)  # about the configuration
BUTTON = const(26)

# Of each code: 1 error, 2 warning, 3 info, 4 debug; K is an info that flash keeps too.
LEVELS = b"K333311K333331232K2K4K21123"
KEPT = b"12K"

ROWS = const(32)
_ROW = "<qHBB"  # ms since the start; number of the event, 16 bits of it; how often; code
_ROW_BYTES = const(12)
_COUNT = const(10)  # places in it
_MOST = const(16)  # entries of one code in a minute
_MINUTE_MS = const(60_000)
_LONGEST = const(60)  # characters
_SOON_MS = const(10_000)  # an error waits so long for flash: a snapshot goes with it
_PATIENT_MS = const(300_000)  # all else: flash wears


class Log:
    """`n` entries were written since the start, from number `oldest` on they are there. `folded`
    counts what was only counted, in the last entry where that is alike; `events` those of the
    contract. `ticks_ms()` is the HAL's.

    `due_ms`: when flash is to have what it keeps; None: it has all. `kept` is for who writes that.
    """

    def __init__(self, ticks_ms):
        self.n = self.oldest = self.folded = self.events = self.kept = 0
        self.due_ms = None
        self._rows = bytearray(ROWS * _ROW_BYTES)
        self._abouts = [""] * ROWS
        self._spent = bytearray(len(LEVELS))
        self._minute = 0
        self._ticks_ms = ticks_ms
        self._then_ms = ticks_ms()
        self._ms = 0
        self._plugged = self._closed = False
        self._faults = 0

    def now_ms(self):
        """Since the start. Call it once in some days: the HAL's count begins anew."""
        then_ms = self._then_ms
        self._then_ms = now_ms = self._ticks_ms()
        self._ms += since(now_ms, then_ms)
        return self._ms

    def note(self, code, about=""):
        """It has happened, now."""
        now_ms = self.now_ms()
        if now_ms // _MINUTE_MS != self._minute:
            self._minute = now_ms // _MINUTE_MS
            self._spent = bytearray(len(LEVELS))
        about = about[:_LONGEST]
        self.events += code < N_EVENTS
        n = self.n
        rows = self._rows
        last = (n - 1) % ROWS
        at = last * _ROW_BYTES + _COUNT
        again = code >= N_EVENTS and n and rows[at + 1] == code and about == self._abouts[last]
        if again or self._spent[code] >= _MOST:
            if rows[at + 1] == code:
                rows[at] = min(rows[at] + 1, 255)
            self.folded += 1
            return
        self._spent[code] += 1
        at = n % ROWS
        self._abouts[at] = about
        at *= _ROW_BYTES
        struct.pack_into(_ROW, rows, at, now_ms, self.events & 0xFFFF, 1, code)
        self.n = n + 1
        self.oldest = max(n + 1 - ROWS, 0)
        if LEVELS[code] in KEPT:
            self.keep(_SOON_MS if LEVELS[code] & 7 == 1 else _PATIENT_MS)

    def keep(self, ms=0):
        """Something waits for flash, for so long at most."""
        due_ms = self._ms + ms
        self.due_ms = due_ms if self.due_ms is None else min(due_ms, self.due_ms)

    def entry(self, i):
        """(ms since the start, number of the event or 0, how often, code, about) of number `i`."""
        at_ms, low, count, code = struct.unpack_from(_ROW, self._rows, i % ROWS * _ROW_BYTES)
        event = self.events - (self.events - low & 0xFFFF) if code < N_EVENTS else 0
        return at_ms, event, count, code, self._abouts[i % ROWS]

    def look(self, up):
        """Note what ring 0's state `up` has in it that was not so the last time."""
        state = up[handover.UP_STATE]
        plugged = self._plugged
        if state == levels.A or levels.B <= state <= levels.D:  # E and F hide a vehicle
            plugged = state != levels.A
        if plugged != self._plugged:
            self._plugged = plugged
            self.note(PLUGGED if plugged else UNPLUGGED)
        closed = bool(up[handover.UP_CLOSED])
        if closed != self._closed:
            self._closed = closed
            opened = up[handover.UP_OPENED]
            if closed:
                self.note(CLOSED)
            else:
                by_fault = opened == reasons.OPENED_BY_FAULT
                self.note(OPENED_BY_FAULT if by_fault else OPENED, reasons.OPENED_CODES[opened])
        now, then = up[handover.UP_FAULTS], self._faults
        self._faults = now
        for code, bits in ((FAULT, now & ~then), (FAULT_CLEARED, then & ~now)):
            for name in faults.codes(bits) if bits else ():
                self.note(code, name)
