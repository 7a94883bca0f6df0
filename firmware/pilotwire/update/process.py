"""The app from its start to its end, on a computer."""

import asyncio

from ..app import App, RestartWanted
from ..hal.host import Host


def run():
    """Run the app until a command wants a restart: who has started the process starts it again."""
    hal = Host()
    try:
        asyncio.run(_together(hal, App(hal)))
    except RestartWanted:
        print("main: ends, to be started again")


async def _together(hal, app):
    task = asyncio.create_task(hal.join(app.config))
    await app.run()
    return task
