"""How a chip reaches the network: by wire where board and image have that, else by radio."""

from ..loading import unload


def choose(board, config, wire, radio):
    """(`wire(wires, fixed)`, `radio(config, fixed)` or None; why not by wire though the board has
    it, or "").
    """
    fixed = _fixed(config.get("wifi_ip"))
    trouble = ""
    wires = board.get("ethernet")
    if wires:
        wired = wire(wires, fixed)
        if not wired.trouble:
            return wired, ""
        trouble = "ethernet: " + wired.trouble
    if not config["wifi_ssid"]:
        return None, trouble
    return radio(config, fixed), trouble


def _fixed(text):
    """For ifconfig; None, DHCP, where the configuration names no address or a wrong one."""
    if not text:
        return None
    from ..address import parse

    try:
        return parse(text)
    except ValueError as error:
        print("wifi_ip:", error)
    finally:
        unload("address")
