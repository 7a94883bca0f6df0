"""When a link that was lost while the contactor was closed may come back, on some chips.

An ESP32 has no hard timer in MicroPython: a TLS handshake there holds up ring 0 for about a
second. So it has to wait until the contactor is open; and where that takes long, the app is asked
for a pause that a vehicle understands (steady +12 V, S2 opens, handshake, and on).
"""

import asyncio

from micropython import const

from ..ticks import since

_OFFLINE_S = const(300)  # before a pause is asked for
_APART_MS = const(900_000)  # between two of them
_LOOK_S = const(1)


class Patience:
    """`closed()` says whether the contactor is; `pause()` asks for a pause, and must not wait."""

    def __init__(self, hal, closed, pause):
        self._hal = hal
        self._pause = pause
        self._asked_ms = None
        self.closed = closed

    async def ready(self):
        """Return when a handshake may begin: at once with the contactor open."""
        waited_s = 0
        while self.closed():
            if waited_s >= _OFFLINE_S and self._may_ask():
                self._asked_ms = self._hal.ticks_ms()
                self._pause()
            await asyncio.sleep(_LOOK_S)
            waited_s += _LOOK_S

    def _may_ask(self):
        if self._asked_ms is None:
            return True
        # Less than 0: so long ago that the counter has gone round.
        return not 0 <= since(self._hal.ticks_ms(), self._asked_ms) < _APART_MS
