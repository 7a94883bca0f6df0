"""Ring 2: the installer's console. What waits for a key is resident, the rest loads with it."""

import asyncio
import sys

from ..loading import unload


async def serve(app, port):
    """Task: `port` is one of the HAL's consoles. For ever."""
    stream = asyncio.StreamReader(port)
    while True:
        key = await stream.read(1)
        if not key:  # the other end has hung up
            await asyncio.sleep(1)
            continue
        sat = True
        try:
            from .shell import talk

            sat = await talk(app, stream, key)
        except (MemoryError, OSError) as error:
            print("console: %r" % error)
        talk = None
        for name in list(sys.modules) if sat else ():
            if name.startswith("pilotwire.console."):
                unload(name[10:])
