"""On MicroPython: publishes numbers at QoS 1 as fast as the broker takes them.

Usage: micropython publisher.py PORT COUNT EVERY. Says {"connected": n} at each connection, and
{"acked": numbers so far, "heap": bytes after a collection, "wraps": of the packet id} after every
EVERY numbers and at the end. What a lost connection forgot is published again. Ends with an
exception if a packet id is given twice or acknowledged without need.
"""

import asyncio
import gc
import json
import random
import sys
import time

from pilotwire.link.mqtt import Mqtt

_PORT, _COUNT, _EVERY = [int(argument) for argument in sys.argv[1:]]
_LAST_PID = 65_535
_SETTINGS = {
    "host": "127.0.0.1",
    "port": _PORT,
    "client_id": "publisher",
    "user": None,
    "password": None,
    "keepalive_s": 10,
    "will_topic": "publisher/online",
    "will_payload": "0",
    "spread_s": 1,
}


class Publisher:
    def __init__(self):
        self._mqtt = Mqtt(
            _SETTINGS,
            ("publisher/cmd",),
            lambda *_: None,
            self._on_state,
            time.ticks_ms,
            random.getrandbits,
            self._on_puback,
        )
        self._done = asyncio.Event()
        self._again = []  # numbers that a lost connection has forgotten
        self._waiting = {}  # packet id -> number
        self._next = self._acked = self._connections = 0
        self._pid = self._wraps = 0

    async def run(self):
        client = asyncio.create_task(self._mqtt.run())
        await self._done.wait()
        client.cancel()

    def _fill(self):
        while self._again or self._next < _COUNT:
            number = self._again[-1] if self._again else self._next
            pid = self._mqtt.publish(b"publisher/n", b"%d" % number, qos=1)
            if pid is None:
                return
            if self._again:
                self._again.pop()
            else:
                self._next += 1
            if pid in self._waiting or not 0 < pid <= _LAST_PID:
                raise ValueError("packet id", pid)
            self._wraps += pid < self._pid
            self._pid = pid
            self._waiting[pid] = number

    def _on_state(self, connected, _reason):
        if connected:
            self._connections += 1
            self._again.extend(self._waiting.values())
            self._waiting.clear()
            print(json.dumps({"connected": self._connections}))
            self._fill()

    def _on_puback(self, pid):
        del self._waiting[pid]
        self._acked += 1
        if self._acked % _EVERY == 0 or self._acked == _COUNT:
            gc.collect()
            report = {"acked": self._acked, "heap": gc.mem_alloc(), "wraps": self._wraps}
            print(json.dumps(report))
        if self._acked == _COUNT:
            self._done.set()
        self._fill()


asyncio.run(Publisher().run())
