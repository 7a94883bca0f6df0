"""Runs on MicroPython: a client that publishes its discovery and goes on with everything else.

Usage: micropython discovery_box.py PORT. Ends when the broker has the message, with the turns
that others had meanwhile.
"""

import asyncio
import random
import sys
import time

from pilotwire.link import discovery
from pilotwire.link.mqtt import Mqtt

SETTINGS = {
    "host": "127.0.0.1",
    "port": int(sys.argv[1]),
    "client_id": "box",
    "user": None,
    "password": None,
    "keepalive_s": 10,
    "will_topic": None,
    "will_payload": None,
}
CONFIG = {
    "id": "box-1",
    "ha_prefix": "homeassistant",
    "meter": "sdm630",
    "grid_meter": "sdm630",
    "local_ttl_s": 120,
}
BOARD = {"phases": 3, "rated_ma": 32_000, "outputs": {"three_phases": {"pin": 8}}}


async def main():
    had = []
    mqtt = Mqtt(
        SETTINGS,
        (),
        lambda *message: None,
        lambda connected, reason: None,
        time.ticks_ms,
        random.getrandbits,
        had.append,
    )
    asyncio.create_task(mqtt.run())  # noqa: RUF006 - MicroPython's queue holds the task
    pid = None
    while pid is None:
        await asyncio.sleep(0.01)
        pid = discovery.publish(mqtt, CONFIG, BOARD, "pico_w", "51d0c0de")
    turns = 0
    while pid not in had:
        mqtt.publish(b"box/tele", b"%d" % turns)
        turns += 1
        await asyncio.sleep(0)
    print("has it after", turns)


asyncio.run(main())
