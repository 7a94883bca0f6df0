"""Opens the link's connections. How it does that is route.py's: loaded for it, and forgotten."""

import asyncio
import gc

from micropython import const

from ..loading import unload

_SOON_S = const(1)


class Dial:
    """Opens connections for Mqtt: its `open_connection`, `ready`, `refused` and `settled`.

    `config`: mqtt_tls ("off", "on"), ntp_host ("": none; with ":port" if not 123).
    `last_known()`: a unix time that has certainly passed, or None; while the clock is unknown and
    no NTP server tells it, certificates are judged by that. `assumed` is it then, else None.
    `patience`: a patience.Patience where `hal.handshake_blocks_guard`, else None.
    """

    def __init__(self, hal, config, last_known, patience=None):
        self.hal = hal
        self.tls = config["mqtt_tls"] == "on"
        self.ntp_host = config["ntp_host"]
        self.last_known = last_known
        self.patience = patience
        self.address = None  # the broker's, found last
        self.found_ms = self.holds_ms = 0
        self.assumed = None
        # Bytes between collections, as main.py has set them (CPython has no such thing).
        self.collects = gc.threshold() if hasattr(gc, "threshold") else None
        self._busy = False
        self._plugs = None  # see route.py

    async def open(self, host, port):
        """asyncio's (reader, writer). DialError names what is in the way; OSError: unreachable."""
        await self._alone()
        try:
            from .route import connect

            return await connect(self, host, port)
        finally:
            self._leave()

    async def ask_time(self):
        """Set the clock by NTP; returns unix time. OSError: the text says why not."""
        await self._alone()
        try:
            from .route import ask_time

            return await ask_time(self)
        finally:
            self._leave()

    async def ready(self):
        """Wait until a connection may be tried: without a network each try would count as a
        failure, and put off the first one that has a chance."""
        while not self.hal.network()[1]:
            await asyncio.sleep(_SOON_S)
        if self.tls and self.patience:
            await self.patience.ready()

    def handshake_begins(self, plugs):
        """Hold on to `plugs`, and collect nothing: what a handshake takes it gives back itself,
        and a collection after every 16 KB of that would make it last three times as long."""
        self._plugs = plugs
        gc.threshold(-1)

    def handshake_ended(self):
        """It is over, or has failed, or there was none."""
        self._plugs = None
        if self.collects:
            gc.threshold(self.collects)

    def refused(self, complaint):
        """The reason for a connection that took none of our bytes; see Mqtt."""
        if not self.tls:
            return "closed"
        from .tls import reason

        name = reason(complaint)
        unload("link.tls")
        return name

    async def _alone(self):
        """What one of two would use must not be forgotten by the other."""
        while self._busy:
            await asyncio.sleep(_SOON_S)
        self._busy = True

    def _leave(self):
        self._busy = False
        unload("link.route")
