"""The limit in force: the least of the leases that ring 1 has handed down.

Ring 0 counts the leases' time itself, so that a blocked ring 1 cannot keep an old limit in force.
"""

from micropython import const

from .handover import (
    DOWN_LEASES,
    DOWN_ROWS,
    LEASE_FALLBACK_MA,
    LEASE_LIMIT_MA,
    LEASE_TTL_MS,
    LEASE_WIDTH,
    N_DOWN,
    NO_LIMIT_MA,
)

_FAR = const(0x1FFFFFFF)


class Limits:
    """`limit_ma` and `binding`, the row that sets it, of the slot `down` (N_DOWN integers)."""

    def __init__(self, down):
        self._down = down
        self._age_ms = 0
        self._next_ms = _FAR  # age at which the next lease expires
        self.limit_ma = 0  # nothing may be offered before ring 1 has spoken
        self.binding = 0

    def renew(self):
        """A new slot has arrived."""
        self._age_ms = 0
        self._fold()

    def step(self, dt_ms):
        """Let `dt_ms` pass: expire what has run out; whether something has."""
        if self._age_ms < _FAR:
            self._age_ms += dt_ms
        if self._age_ms < self._next_ms:
            return False
        self._fold()
        return True

    def _fold(self):
        down = self._down
        age_ms = self._age_ms
        least = NO_LIMIT_MA
        binding = 0
        next_ms = _FAR
        i = DOWN_LEASES
        end = i + down[DOWN_ROWS] * LEASE_WIDTH
        if end <= i or end > N_DOWN:
            least = end = 0
        row = 0
        while i < end:
            ttl_ms = down[i + LEASE_TTL_MS]
            if ttl_ms < 0:
                ma = down[i + LEASE_LIMIT_MA]
            elif age_ms < ttl_ms:
                ma = down[i + LEASE_LIMIT_MA]
                if ttl_ms < next_ms:
                    next_ms = ttl_ms
            else:
                ma = down[i + LEASE_FALLBACK_MA]
            if ma < least:
                least = ma
                binding = row
            i += LEASE_WIDTH
            row += 1
        self.limit_ma = least
        self.binding = binding
        self._next_ms = next_ms
