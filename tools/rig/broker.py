"""A real MQTT broker as a child process that tests may kill and start again.

mosquitto where it is installed, else amqtt (in this interpreter's environment). Both listen on
127.0.0.1 only, take anonymous clients and keep nothing over a restart.
"""

import asyncio
import shutil
import signal
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

_START_S = 30  # amqtt takes seconds on a busy machine
_AMQTT = """
listeners:
  default:
    type: tcp
    bind: 127.0.0.1:{port}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin:
    allow_anonymous: true
"""
_MOSQUITTO = """
listener {port} 127.0.0.1
allow_anonymous true
persistence false
"""


def mosquitto():
    """The path of an installed mosquitto, or None. Debian keeps it out of a user's PATH."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class Broker:
    """`name` says which broker it is, `port` where it listens.

    `config` is mosquitto's whole configuration, in place of one that lets everybody in; `options`
    are more lines of that.
    """

    def __init__(self, name, port, folder, config=None, options=""):
        self.name = name
        self.port = port
        self._log = Path(folder) / "log"
        file = Path(folder) / "config"
        if name == "mosquitto":
            file.write_text(config or _MOSQUITTO.format(port=port) + options)
            self._command = (mosquitto() or "mosquitto", "-c", str(file))
        else:
            file.write_text(_AMQTT.format(port=port))
            self._command = (
                sys.executable,
                "-m",
                "amqtt.scripts.broker_script",
                "-c",
                str(file),
            )
        self._process = None

    async def start(self):
        """Start it and wait until it takes connections. Raises RuntimeError with its log."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            async with asyncio.timeout(_START_S):
                while not await self._listens():
                    if self._process.returncode is not None:
                        raise RuntimeError(f"{self.name} ended at once: {self._log.read_text()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            await self.kill()
            raise RuntimeError(
                f"{self.name} takes no connection: {self._log.read_text()}"
            ) from None

    @property
    def pid(self):
        """Its process'."""
        return self._process.pid

    async def kill(self):
        """End it as a power cut would: no goodbye to any client."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def freeze(self, frozen=True):
        """Let it do nothing, not even end its connections; or go on."""
        self._process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    async def _listens(self):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


@asynccontextmanager
async def broker(port, name=None, config=None, options=""):
    """A running `Broker`, killed at the end. `name` ('mosquitto' or 'amqtt') forces the choice."""
    name = name or ("mosquitto" if mosquitto() else "amqtt")
    with tempfile.TemporaryDirectory() as folder:
        running = Broker(name, port, folder, config, options)
        try:
            await running.start()
            yield running
        finally:
            await running.kill()
