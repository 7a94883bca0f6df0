"""Wi-Fi chip whose only neighbour is this computer's loopback.

rp2040py's CYW43439 joins `RP2040PY-GUEST` with any key and relays to the real network. A test
must reach nothing but its own servers: 10.0.0.1 (the gateway) is 127.0.0.1 here, TCP and UDP on
the same port, and every other address is refused.
"""

import asyncio

from rp2040py.external.cyw43 import Cyw43439
from rp2040py.external.cyw43.nat import TcpReflector, UdpRelay

GATEWAY = "10.0.0.1"
SSID = "RP2040PY-GUEST"
_LOOPBACK = "127.0.0.1"
_GATEWAY_BYTES = bytes((10, 0, 0, 1))


async def _connect(host, port):
    if host != GATEWAY:
        raise OSError(f"only {GATEWAY} is bridged, to {_LOOPBACK}; asked for {host}")
    return await asyncio.open_connection(_LOOPBACK, port)


class _LoopbackUdp(UdpRelay):
    async def _relay(self, mac, ip, port, query, _upstream, reply_ip, reply_port):
        if reply_ip == _GATEWAY_BYTES:
            upstream = (_LOOPBACK, reply_port)
            await super()._relay(mac, ip, port, query, upstream, reply_ip, reply_port)


class LoopbackWifi(Cyw43439):
    """The CYW43439 of a Pico W; attach one to every chip that runs a Pico W image."""

    def attach(self, chip):
        super().attach(chip)
        bridge = self.bus.nat_bridge
        queue = self.bus.queue_rx_ethernet_frame
        bridge._tcp = TcpReflector(chip, queue, connect_fn=_connect)
        bridge._udp = _LoopbackUdp(chip, queue)
