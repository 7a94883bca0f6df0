"""The least ring 1 that lets ring 0 charge: stands in for app.py where the app is not the point.

It hands down a limit once and then is silent, which ring 0 bears for 30 s.
"""

import asyncio

from .pilot import handover
from .pilot.guard import Guard

_MAY_CHARGE = handover.FLAG_AUTHORISED | handover.FLAG_RUN | handover.FLAG_RECORDED


class RestartWanted(Exception):
    pass


class App:
    def __init__(self, hal):
        self.config = {"wifi_ssid": "", "wifi_key": ""}
        self.hal = hal
        self.guard = Guard(hal)
        self.hand_down(16_000)
        print("started after", hal.started)

    def hand_down(self, limit_ma):
        shared = self.guard.handover
        spare = shared.spare()
        spare[handover.DOWN_FLAGS] = _MAY_CHARGE
        spare[handover.DOWN_ROWS] = 1
        spare[handover.DOWN_LEASES] = limit_ma
        spare[handover.DOWN_LEASES + handover.LEASE_TTL_MS] = handover.NEVER
        shared.publish()

    async def run(self):
        self.hal.start(self.guard.tick)
        while True:
            await asyncio.sleep(1)
