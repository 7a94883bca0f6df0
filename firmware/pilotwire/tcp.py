"""TCP and TLS connections that say by themselves when nobody has taken them. MicroPython's do not:
they open, and the first write fails."""

import asyncio
from errno import ENOMEM

_CLOSE_S = 1  # CPython flushes before it closes; MicroPython closes at once


async def open_connection(address, port, context=None, name=None):
    """asyncio's (reader, writer); with `context` (an ssl.SSLContext) of TLS to the server `name`.

    `address` is an address: a name would be looked up, which blocks. OSError: there is no such
    connection, or no memory for TLS. The handshake comes with the first bytes, and with it a
    ValueError from reading or writing where the peer's certificate is refused.
    """
    stream, _ = await asyncio.open_connection(address, port)
    line = stream.s  # pyright: ignore[reportAttributeAccessIssue]
    try:
        line.send(b"")  # raises what has become of the connection
        if context:
            line = context.wrap_socket(line, server_hostname=name, do_handshake_on_connect=False)
            stream = asyncio.StreamReader(line)
    except OSError:
        line.close()
        raise
    except MemoryError:
        line.close()
        raise OSError(ENOMEM)
    return stream, stream


async def close(writer):
    """Close a connection, whatever state it is in."""
    writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), _CLOSE_S)
    except (asyncio.TimeoutError, OSError):  # MicroPython has no TimeoutError but asyncio's
        return  # gone already, or a peer that never reads
