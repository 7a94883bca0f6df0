"""Runs on MicroPython: the link's client over Dial, on the host's HAL.

Usage: micropython dial_box.py CONFIG CLOCK. CONFIG is JSON; CLOCK is "known", or a unix time that
is the last known one. One line on stdout for each event.
"""

import asyncio
import json
import sys

from pilotwire.hal.host import Host
from pilotwire.link.dial import Dial
from pilotwire.link.mqtt import Mqtt

SETTINGS = {
    "client_id": "box",
    "user": None,
    "password": None,
    "will_topic": "box/online",
    "will_payload": "0",
    "spread_s": 0,
    "keepalive_s": 600,
    "port": 0,
}


class Box:
    def __init__(self, config, last_known):
        self.hal = hal = Host()
        if last_known is not None:
            hal.set_clock(0, "none")
        self.dial = dial = Dial(hal, config, lambda: last_known)
        settings = dict(SETTINGS, host=config["mqtt_host"])
        for key in ("port", "user", "password", "keepalive_s"):
            settings[key] = config.get("mqtt_" + key, settings[key])
        self.turns = 0
        self.bytes = 0
        self.mqtt = Mqtt(
            settings,
            ("box/cmd",),
            self.on_message,
            self.on_state,
            hal.ticks_ms,
            hal.random_bits,
            open_connection=dial.open,
            ready=dial.ready,
            refused=dial.refused,
        )

    def on_message(self, _topic, payload, _retained):
        self.bytes += len(payload)
        print("bytes", self.bytes)

    def on_state(self, connected, reason):
        print("state", reason, self.turns, *self.hal.clock(), self.dial.assumed)
        if connected:
            self.mqtt.publish(b"box/online", b"1", True, 1)

    async def main(self):
        asyncio.create_task(self.mqtt.run())  # noqa: RUF006 - MicroPython's queue holds the task
        while True:
            self.turns += 1
            await asyncio.sleep(0.05)


clock = sys.argv[2]
asyncio.run(Box(json.loads(sys.argv[1]), None if clock == "known" else int(clock)).main())
