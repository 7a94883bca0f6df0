"""The latest changes of what ring 0 tells, and a snapshot of them 5 s after a fault.

Seen by ring 1, so at each decision of ring 0 and once a second. Each is kept as what it was
before: from what is now, all that was can be told. Noise of the pilot and the plug is held back,
as a trace does (pilot/tap.py).
"""

from array import array

from micropython import const

from ..loading import unload
from ..pilot.handover import N_UP, UP_FAULTS, UP_INPUTS, UP_STATE

ROWS = const(40)
PLACE_BITS = const(5)
_PLACE_MASK = const(31)
_TIME_MASK = const(0xFFFFFF)  # of 10 ms
AFTER_MS = const(5_000)

_PLACE_PP = const(20)  # UP_INPUTS + signals.PP_OHM
_LAST_PILOT = const(19)  # UP_INPUTS + signals.CP_DUTY
_BAND = const(60)  # mV, or 1/100 %
_PP_SHIFT = const(5)  # 3 %
_WAITING = const(2)  # snapshots
_REST_MS = const(60_000)  # between two of them


class Changes:
    """`rows`: when and what, then its value before; `n` of them so far. `waiting`: snapshots, as
    bytes (snapshot.py), that are not on flash yet; of too many the oldest goes. `clock()` is the
    HAL's.
    """

    def __init__(self, clock):
        self.rows = array("i", bytes(8 * ROWS))
        self.n = 0
        self.waiting = []
        self._clock = clock
        self._fault = None  # (ms, its bits)
        self._rest_ms = 0

    def look(self, now_ms, up, seen):
        """Note what is other in `up` (N_UP) than in `seen`, where the inputs are brought up to
        date. Whether there is another snapshot."""
        fault = self._fault
        taken = fault is not None and now_ms - fault[0] >= AFTER_MS
        if taken:
            self._fault = None
            self._take(fault, now_ms, seen)
        faults = up[UP_FAULTS] & ~seen[UP_FAULTS]
        if faults and self._fault is None and now_ms >= self._rest_ms:
            self._fault = now_ms, faults
            self._rest_ms = now_ms + _REST_MS
        rows = self.rows
        for i in range(UP_STATE, N_UP):
            before = seen[i]
            band = 0
            if UP_INPUTS <= i <= _LAST_PILOT:
                band = _BAND
            elif i == _PLACE_PP:
                band = before >> _PP_SHIFT
            if -band <= up[i] - before <= band:
                continue
            at = self.n % ROWS * 2
            rows[at] = (now_ms // 10 & _TIME_MASK) << PLACE_BITS | i
            rows[at + 1] = before
            self.n += 1
            if i >= UP_INPUTS:
                seen[i] = up[i]
        return taken

    def newest_first(self, now_ms):
        """(age in 10 ms, place, what it was before) of each change that is still there."""
        rows = self.rows
        for n in range(self.n - 1, max(self.n - ROWS, 0) - 1, -1):
            word, before = rows[n % ROWS * 2], rows[n % ROWS * 2 + 1]
            age = (now_ms // 10 & _TIME_MASK) - (word >> PLACE_BITS) & _TIME_MASK
            yield age, word & _PLACE_MASK, before

    def _take(self, fault, now_ms, seen):
        at_ms, bits = fault
        try:
            from .snapshot import pack

            data = pack(self, seen, at_ms, bits, now_ms, self._clock()[0])
        except MemoryError:
            return
        unload("record.snapshot", "record.layout")
        self.waiting.append(data)
        del self.waiting[:-_WAITING]
