"""A fixed address as the configuration writes it: "192.168.1.20/24,192.168.1.1,192.168.1.1"."""


def parse(text):
    """(address, mask, gateway, name server) as network.WLAN.ifconfig takes them. ValueError."""
    try:
        own, gateway, server = text.split(",")
        own, bits = own.split("/")
        if not 1 <= int(bits) <= 30:
            raise ValueError
        for address in (own, gateway, server):
            parts = [int(part) for part in address.split(".")]
            if len(parts) != 4 or min(parts) < 0 or max(parts) > 255:
                raise ValueError
    except ValueError:
        raise ValueError("a.b.c.d/1..30,gateway,name server wanted: %.60s" % text)
    mask = 0xFFFFFFFF << 32 - int(bits)
    places = (24, 16, 8, 0)
    return own, ".".join([str(mask >> place & 255) for place in places]), gateway, server
