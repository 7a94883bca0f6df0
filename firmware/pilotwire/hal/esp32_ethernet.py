"""A PHY at the ESP32's own Ethernet: network.LAN of MicroPython 1.28. Never run on hardware."""

import network
from machine import Pin

from .ethernet import Wired


class Ethernet(Wired):
    """`wires` is "ethernet" of board.json: a LAN8720's mdc, mdio and address, power (GPIO or None)
    and clock: 0, where 50 MHz come in, or 16 or 17, where they go out.

    `trouble`: "no-driver", as in an image without it, or "no-chip".
    """

    def __init__(self, wires, fixed):
        nic, trouble = _find(wires)
        Wired.__init__(self, nic, trouble, fixed)


def _find(wires):
    """(interface or None, "" or why there is none)."""
    driver = getattr(network, "LAN", None)
    if driver is None:
        return None, "no-driver"
    power = wires["power"]
    try:
        nic = driver(
            mdc=Pin(wires["mdc"]),
            mdio=Pin(wires["mdio"]),
            power=None if power is None else Pin(power),
            phy_type=network.PHY_LAN8720,
            phy_addr=wires["address"],
            ref_clk=Pin(wires["clock"]),
            ref_clk_mode=Pin.OUT if wires["clock"] else Pin.IN,
        )
        return nic, ""
    except OSError:
        return None, "no-chip"
