"""A box that dials a broker over TLS, and that broker, for the system tests."""

import json
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from certificates import Authority, write_server
from rig.broker import broker
from rig.firmware import BOARD
from rig.ports import free_port
from saying import saying

BOX = Path(__file__).with_name("dial_box.py")

AUTHORITY = Authority()
GOOD = AUTHORITY.server("localhost", "127.0.0.1", "broker.test")


@asynccontextmanager
async def running_box(root, port, clock="known", dns="", **config):
    """The box with its files in `root`."""
    config = {"mqtt_host": "127.0.0.1", "mqtt_tls": "on", "ntp_host": "", **config}
    own = {
        "PILOTWIRE_BOARD": str(BOARD),
        "PILOTWIRE_ROOT": str(root),
        "PILOTWIRE_DNS": dns,
    }
    text = json.dumps({**config, "mqtt_port": port})
    async with saying(BOX, text, clock, **own) as box:
        yield box


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
