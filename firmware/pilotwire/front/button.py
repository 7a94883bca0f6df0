"""What a finger at the box means: a short press, or one of three seconds."""

from micropython import const

LONG_MS = const(3_000)
_SHORT_MS = const(1_000)  # who holds it for longer and lets go has thought better of it


class Button:
    """Debounced by being asked twice. One that is held when the power comes means nothing until it
    has been let go."""

    def __init__(self):
        self._was = True
        self._down = True
        self._spent = True
        self._ms = 0

    def feed(self, pressed, ms):
        """What it was, "short" or "long", else "". `ms` since the last call, some 50."""
        same = pressed == self._was
        self._was = pressed
        if self._down:
            self._ms += ms
        if not same:
            return ""
        if pressed and not self._down:
            self._down = True
            self._spent = False
            self._ms = ms
        elif not pressed and self._down:
            self._down = False
            if not self._spent and self._ms <= _SHORT_MS:
                return "short"
        elif self._down and not self._spent and self._ms >= LONG_MS:
            self._spent = True
            return "long"
        return ""
