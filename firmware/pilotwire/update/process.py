"""The app from its start to its end, on a computer."""

import asyncio

from ..app import App, RestartWanted
from ..hal.host import Host


def run():
    """Run the app until a command wants a restart: who has started the process starts it again."""
    try:
        asyncio.run(App(Host()).run())
    except RestartWanted:
        print("main: ends, to be started again")
