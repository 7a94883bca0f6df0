"""A W5500 on the RP2040's SPI: network.WIZNET5K, where the image has it. Never run on hardware."""

import network
from machine import SPI, Pin
from micropython import const

from .ethernet import Wired

_SPI_HZ = const(20_000_000)


class Ethernet(Wired):
    """`wires` is "ethernet" of board.json: spi (0 or 1) and the pins sck, mosi, miso, cs, rst.

    `trouble`: "no-driver", as in a stock Pico W image, or "no-chip".
    """

    def __init__(self, wires, fixed):
        nic, trouble = _find(wires)
        Wired.__init__(self, nic, trouble, fixed)


def _find(wires):
    """(interface or None, "" or why there is none)."""
    driver = getattr(network, "WIZNET5K", None)
    if driver is None:
        return None, "no-driver"
    bus = SPI(
        wires["spi"],
        _SPI_HZ,
        sck=Pin(wires["sck"]),
        mosi=Pin(wires["mosi"]),
        miso=Pin(wires["miso"]),
    )
    try:
        return driver(bus, Pin(wires["cs"]), Pin(wires["rst"])), ""
    except OSError:
        return None, "no-chip"
