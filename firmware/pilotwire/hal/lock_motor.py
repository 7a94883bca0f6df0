"""A lock whose bolt a motor moves: a pulse on one of two pins drives it in, on the other out."""

import time

from machine import Pin


class LockMotor:
    """Stands in the place of a lock's pin: `motor(1)` locks, `motor(0)` unlocks. Nothing waits for
    the bolt: the pulse is ended by a later tick.

    `wire` is "outputs.lock" of board.json: GPIOs `close` and `open`, `pulse_ms`, and `active`, the
    level that drives (1).
    """

    def __init__(self, wire):
        self._active = active = wire.get("active", 1)
        self._pins = [Pin(wire[way], Pin.OUT, value=1 - active) for way in ("open", "close")]
        self._pulse_ms = wire["pulse_ms"]
        self._begun_ms = 0
        self._moves = False

    def __call__(self, on):
        """Ring 0: begin to move."""
        self.rest()
        self._begun_ms = time.ticks_ms()
        self._moves = True
        self._pins[on](self._active)

    def rest(self):
        """Ring 0: neither in nor out."""
        self._moves = False
        for pin in self._pins:
            pin(1 - self._active)

    def before(self, drive):
        """A HAL's `drive` that ends a pulse in time as well, since every tick calls it."""

        def both(duty, closed):
            drive(duty, closed)
            if self._moves and time.ticks_diff(time.ticks_ms(), self._begun_ms) >= self._pulse_ms:
                self.rest()

        return both
