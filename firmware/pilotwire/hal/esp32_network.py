"""The networks of an ESP32: an Ethernet PHY by wire, its own radio."""

from . import networks


def choose(board, config):
    """See networks.choose."""
    return networks.choose(board, config, _wire, _radio)


def _wire(wires, fixed):
    from .esp32_ethernet import Ethernet

    return Ethernet(wires, fixed)


def _radio(config, fixed):
    from .esp32_wifi import Esp32Wifi

    return Esp32Wifi(config, fixed)
