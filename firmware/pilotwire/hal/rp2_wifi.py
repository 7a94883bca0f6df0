"""Joins a Wi-Fi network and joins it again, for ever: network.WLAN of the Pico W's CYW43."""

import asyncio
from random import getrandbits

import network
from micropython import const

_POLL_MS = const(250)
_JOIN_MS = const(20_000)
_WATCH_MS = const(2_000)
_FIRST_MS = const(1_000)
_LONGEST_MS = const(60_000)


async def join(ssid, key):
    """Task: stay on network `ssid`; `key` "" is an open one. Ends at once where `ssid` is "".

    Switching the radio on blocks the loop for about 0.8 s (it loads the radio's firmware), once
    after power-on; ring 0 goes on. A join waits at most 20 s, then 1 to 60 s, jittered.
    """
    if not ssid:
        return
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    pause_ms = _FIRST_MS
    while True:
        if wlan.isconnected():
            pause_ms = _FIRST_MS
            await asyncio.sleep_ms(_WATCH_MS)
            continue
        try:
            wlan.connect(ssid, key or None)
        except OSError:
            pass  # the radio is busy: as good as a join that fails
        for _ in range(_JOIN_MS // _POLL_MS):
            await asyncio.sleep_ms(_POLL_MS)
            if wlan.isconnected():
                break
        else:
            wlan.disconnect()
            await asyncio.sleep_ms(pause_ms // 2 + getrandbits(15) % (pause_ms // 2))
            pause_ms = min(2 * pause_ms, _LONGEST_MS)
