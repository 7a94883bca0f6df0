"""The app from its start to its end, on a chip; what follows the end is maintenance mode."""

import asyncio

from micropython import const

from ..app import App, RestartWanted
from . import maintenance

_LASTS_S = const(60)  # a start that lasts so long is no crash


def run(make_hal):
    """Run the app on the chip's HAL until a command wants a restart, or raise what ended it,
    contactor open.

    KeyboardInterrupt at Ctrl-C.
    """
    hal = make_hal()
    reason = "crash"
    try:
        app = App(hal)
        asyncio.run(_together(hal, app))
    except RestartWanted:
        reason = "command"
    except KeyboardInterrupt:
        reason = "console"
        raise
    finally:
        maintenance.enter(hal, reason)


async def _together(hal, app):
    tasks = [
        asyncio.create_task(hal.join(app.config)),
        asyncio.create_task(_settle(hal)),
    ]
    await app.run()
    return tasks


async def _settle(hal):
    await asyncio.sleep(_LASTS_S)
    hal.settled()
