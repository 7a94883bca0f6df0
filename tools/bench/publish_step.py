"""On MicroPython: time and heap of a publish at QoS 1, as JSON. Run by bench.publish.

Usage: micropython publish_step.py BYTES. From the call, a payload of so many bytes in hand, until
its PUBACK is taken; the broker is a few lines in memory.
"""

import asyncio
import gc
import json
import sys
import time
from array import array

from pilotwire.link.mqtt import Mqtt

_PUBLISHES = 30
_PAYLOAD = bytes(int(sys.argv[1]))
_TOPIC = b"pilotwire/v1/box-0001/state"
_PACKET_BYTES = 3 + 2 + len(_TOPIC) + 2 + len(_PAYLOAD)
_CONNACK = b"\x20\x02\0\0"
_SETTINGS = {
    "host": "broker",
    "port": 1883,
    "client_id": "box",
    "user": None,
    "password": None,
    "keepalive_s": 600,
    "will_topic": None,
    "will_payload": None,
}


class Peer:
    """A connection whose other end gives `answer` when it has taken `left` bytes."""

    def __init__(self):
        self.left = 1
        self.answer = _CONNACK
        self._due = asyncio.Event()

    async def open(self, _host, _port):
        return self, self

    async def read(self, _size):
        await self._due.wait()
        self._due.clear()
        return self.answer

    def write(self, data):
        self.left -= len(data)
        if self.left <= 0:
            self._due.set()

    async def drain(self):
        await asyncio.sleep(0)


async def measure():
    peer = Peer()
    told = asyncio.Event()
    mqtt = Mqtt(
        _SETTINGS,
        (),
        lambda *_: None,
        lambda *_: told.set(),
        time.ticks_ms,
        lambda _bits: 0,
        lambda _pid: told.set(),
        open_connection=peer.open,
    )
    client = asyncio.create_task(mqtt.run())
    await told.wait()
    times = array("i", [0] * _PUBLISHES)

    async def publish():
        for i in range(_PUBLISHES):
            told.clear()
            peer.left = _PACKET_BYTES
            start = time.ticks_us()
            pid = mqtt.publish(_TOPIC, _PAYLOAD, False, 1)
            peer.answer = b"\x40\x02" + pid.to_bytes(2, "big")
            await told.wait()
            times[i] = time.ticks_diff(time.ticks_us(), start)

    await publish()  # what a first time keeps is there
    gc.collect()
    before = gc.mem_alloc()
    gc.disable()
    await publish()
    used = gc.mem_alloc() - before
    gc.enable()
    gc.collect()
    kept = gc.mem_alloc() - before
    client.cancel()
    median_us = sorted(times)[_PUBLISHES // 2]
    report = {"median_us": median_us, "heap_bytes": used // _PUBLISHES, "kept_bytes": kept}
    print(json.dumps(report))


asyncio.run(measure())
