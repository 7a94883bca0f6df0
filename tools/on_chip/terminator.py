"""TLS in front of a broker that knows none, for an emulated board: its handshake takes minutes."""

import asyncio
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from certificates import Identity, write_server

_PATIENT_S = 3_600.0  # for a handshake


@contextmanager
def terminator(port: int, behind: int, server: Identity) -> Iterator[None]:
    """At 127.0.0.1:`port`, by the certificate of `server`, what listens at `behind`."""
    with tempfile.TemporaryDirectory() as name:
        write_server(Path(name), server)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{name}/server.pem", f"{name}/server.key")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", behind)
        with suppress(asyncio.CancelledError):  # at the end: asyncio would tell of it
            await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))

    loop = asyncio.new_event_loop()
    listening = asyncio.start_server(
        serve, "127.0.0.1", port, ssl=context, ssl_handshake_timeout=_PATIENT_S
    )
    server_socket = loop.run_until_complete(listening)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_end(server_socket))
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Until either end hangs up; then the other one is told."""
    try:
        while data := await source.read(4_096):
            sink.write(data)
            await sink.drain()
    except OSError:
        pass
    finally:
        sink.close()
