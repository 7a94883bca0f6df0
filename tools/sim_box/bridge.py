"""The box's console for others: a TCP port and a pseudo-terminal, in front of the firmware's own.

The console has one sitting, so what it says goes to whom it last heard: nobody who looks on later
finds another's lines. What nobody takes is dropped, as on a cable that ends in the air.
"""

import asyncio
import contextlib
import os
import termios
import tty

_CHUNK = 4_096


class Bridge:
    """Use as `async with`. `firmware` is the terminal that the firmware opens; `url` and `pty`
    are what a person opens. `port` 0: a free one.
    """

    def __init__(self, port: int = 0):
        self._port = port
        self._box, box_slave = _terminal()
        self._person, person_slave = _terminal()
        self._slaves = (box_slave, person_slave)
        self.firmware = os.ttyname(box_slave)
        self.pty = os.ttyname(person_slave)
        self._heard: asyncio.StreamWriter | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self._port}"

    async def __aenter__(self) -> "Bridge":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        loop.add_reader(self._box, self._from_box)
        loop.add_reader(self._person, self._from_terminal)
        return self

    async def __aexit__(self, *_error: object) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._box)
        loop.remove_reader(self._person)
        self._server.close()
        for writer in self._open:
            writer.close()
        for end in (self._box, self._person, *self._slaves):
            os.close(end)

    def forget(self) -> None:
        """The box has lost its power: it will not hear what was typed meanwhile."""
        termios.tcflush(self._slaves[0], termios.TCIOFLUSH)

    def _from_box(self) -> None:
        data = os.read(self._box, _CHUNK)
        if self._heard:
            self._heard.write(data)
        else:
            _put(self._person, data)

    def _from_terminal(self) -> None:
        data = os.read(self._person, _CHUNK)
        self._heard = None
        _put(self._box, data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while data := await reader.read(_CHUNK):
                self._heard = writer
                _put(self._box, data)
        except ConnectionError:
            pass
        finally:
            self._open.discard(writer)
            if self._heard is writer:
                self._heard = None
            writer.close()


def _terminal() -> tuple[int, int]:
    """A raw pseudo-terminal: our end, which never waits, and the other, held open."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    return master, slave


def _put(end: int, data: bytes) -> None:
    with contextlib.suppress(BlockingIOError):
        os.write(end, data)
