"""Joins one of up to three Wi-Fi networks and joins again, for ever: network.WLAN of the CYW43,
from which esp32_wifi.py differs in what it says.

Nothing scans, which would block the loop for seconds: the networks are tried in their order, so a
hidden one is joined like any other.
"""

import asyncio
from random import getrandbits

import network
from micropython import const

_POLL_S = 0.25
_POLLS = const(80)  # 20 s for a join
_WATCH_S = const(2)
_FIRST_MS = const(1_000)
_LONGEST_MS = const(60_000)
_WHY = {  # network.STAT_*
    1: "joining",
    2: "no-address",
    -1: "failed",
    -2: "not-found",
    -3: "wrong-key",
}


def pause_ms(rounds, random_bits):
    """Wait after so many `rounds` without a network: 1 s doubling to 60 s, less up to a half."""
    half_ms = min(_FIRST_MS << min(rounds, 6), _LONGEST_MS) // 2
    return half_ms + (half_ms * random_bits(10) >> 10)


class Wifi:
    """`config`: wifi_ssid, wifi_key, and with 2 and 3 behind them (a key "" is an open network's);
    wifi_country ("": what every country allows). `fixed`: for ifconfig; None: DHCP."""

    why = _WHY

    def __init__(self, config, fixed):
        self._networks = [
            [config["wifi_ssid" + n], config["wifi_key" + n], 0]
            for n in ("", "2", "3")
            if config.get("wifi_ssid" + n)
        ]
        self._country = config.get("wifi_country")
        self._fixed = fixed
        self._wlan = None
        self._reason = "off"

    async def stay(self):
        """Task that never ends. Switching the radio on blocks the loop for about 0.8 s, once
        after power-on (it loads the radio's firmware); ring 0 goes on."""
        if self._country:
            network.country(self._country)
        self._wlan = wlan = network.WLAN(network.STA_IF)
        wlan.active(True)
        if self._fixed:
            wlan.ifconfig(self._fixed)
        rounds = 0
        while True:
            for place in self._networks:
                if await self._join(place):
                    rounds = 0
                    while wlan.isconnected():
                        await asyncio.sleep(_WATCH_S)
                    self._reason = "lost"
                    break  # to the first: it is the preferred one
            else:
                await asyncio.sleep(pause_ms(rounds, getrandbits) / 1000)
                rounds += 1

    async def _join(self, place):
        """Try one network for up to 20 s; whether the box has an address there."""
        wlan = self._wlan
        try:
            self.connect(wlan, *place)
        except OSError:
            pass  # the radio is busy: as good as a join that fails
        for polls in range(_POLLS):
            await asyncio.sleep(_POLL_S)
            if wlan.isconnected():
                self._reason = ""
                return True
            if self.has_failed(wlan, polls):
                break
        self._reason = self.why.get(wlan.status(), "failed")
        if self._reason != "not-found":
            place[2] = 1 - place[2]
        wlan.disconnect()
        return False

    def connect(self, wlan, ssid, key, way):
        """Begin to join by WPA2 or older, or by WPA3 or WPA2: somebody may dislike either."""
        if key:
            security = (wlan.SEC_WPA_WPA2, wlan.SEC_WPA2_WPA3)[way]
            wlan.connect(ssid, key, security=security)  # pyright: ignore[reportCallIssue]
        else:
            wlan.connect(ssid)

    def has_failed(self, wlan, _polls):
        """Whether a join that began `_polls` looks ago has failed for certain."""
        return wlan.status() < 0

    def name_servers(self):
        """The one that DHCP has named, and the gateway, which mostly is one too."""
        if self._wlan is None:
            return []
        _, _, gateway, server = self._wlan.ifconfig()
        both = [server] if server == gateway else [server, gateway]
        return [address for address in both if address != "0.0.0.0"]

    def report(self):
        """See `network` in hal/__init__.py."""
        wlan = self._wlan
        if wlan is None or not wlan.isconnected():
            return "wifi", "", None, self._reason
        return "wifi", wlan.ifconfig()[0], wlan.status("rssi"), ""
