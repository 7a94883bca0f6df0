"""The ends of tasks that hold a client of aiomqtt."""

import asyncio
import signal
from typing import Any

_AGAIN_S = 1.0


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel them until they are done: aiomqtt loses a cancellation that meets a message.

    Who is cancelled meanwhile is so afterwards: none of them is left behind.
    """
    left = {task for task in tasks if not task.done()}
    cancelled = False
    while left:
        for task in left:
            task.cancel()
        try:
            await asyncio.wait(left, timeout=_AGAIN_S)
        except asyncio.CancelledError:
            cancelled = True
        left = {task for task in left if not task.done()}
    if cancelled:
        raise asyncio.CancelledError


async def until_signal(*work: "asyncio.Task[Any]") -> bool:
    """Wait for SIGINT or SIGTERM, or until one of `work` is done; then end all of them.

    Whether a signal has come. The main thread's loop only.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    stop = asyncio.create_task(stopped.wait())
    await asyncio.wait({stop, *work}, return_when=asyncio.FIRST_COMPLETED)
    await end(stop, *work)
    return stopped.is_set()
