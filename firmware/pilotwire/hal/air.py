"""What a chip's radio hears. Loads on demand."""


def heard():
    """[(name as bytes, BSSID, channel, dBm, security, hidden)] of each network in the air, None
    where the image has no radio. Blocks for some seconds.
    """
    try:
        from network import STA_IF, WLAN
    except ImportError:
        return None
    radio = WLAN(STA_IF)
    radio.active(True)
    return radio.scan()
