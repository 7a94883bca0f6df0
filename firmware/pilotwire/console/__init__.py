"""Ring 2: the installer's console. What waits for a key is resident, the rest loads with it."""

import asyncio
import sys

from ..loading import unload

_sitting = []  # of one at a time: what it has loaded goes with it


async def serve(app, port):
    """Task: `port` is one of the HAL's consoles. For ever."""
    stream = asyncio.StreamReader(port)
    while True:
        key = await stream.read(1)
        if not key:  # the other end has hung up
            await asyncio.sleep(1)
            continue
        if _sitting:
            stream.write(b"console: in use\r\n")  # pyright: ignore[reportAttributeAccessIssue]
            await stream.drain()  # pyright: ignore[reportAttributeAccessIssue]
            continue
        _sitting.append(stream)
        try:
            from .shell import talk

            await talk(app, stream, key)
        except (MemoryError, OSError) as error:
            print("console: %r" % error)
        finally:
            talk = None
            _sitting.clear()
            for name in list(sys.modules):
                if name.startswith("pilotwire.console."):
                    unload(name[10:])
