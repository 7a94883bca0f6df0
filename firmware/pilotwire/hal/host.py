"""The unix port as a board: the plant over a local socket, the meter on a pseudo-terminal.

One exchange with the plant is one tick: the drive goes out, the sample that answers it comes
10 ms of the plant's time later, and only then the guard steps. Here the guard is a task of the
asyncio loop; only a chip's timer interrupts a blocked loop.
"""

import asyncio
import json
import os
import time
from array import array
from random import getrandbits, seed

from micropython import const

from ..pilot import signals
from ..tcp import open_connection
from ..udp import Datagrams

_TICK_MS = const(10)
_LATE_MS = const(500)  # ticks that are later than this are not made up for
_FRAM_BYTES = const(8_192)
_FRAM = const(0x50)
_ENODEV = const(19)
_DAY_S = const(86_400)
_FRAME = 4 + 4 * signals.N_INPUTS  # elapsed ms and the samples, 32-bit little-endian


class FramFile:
    """An FRAM of 8 KB as machine.I2C shows it, kept in a file: it survives the process."""

    def __init__(self, path):
        self._path = path
        try:
            open(path, "rb").close()
        except OSError:
            with open(path, "wb") as file:
                file.write(bytes(_FRAM_BYTES))

    def readfrom_mem(self, address, place, n, addrsize=8):
        _select(address)
        with open(self._path, "rb") as file:
            file.seek(place)
            return file.read(n)

    def writeto_mem(self, address, place, data, addrsize=8):
        _select(address)
        with open(self._path, "r+b") as file:
            file.seek(place)
            file.write(data)


def _select(address):
    if address != _FRAM:
        raise OSError(_ENODEV)


class _Front:
    """Lamp and button as files: `path` gets a line "red green blue" for each change of the lamp,
    `path`.button says 1 while it is pressed."""

    def __init__(self, path):
        self._path = path
        open(path, "w").close()

    def show(self, red, green, blue):
        with open(self._path, "a") as file:
            file.write("%d %d %d\n" % (red, green, blue))

    def pressed(self):
        return read_bit(self._path + ".button")

    def beep(self, on):
        """No sound."""


def read_bit(path):
    """Whether a file begins with 1."""
    try:
        with open(path) as file:
            return file.read(1) == "1"
    except OSError:
        return False


class Host:
    """The HAL of hal/__init__.py for one process; `environment(name)`: see boards/host."""

    handshake_blocks_guard = False
    thermometer = None

    def __init__(self, environment=os.getenv):
        with open(environment("PILOTWIRE_BOARD") or "board.json") as file:
            self.board = json.load(file)
        self.started = environment("PILOTWIRE_STARTED") or "power-on"
        self.firmware = (environment("PILOTWIRE_FIRMWARE") or "")[:8]
        self.root = environment("PILOTWIRE_ROOT") or "."
        self._plant = environment("PILOTWIRE_PLANT") or ""
        self._fram = environment("PILOTWIRE_FRAM") or ""
        self._dim = environment("PILOTWIRE_DIM") or ""
        self._buses = [environment("PILOTWIRE_" + name) or "" for name in ("METER", "GRID")]
        self._dns = environment("PILOTWIRE_DNS") or ""
        self._front = environment("PILOTWIRE_FRONT") or ""
        self._console = environment("PILOTWIRE_CONSOLE") or ""
        self._wifi = environment("PILOTWIRE_WIFI") or ""  # {network: [key, dBm]}
        self._network = (
            ("wifi", "", None, "off") if self._wifi else ("host", "127.0.0.1", None, "")
        )
        self._ahead_s = 0  # of the computer's clock
        self._quality = "set"
        self._synchronised_s = 0
        self._woken = asyncio.Event()
        self._sample = array("i", [0] * (1 + signals.N_INPUTS))
        self._fresh = False
        self._drive = array("i", [10_000, 0, 0])  # duty, closed, the outputs as bits
        self._ticker = None
        seed(time.time_ns() & 0x3FFFFFFF)

    # Ring 0's part.

    def sample(self, inputs):
        if not self._fresh:
            return -1
        self._fresh = False
        for i in range(signals.N_INPUTS):
            inputs[i] = self._sample[i + 1]
        return self._sample[0]

    def drive(self, duty, closed):
        self._drive[0] = duty
        self._drive[1] = closed

    def switch(self, output, on):
        bit = 1 << output
        self._drive[2] = self._drive[2] | bit if on else self._drive[2] & ~bit

    def feed(self):
        """The unix port has no watchdog."""

    def wake(self):
        self._woken.set()

    # The rest.

    def start(self, tick):
        self._ticker = asyncio.create_task(self._run(tick))

    def stop(self):
        self._ticker.cancel()
        self.drive(10_000, 0)

    async def woken(self, timeout_s):
        try:
            await asyncio.wait_for(self._woken.wait(), timeout_s)
        except asyncio.TimeoutError:
            return
        self._woken.clear()

    def ticks_ms(self):
        return time.ticks_ms()

    def clock(self):
        if self._quality == "none":
            return None, "none"
        now_s = int(time.time()) + self._ahead_s
        if self._quality == "synchronised" and now_s - self._synchronised_s > _DAY_S:
            self._quality = "set"
        return now_s, self._quality

    def set_clock(self, unix, quality):
        """For this process: the computer's clock, and what mbedtls sees, stay as they are."""
        self._ahead_s = unix - int(time.time())
        self._quality = quality
        if quality == "synchronised":
            self._synchronised_s = unix

    def serial(self, baud, _parity, _stop, bus):
        """The plant has set the pseudo-terminal up, but for its speed: raw, and reads that do not
        wait.
        """
        path = self._buses[bus - 1]
        if not path:
            return None
        os.system("stty %d < %s" % (baud, path))
        return open(path, "r+b")

    def open_connection(self, address, port, context=None, name=None):
        return open_connection(address, port, context, name)

    def datagrams(self, address, port):
        return Datagrams(address, port)

    def name_servers(self):
        if self._dns:
            return self._dns.split(",")
        try:
            with open("/etc/resolv.conf") as file:
                rows = [row.split() for row in file]
        except OSError:
            return []
        return [row[1] for row in rows if row and row[0] == "nameserver" and "." in row[1]][:2]

    async def join(self, config):
        """The computer is on its networks already; with PILOTWIRE_WIFI a radio has to join."""
        if not self._wifi:
            return
        with open(self._wifi) as file:
            there = json.load(file)
        key, dbm = there.get(config["wifi_ssid"], (None, None))
        reason = "not-found" if key is None else "wrong-key" if key != config["wifi_key"] else ""
        self._network = "wifi", "" if reason else "127.0.0.1", None if reason else dbm, reason

    def network(self):
        return self._network

    def random_bits(self, n):
        return getrandbits(n)

    def secret(self, n):
        return os.urandom(n)

    def i2c(self):
        return FramFile(self._fram) if self._fram else None

    def consoles(self):
        """Set up by who has started the process: no echo, and each key at once."""
        return [open(path, "r+b") for path in self._console.split(",") if path]

    def panel(self):
        return _Front(self._front) if self._front else None

    def contact(self, name):
        if name != "dim" or not self._dim:
            return None
        return read_bit(self._dim)

    def sync(self):
        """What a process has written survives it; only a computer's power cut would not."""

    async def _run(self, tick):
        """Exchange and tick, every 10 ms; without a plant, tick without a sample."""
        due_ms = time.ticks_ms()
        plant = await self._connect()
        while True:
            if plant:
                plant = await self._exchange(plant)
            tick()
            due_ms = time.ticks_add(due_ms, _TICK_MS)
            left_ms = time.ticks_diff(due_ms, time.ticks_ms())
            if left_ms < -_LATE_MS:
                due_ms = time.ticks_ms()
            await asyncio.sleep(max(left_ms, 0) / 1000)

    async def _connect(self):
        if not self._plant:
            return None
        host, _, port = self._plant.partition(":")
        return await asyncio.open_connection(host, int(port))

    async def _exchange(self, plant):
        reader, writer = plant
        try:
            writer.write(bytes(self._drive))
            await writer.drain()
            frame = await reader.readexactly(_FRAME)
        except (OSError, EOFError):  # the plant is gone: no sample from now on
            return None
        values = array("i", frame)
        for i in range(len(values)):
            self._sample[i] = values[i]
        self._fresh = True
        return plant
