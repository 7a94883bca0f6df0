"""A wired network, once the chip's own file has found what makes it."""

import asyncio

from micropython import const

_WATCH_S = const(2)


class Wired:
    """`nic` is the interface of network, None where there is `trouble`. `fixed`: for ifconfig;
    None: DHCP.
    """

    def __init__(self, nic, trouble, fixed):
        self.nic = nic
        self.trouble = trouble
        self._fixed = fixed

    async def stay(self):
        """Task that never ends."""
        nic = self.nic
        nic.active(True)
        if self._fixed:
            nic.ifconfig(self._fixed)
        else:
            nic.ipconfig(dhcp4=True)  # lwIP renews it by itself when the cable comes back
        while True:
            await asyncio.sleep(_WATCH_S)

    def name_servers(self):
        _, _, gateway, server = self.nic.ifconfig()
        both = [server] if server == gateway else [server, gateway]
        return [address for address in both if address != "0.0.0.0"]

    def report(self):
        """See `network` in hal/__init__.py."""
        nic = self.nic
        if not nic.isconnected():
            return "ethernet", "", None, "no-cable"
        return "ethernet", nic.ifconfig()[0], None, ""
