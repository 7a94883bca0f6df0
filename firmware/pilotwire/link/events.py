"""What has happened, as messages of the topic event: told live, to whoever listens."""

from ..pilot import faults, handover, levels, reasons


class Events:
    """Puts them into `queue` (queue.Queue); `clock()` is the HAL's."""

    def __init__(self, queue, clock):
        self._queue = queue
        self._clock = clock
        self._n = 0
        self._plugged = self._closed = False
        self._faults = 0

    def tell(self, event, **more):
        """It has happened, now; `more` says what there is to say."""
        self._n += 1
        message = {"n": self._n, "event": event}
        message["unix"], message["clock"] = self._clock()
        message.update(more)
        self._queue.add(message)

    def look(self, up):
        """Tell what ring 0's state `up` has in it that was not so the last time."""
        state = up[handover.UP_STATE]
        plugged = self._plugged
        if state == levels.A or levels.B <= state <= levels.D:  # E and F hide a vehicle
            plugged = state != levels.A
        if plugged != self._plugged:
            self._plugged = plugged
            self.tell("plugged" if plugged else "unplugged")
        closed = bool(up[handover.UP_CLOSED])
        if closed != self._closed:
            self._closed = closed
            if closed:
                self.tell("closed")
            else:
                self.tell("opened", about=reasons.OPENED_CODES[up[handover.UP_OPENED]])
        now, then = up[handover.UP_FAULTS], self._faults
        self._faults = now
        for event, bits in (("fault", now & ~then), ("fault-cleared", then & ~now)):
            for code in faults.codes(bits) if bits else ():
                self.tell(event, code=code)
