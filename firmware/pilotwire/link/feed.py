"""What the log has for the broker: events, and lines up to a level."""

from ..loading import unload
from ..record.log import LEVELS


class Feed:
    """Goes through `log` (record/log.py) as `send` of queue.Queue does. `clock()` is the HAL's.

    `dropped` counts events that the log had forgotten, or only counted, before they were sent.
    """

    def __init__(self, log, clock, level):
        self.level = level  # 1 to 4: the least grave line that is sent; 0: none is
        self.dropped = 0
        self._log = log
        self._clock = clock
        self._at = 0  # number of the entry that is looked at next
        self._told = 0  # number of the event that was sent last
        self._message = None  # (topic, dict, QoS) that is to be sent, or under way
        self._pid = None

    def send(self, put):
        """Give what comes next to `put(topic, message, retain, qos)`, as long as it has room."""
        while self._pid is None:
            self._message = found = self._message or self._find()
            if not found:
                return
            topic, message, qos = found
            pid = put(topic, message, False, qos)
            if pid == 0:
                self._message = None
            elif pid:
                self._pid = pid
            else:
                return

    def acknowledged(self, pid):
        """The broker has packet `pid`; whether it was one of these."""
        if pid != self._pid:
            return False
        self._pid = self._message = None
        return True

    def reconnected(self):
        """What was under way goes again."""
        self._pid = None

    def _find(self):
        """The next one, or None."""
        log = self._log
        found = None
        self._at = max(self._at, log.oldest)
        while self._at < log.n:
            _, number, _, code, _ = log.entry(self._at)
            if number or LEVELS[code] & 7 <= self.level:
                from ..record import lines

                make = lines.event if number else lines.line
                message = make(log, self._at, self._clock())
                unload("record.lines")
                found = "event" if number else "log", message, 1 if number else 0
            self._at += 1
            if number:
                self.dropped += number - self._told - 1
                self._told = number
            if found:
                break
        return found
