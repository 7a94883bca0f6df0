"""Opens the link's connection: the broker's address, the time to judge certificates by, TLS.

What is needed for this alone is loaded for it and forgotten: names, ntp, tls.
"""

import asyncio
from errno import ENOMEM

from micropython import const

from ..loading import unload
from ..ticks import since
from .retry import DialError

_TTL_MIN_S = const(60)  # whatever the DNS says of how long an address holds:
_TTL_MAX_S = const(600)  # only those who have lost their broker ask again
_SOON_S = 0.1


def is_address(text):
    """Whether `text` is an IPv4 address, which nobody need look up."""
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)


class Dial:
    """Opens connections for Mqtt, as its `open_connection`, `ready` and `refused`.

    `config`: mqtt_tls ("off", "on"), ntp_host ("": none; with ":port" if not 123).
    `last_known()`: a unix time that has certainly passed, or None; while the clock is unknown and
    no NTP server tells it, certificates are judged by that. `assumed` is it then, else None.
    `patience`: a patience.Patience where `hal.handshake_blocks_guard`, else None.
    """

    def __init__(self, hal, config, last_known, patience=None):
        self._hal = hal
        self._tls = config["mqtt_tls"] == "on"
        self._ntp_host = config["ntp_host"]
        self._last_known = last_known
        self._patience = patience
        self._address = None  # the broker's, found last
        self._found_ms = self._holds_ms = 0
        self._busy = False  # with names or ntp
        self.assumed = None

    async def open(self, host, port):
        """asyncio's (reader, writer). DialError names what is in the way; OSError: unreachable."""
        hal = self._hal
        address = await self._broker(host)
        if not self._tls:
            return await hal.open_connection(address, port)
        if hal.clock()[0] is None:
            await self._find_time()
        from .tls import context

        try:
            made = context(hal.root)
        except (OSError, ValueError) as error:
            raise DialError("tls:memory" if error.args[0] == ENOMEM else "tls:files")
        finally:
            unload("link", "tls")
        try:
            return await hal.open_connection(address, port, made, host)
        except OSError as error:
            if error.args[0] == ENOMEM:
                raise DialError("tls:memory")
            raise

    async def ready(self):
        """Wait until a connection may be tried."""
        if self._tls and self._patience:
            await self._patience.ready()

    def refused(self, complaint):
        """The reason for a connection that took none of our bytes; see Mqtt."""
        if not self._tls:
            return "closed"
        from .tls import reason

        name = reason(complaint)
        unload("link", "tls")
        return name

    async def ask_time(self):
        """Set the clock by NTP; returns unix time. OSError: the text says why not."""
        host, _, port = self._ntp_host.partition(":")
        address, _ = await self._look_up(host)
        await self._alone()
        try:
            from .ntp import PORT, ask

            return await ask(self._hal, address, int(port) if port.isdigit() else PORT)
        finally:
            self._busy = False
            unload("link", "ntp")

    async def _find_time(self):
        self.assumed = None
        try:
            if self._ntp_host:
                await self.ask_time()
                return
        except OSError:
            pass  # then by what is certain
        self.assumed = self._last_known()
        if self.assumed is not None:
            self._hal.set_clock(self.assumed, "none")

    async def _broker(self, host):
        known, now_ms = self._address, self._hal.ticks_ms()
        if known:
            if since(now_ms, self._found_ms) < self._holds_ms:
                return known
            if self._patience and self._patience.closed():
                return known  # loading names takes longer than ring 0 can wait there
        try:
            self._address, ttl_s = await self._look_up(host)
        except OSError as error:
            if known:
                return known
            raise DialError("name:%s" % error.args[0])
        self._found_ms = now_ms
        self._holds_ms = max(_TTL_MIN_S, min(ttl_s, _TTL_MAX_S)) * 1000
        return self._address

    async def _look_up(self, host):
        """(address, seconds for which it holds). OSError."""
        if is_address(host):
            return host, _TTL_MAX_S
        await self._alone()
        try:
            from .names import look_up

            return await look_up(self._hal, host)
        finally:
            self._busy = False
            unload("link", "names")

    async def _alone(self):
        """Wait for whoever uses names or ntp: they must not be forgotten meanwhile."""
        while self._busy:
            await asyncio.sleep(_SOON_S)
        self._busy = True
