"""Messages that wait for the broker; where they become too many, the oldest is dropped."""


class Queue:
    """At most `most` messages (dicts) for `topic`, at QoS 1. `dropped` counts those that found no
    room.

    The oldest stays until the broker's PUBACK has come, so that a connection that is
    lost loses none.
    """

    def __init__(self, topic, most):
        self.dropped = 0
        self._topic = topic
        self._most = most
        self._messages = []
        self._pid = None  # of the oldest, which is under way

    def add(self, message):
        if len(self._messages) >= self._most:
            self._messages.pop(0)
            self._pid = None
            self.dropped += 1
        self._messages.append(message)

    def send(self, put):
        """Give the oldest to `put(topic, message, retain, qos)` -> packet id or None: no room."""
        if self._messages and self._pid is None:
            self._pid = put(self._topic, self._messages[0], False, 1)

    def acknowledged(self, pid):
        """The broker has packet `pid`; whether it was one of these."""
        if pid != self._pid:
            return False
        self._messages.pop(0)
        self._pid = None
        return True

    def reconnected(self):
        """What was under way goes again."""
        self._pid = None
