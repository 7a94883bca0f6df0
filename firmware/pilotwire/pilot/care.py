"""What wears the contactor: openings under load, and how long it takes to make and to break."""

from micropython import const

_SEEN_MS = const(10)  # feedback is looked at every so often


class Care:
    """`under_load` openings with more than 1 A; `make_ms`, `break_ms` of the last time, 0: none.

    From the command to the auxiliary contact, to 10 ms; ring 1 follows their trend.
    """

    def __init__(self):
        self.under_load = 0
        self.make_ms = 0
        self.break_ms = 0
        self._closed = 0
        self._moving = False

    def watch(self, closed, feedback, since_ms, drawing):
        """Look at the contact `since_ms` after the contactor was told to be `closed`."""
        if closed != self._closed:
            self._closed = closed
            if not closed and drawing:
                self.under_load += 1
            self._moving = True
        if self._moving and feedback == closed:
            self._moving = False
            if closed:
                self.make_ms = since_ms + _SEEN_MS
            else:
                self.break_ms = since_ms + _SEEN_MS
