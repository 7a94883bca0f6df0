"""Runs on MicroPython: the whole app without a network, given messages as fast as it takes them.

Usage: micropython link_fuzz_box.py. Messages come on stdin, each as three numbers of two bytes
(lengths of topic and payload, retained) and both texts. After each hundred the app's control and
ring 0 have their turn. A topic of length 0 asks for the bytes of heap in use; each answer is a
line of JSON on stdout, and the last one says what came out of it all.
"""

import gc
import json
import sys

from pilotwire import app as composition
from pilotwire.hal.host import Host
from pilotwire.hal.mock import HEALTHY
from pilotwire.link import link

_EVERY = 100
_COLLECT_BYTES = 16_384  # as main.py has it
_COLLECTIONS = 3


class Mqtt:
    """Takes what is published, and forgets it."""

    def __init__(self, settings, topics, receive, *_):
        self.receive = receive
        self.counts = {}
        self.pid = 0
        self.due = []  # packet ids to be acknowledged

    def publish(self, topic, payload, retain=False, qos=0):
        if len(payload) > 2_000:
            raise ValueError("message", len(payload))
        name = topic.rsplit(b"/", 1)[1]
        self.counts[name] = self.counts.get(name, 0) + 1
        if not qos:
            return 0
        self.pid = self.pid % 100 + 1
        self.due.append(self.pid)
        return self.pid


class Bench(Host):
    """A board with nothing plugged in; ring 0 is stepped by hand."""

    duty = closed = None

    def sample(self, inputs):
        for i in range(len(HEALTHY)):
            inputs[i] = HEALTHY[i]
        return 10

    def drive(self, duty, closed):
        self.duty = duty
        self.closed = closed


class Box:
    def __init__(self):
        link.Mqtt = Mqtt
        self.hal = Bench()
        self.app = composition.App(self.hal)
        self.link = self.app.link
        self.mqtt = self.link._mqtt
        self.link.connected = self.link._told_ha = True
        self.restarts = 0
        for _ in range(_EVERY):
            self.turn()

    def turn(self):
        for _ in range(10):
            self.app.guard.tick(None)
        assert (self.hal.duty, self.hal.closed) == (10_000, 0), (self.hal.duty, self.hal.closed)
        try:
            self.app._step()
        except composition.RestartWanted:
            self.app._restart_ms = None
            self.restarts += 1
        self.link._publish()
        self.acknowledge()

    def heap_used(self):
        """Without a trace, which may take what it was allowed. The best of some: a collection may
        take what is left on a stack for a reference.
        """
        if self.app.trace:
            self.app.trace.stop()
            self.app.trace = None
        self.link.send("logs", iter(()))  # of what was asked for nothing is left
        found = []
        for _ in range(_COLLECTIONS):
            self.turn()
            gc.collect()
            found.append(gc.mem_alloc())
        return min(found)

    def acknowledge(self):
        while self.mqtt.due:
            self.link._on_puback(self.mqtt.due.pop(0))

    def take(self, topic, payload, retained):
        """One message; exactly one result of a command."""
        counts = self.mqtt.counts
        before = counts.get(b"cmdres", 0)
        self.mqtt.receive(topic, payload, retained)
        self.link._results.send(self.link._put)
        self.acknowledge()
        results = counts.get(b"cmdres", 0) - before
        if topic.endswith(b"/cmd"):
            assert results == 1, (topic, payload, results)
        else:
            assert results <= 1, (topic, payload, results)


def main():
    box = Box()
    stdin = sys.stdin.buffer
    count = 0
    while True:
        head = stdin.read(6)
        if len(head) < 6:
            break
        topic_bytes, payload_bytes, retained = (head[i] << 8 | head[i + 1] for i in range(0, 6, 2))
        if not topic_bytes:
            print(json.dumps({"after": count, "heap_used": box.heap_used()}))
            continue
        topic, payload = stdin.read(topic_bytes), stdin.read(payload_bytes)
        try:
            box.take(topic, payload, bool(retained))
        except Exception:
            print("after", count, topic, payload)
            raise
        count += 1
        if not count % _EVERY:
            box.turn()
    counts = {name.decode(): n for name, n in box.mqtt.counts.items()}
    print(json.dumps({"messages": count, "restarts": box.restarts, "sent": counts}))


gc.threshold(_COLLECT_BYTES)
main()
