"""The contactor's pin on an ESP32: an edge a tick for a monostable, or a plain level."""

from machine import Pin


class DeadMan:
    """GPIO `pin` gives one edge in each tick that keeps the contactor closed.

    A retriggerable monostable closes the coil from it: a chip that is stopped, crashed or reset,
    with its pin at either level, drops it. `drive` is ring 0's.
    """

    def __init__(self, pin):
        self._pin = Pin(pin, Pin.OUT, value=0)
        self._level = 0

    def drive(self, closed):
        self._level = 1 - self._level if closed else 0
        self._pin(self._level)


class PlainPin:
    """A level on GPIO `pin`, `active` (0, 1) for closed: stays as it is when the chip stops."""

    def __init__(self, pin, active):
        self._pin = Pin(pin, Pin.OUT, value=1 - active)
        self._active = active

    def drive(self, closed):
        self._pin(self._active if closed else 1 - self._active)
