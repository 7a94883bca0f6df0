"""The lock that holds the plug in the socket: IEC 61851-1 table D.9, GB/T 18487.1-2023 10.6.1."""

from micropython import const

from . import faults, reasons

JAMMED_MS = const(5_000)
UNLOCK_MS = const(100)  # sequence 12: no earlier after the power is off
RETRY_MS = const(5_000)  # a bolt that does not let go is moved again after so long
RETRY_MAX_MS = const(60_000)  # and then after twice as long each time, up to this

_LONG_MS = const(600_000)


class Lock:
    """`locked` is what is to be driven. `seen`, `why_not`: bits of faults.py and reasons.py."""

    def __init__(self, fitted):
        self._fitted = fitted
        self.locked = False
        self.seen = 0
        self.why_not = 0
        self._open_ms = _LONG_MS  # since it was last needed
        self._unconfirmed_ms = 0
        self._held_ms = 0  # it should be in, and is out
        self._retry_ms = RETRY_MS

    def step(self, dt_ms, wanted, closed, feedback):
        """Let `dt_ms` pass; `wanted`: a plug is to be held; `feedback`: 1 for locked."""
        if not self._fitted:
            return
        if closed or wanted:  # GB/T 18487.1-2023 table A.7: 100 ms after state 1 too
            self._open_ms = 0
        elif self._open_ms < _LONG_MS:
            self._open_ms += dt_ms
        self.locked = self._open_ms < UNLOCK_MS + dt_ms
        self.seen = 0
        if feedback == 1:
            self._unconfirmed_ms = 0
            self.why_not = 0
            if not self.locked:
                self._free(dt_ms)
            return
        self._held_ms = 0
        self._retry_ms = RETRY_MS
        self.why_not = reasons.NOT_LOCKED
        if closed:
            self.seen = faults.LOCK
        elif self.locked:
            self._unconfirmed_ms += dt_ms
            if self._unconfirmed_ms >= JAMMED_MS:
                self._unconfirmed_ms = 0
                self.seen = faults.LOCK
        else:
            self._unconfirmed_ms = 0

    def _free(self, dt_ms):
        """Out and in again, for a driver whose plug is held by a bolt that was jammed."""
        self._held_ms += dt_ms
        if self._held_ms >= self._retry_ms:
            self._held_ms = 0
            self._retry_ms = min(2 * self._retry_ms, RETRY_MAX_MS)
            self.locked = True
