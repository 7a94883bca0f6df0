"""A W5500 on the RP2040's SPI: network.WIZNET5K, where the image has it. Never run on hardware."""

import asyncio

import network
from machine import SPI, Pin
from micropython import const

_SPI_HZ = const(20_000_000)
_WATCH_S = const(2)


class Ethernet:
    """`wires` is "ethernet" of board.json: spi (0 or 1) and the pins sck, mosi, miso, cs, rst.
    `fixed`: for ifconfig; None: DHCP.

    `trouble`: "" or why it is of no use: "no-driver", as in a stock Pico W image, or "no-chip".
    """

    def __init__(self, wires, fixed):
        self._fixed = fixed
        self._nic = None
        self.trouble = ""
        driver = getattr(network, "WIZNET5K", None)
        if driver is None:
            self.trouble = "no-driver"
            return
        bus = SPI(
            wires["spi"],
            _SPI_HZ,
            sck=Pin(wires["sck"]),
            mosi=Pin(wires["mosi"]),
            miso=Pin(wires["miso"]),
        )
        try:
            self._nic = driver(bus, Pin(wires["cs"]), Pin(wires["rst"]))
        except OSError:
            self.trouble = "no-chip"

    async def stay(self):
        """Task that never ends."""
        nic = self._nic
        nic.active(True)
        if self._fixed:
            nic.ifconfig(self._fixed)
        else:
            nic.ipconfig(dhcp4=True)  # lwIP renews it by itself when the cable comes back
        while True:
            await asyncio.sleep(_WATCH_S)

    def name_servers(self):
        _, _, gateway, server = self._nic.ifconfig()
        both = [server] if server == gateway else [server, gateway]
        return [address for address in both if address != "0.0.0.0"]

    def report(self):
        """See `network` in hal/__init__.py."""
        nic = self._nic
        if not nic.isconnected():
            return "ethernet", "", None, "no-cable"
        return "ethernet", nic.ifconfig()[0], None, ""
