"""The networks of an RP2040: a W5500 by wire, the CYW43 by radio."""

from . import networks


def choose(board, config):
    """See networks.choose."""
    return networks.choose(board, config, _wire, _radio)


def _wire(wires, fixed):
    from .rp2_ethernet import Ethernet

    return Ethernet(wires, fixed)


def _radio(config, fixed):
    from .wifi import Wifi

    return Wifi(config, fixed)
