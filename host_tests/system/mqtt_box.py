"""Runs on MicroPython: a client that publishes, answers commands and tells what it sees.

Usage: micropython mqtt_box.py PORT KEEPALIVE_S. One line on stdout for each event.
"""

import asyncio
import random
import sys
import time

from pilotwire.link.mqtt import Mqtt

SETTINGS = {
    "host": "127.0.0.1",
    "port": int(sys.argv[1]),
    "client_id": "box",
    "user": None,
    "password": None,
    "keepalive_s": int(sys.argv[2]),
    "will_topic": "box/online",
    "will_payload": "0",
}


class Box:
    def __init__(self):
        self.mqtt = Mqtt(
            SETTINGS,
            ("box/cmd",),
            self.on_message,
            self.on_state,
            time.ticks_ms,
            random.getrandbits,
            lambda pid: print("puback", pid),
            lambda topic, size: print("oversized", topic.decode(), size),
        )
        self.turns = 0

    def on_message(self, _topic, payload, _retained):
        self.mqtt.publish(b"box/res", payload, qos=1)

    def on_state(self, connected, reason):
        print("state", reason, self.turns, time.ticks_ms())
        if connected:
            self.mqtt.publish(b"box/online", b"1", True, 1)

    async def main(self):
        asyncio.create_task(self.mqtt.run())  # noqa: RUF006 - MicroPython's queue holds the task
        while True:
            self.turns += 1
            self.mqtt.publish(b"box/tele", b"%d" % self.turns)
            await asyncio.sleep(0.05)


asyncio.run(Box().main())
