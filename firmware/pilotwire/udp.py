"""Datagrams to one address and from there, where `socket` is MicroPython's or CPython's."""

import asyncio
import socket

from micropython import const

_LOOK_MS = const(20)
_NOTHING_YET = (11, 35)  # EAGAIN of Linux and lwIP, of macOS
_MULTICAST = const(224)  # the first byte of an address, and above


class Datagrams:
    """See `datagrams` in hal/__init__.py. It looks every 20 ms: it is needed for seconds."""

    def __init__(self, address, port):
        self._single = int(address.partition(".")[0]) < _MULTICAST
        self._to = socket.getaddrinfo(address, port)[0][-1]  # an address: nothing is looked up
        self._socket = peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            peer.setblocking(False)
            if self._single:
                peer.connect(self._to)  # then nobody else's datagrams come in
        except OSError:
            peer.close()
            raise

    def send(self, data):
        if self._single:
            self._socket.send(data)
        else:
            self._socket.sendto(data, self._to)

    async def receive(self, size, timeout_ms):
        for _ in range(timeout_ms // _LOOK_MS + 1):
            try:
                return self._socket.recv(size)
            except OSError as error:
                if error.args[0] not in _NOTHING_YET:
                    raise
            await asyncio.sleep(_LOOK_MS / 1_000)
        return None

    def close(self):
        self._socket.close()
