"""A box that dials a broker over TLS, and that broker, for the system tests."""

import asyncio
import json
import socket
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from certificates import Authority, write_server
from rig.broker import broker
from rig.firmware import BOARD
from rig.interpreter import HEAP, ROOT, environment, interpreter

BOX = Path(__file__).with_name("dial_box.py")
DEADLINE_S = 60

AUTHORITY = Authority()
GOOD = AUTHORITY.server("localhost", "127.0.0.1", "broker.test")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Box:
    """The process and the lines it has said."""

    def __init__(self, process):
        self._process = process

    async def says(self, start):
        """Wait for a line with this start; returns its words."""
        async with asyncio.timeout(DEADLINE_S):
            while line := (await self._process.stdout.readline()).decode():
                if line.startswith(start):
                    return line.split()
        raise AssertionError(f"the box ended before it said {start!r}")


@asynccontextmanager
async def running_box(root, port, clock="known", dns="", **config):
    """The box with its files in `root`."""
    config = {"mqtt_host": "127.0.0.1", "mqtt_tls": "on", "ntp_host": "", **config}
    process = await asyncio.create_subprocess_exec(
        *(str(interpreter()), "-X", HEAP, str(BOX)),
        *(json.dumps({**config, "mqtt_port": port}), clock),
        env={
            **environment(),
            "PILOTWIRE_BOARD": str(BOARD),
            "PILOTWIRE_ROOT": str(root),
            "PILOTWIRE_DNS": dns,
        },
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield Box(process)
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def secure(server=GOOD, options=""):
    """(mosquitto that shows `server`, its folder)."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        write_server(folder, server)
        (folder / "server.key").chmod(0o644)  # mosquitto reads it as a user of its own
        (folder / "ca.pem").write_bytes(AUTHORITY.identity.pem())
        port = free_port()
        lines = f"certfile {folder}/server.pem\nkeyfile {folder}/server.key\n"
        lines += options.format(folder=folder)
        running = await stack.enter_async_context(broker(port, "mosquitto", options=lines))
        yield running, folder


def in_time(coro):
    asyncio.run(asyncio.wait_for(coro, 2 * DEADLINE_S))
