"""The whole firmware on the emulated board: its start, its heap, its flash, its period on air.

One run of a charge with broker, meter and TLS server gives all the lines but the start's. TLS is
not Mqtt's yet: here it is a connection of its own, through asyncio.open_connection(ssl=...), as
the firmware's will be, beside the plain one to the broker.
"""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator import Pico, find_image
from emulator.flash import FlashOperations
from emulator.pins import Edges
from emulator.serial_slave import SerialSlave
from emulator.wifi import GATEWAY, SSID
from pilotwire.record.journal import Journal
from pilotwire.record.layout import DAY
from plant import Cable, Car
from plant.frames import MeterFrames
from rig.emulated import Box, tree
from rig.mpy import as_mpy
from rig.office import Office

from .board_outlet import Outlet
from .board_ticks import Ticks
from .figure import BoardFigure

NETWORK = (
    "tick_period_wifi_us",
    "tick_period_tls_us",
    "heap_free_mqtt_bytes",
    "heap_free_tls_bytes",
    "flash_while_closed",
)
_FULL = 18 * 228 - 2  # days: as many frames as there can be, and the newest segment full of them
_ID = "bench"
_PERIOD_US = "11000"
_LONG_MS = 60_000
_CLOSED_MS = 3_000

# The firmware as main.py starts it; what else runs is this.
_RUN = """
import gc
gc.threshold(16_384)  # as main.py does
import asyncio, ssl, sys
import machine
from pilotwire.pilot import handover
from pilotwire.update import start
machine.RTC().datetime(%r)
made = []
class App(start.App):
    def __init__(self, hal):
        super().__init__(hal)
        made.append(self)
start.App = App
def free():
    gc.collect()
    return gc.mem_free()
async def watch(_hal):
    try:
        await measured(made[0])
    except Exception as error:
        sys.print_exception(error)
async def measured(app):
    while not (app.link and app.link.connected and app.meter.reading.import_wh is not None):
        await asyncio.sleep(1)
    await asyncio.sleep(2)
    print('free', free())
    while not app.up[handover.UP_CLOSED]:
        await asyncio.sleep(1)
    await asyncio.sleep(3)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    with open('/ca.der', 'rb') as file:
        context.load_verify_locations(cadata=file.read())
    print('handshake begins')
    try:
        reader, writer = await asyncio.open_connection(%r, %d, ssl=context, server_hostname='box')
        writer.write(b'hello')
        await writer.drain()
        print('handshake over', await reader.read(5))
    except OSError as error:
        print('handshake over', error)
        reader = None
    print('free', free() if reader else 0)
start._settle = watch
start.run()
"""


def boot(_wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    """From power-on to a pilot at a steady +12 V, started by main.py, with a full journal."""
    pilot = Edges(15)
    files = _files(1, records=_FULL)
    with Pico(find_image(), tree=files, devices=[pilot, Outlet()]) as board:
        board.run_until(lambda: pilot.level, 5_000, "the pilot")
        at_ms = pilot.seen[-1][0] / 1e6
        board.run_ms(20)
        if not pilot.level or len(pilot.seen) > 1:
            raise RuntimeError("the pilot is not steady")
    yield "boot_to_pilot_ms", round(at_ms), "ms", "2000"


def network(wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    """Start, Wi-Fi, MQTT, a charge with an acknowledgement and a TLS handshake in it."""
    tls = {NETWORK[1], NETWORK[3]}
    with tempfile.TemporaryDirectory() as name, _tls_server(Path(name)) as (tls_port, der):
        port = _free_port()
        with Office(_ID, port, acknowledge=False) as office, _Run(port, tls_port, der) as run:
            start = run.board.ns
            free = run.number(b"free")
            yield NETWORK[0], round(run.ticks.worst_us(start), 1), "us", _PERIOD_US
            yield NETWORK[2], free, "bytes", ">=65536"
            if not set(wanted) - {NETWORK[0], NETWORK[2]}:
                return
            run.until(lambda: office.of("tx"), "the record from before")
            run.box.world.plug(Cable(), Car())
            run.until(lambda: run.box.closed, "the contactor")
            closed = run.box.wiring.coil_changes[-1][0]
            office.send("ack", upto=1)
            office.send("cmd", id="1", type="limit", args={"ma": 10_000})
            if tls & set(wanted) or len(wanted) > 1:
                run.line(b"handshake begins")
                start = run.board.ns
                answer = run.line(b"handshake over ").decode().strip()
                if answer != "b'hello'":
                    print(f"no TLS connection: {answer}", file=sys.stderr)
                yield NETWORK[1], round(run.ticks.worst_us(start), 1), "us", _PERIOD_US
                yield NETWORK[3], run.number(b"free"), "bytes", ">=40960"
            run.until(lambda: office.of("cmdres"), "the command's result")
            run.board.run_ms(_CLOSED_MS)
            if not run.box.closed:
                raise RuntimeError("the contactor opened by itself")
            run.box.world.car.stop()
            run.until(lambda: not run.box.closed, "the opening")
            opened = run.box.last_edge_ns
            run.box.world.unplug()
            run.until(lambda: run.flash.since(opened), "a write of what had to wait")
            yield NETWORK[4], run.flash.since(closed, opened), "operations", "0"


def _files(port: int, records: int = 0) -> dict[str, bytes]:
    """The board's flash, with so many old records and one that nobody has acknowledged."""
    config = {"id": _ID, "limit_ma": 16_000, "wifi_ssid": SSID, "mqtt_host": GATEWAY}
    # A broker's clock runs 20 times faster than the board's.
    config |= {"mqtt_port": port, "mqtt_keepalive_s": 600, "heartbeat_s": 600}
    files = tree(None, watchdog_ms=8_000)
    text = json.dumps(config).encode()
    files["config.json"] = files["config.good.json"] = text
    with tempfile.TemporaryDirectory() as name:
        journal = Journal(name, lambda: True, lambda: None, os.urandom, kept=False)
        for _ in range(records):
            journal.note({"unix": 1_800_000_000, "usable_min": 1_440}, DAY)
            journal.settle()
        journal.close({"charge": journal.open({"start_wh": 0}), "end_wh": 1, "wh": 1})
        for path in Path(name).rglob("*"):
            if path.is_file():
                files[path.relative_to(name).as_posix()] = path.read_bytes()

    return files


class _Run:
    """The firmware running, started at the prompt, in a box with a meter. Use with `with`."""

    def __init__(self, port: int, tls_port: int, der: bytes):
        self.ticks, self.flash = Ticks(), FlashOperations()
        self._at = 0  # read of the console
        meter = SerialSlave(1, MeterFrames(lambda: self.box.world.reading()).answer)
        now = time.gmtime()
        clock = (now.tm_year, now.tm_mon, now.tm_mday, 0, now.tm_hour, now.tm_min, now.tm_sec, 0)
        run = as_mpy(_RUN % (clock, GATEWAY, tls_port), "run.py")
        files = {**_files(port), "main.py": b"", "ca.der": der, "run.mpy": run}
        self.box = Box(self._boot, files, devices=[meter, self.ticks, self.flash])
        self.board.set_speed(1)
        self.board.console.start("import run")

    def _boot(self, **arguments: Any) -> Pico:
        self.board = Pico(find_image(), **arguments)
        return self.board.__enter__()

    def __enter__(self) -> "_Run":
        return self

    def __exit__(self, *error: object) -> None:
        if error[0]:
            print(bytes(self.board.console.received[-1_000:]).decode(errors="replace"))
        self.board.__exit__()

    def until(self, condition, what: str) -> None:
        self.board.run_until(condition, _LONG_MS, what, step_ms=5)

    def line(self, start: bytes) -> bytes:
        """What follows `start` in its line on the console. Raises RuntimeError if it failed."""
        received = self.board.console.received
        wanted = re.compile(start + rb"(.*)\n")

        def is_there() -> bool:
            return bool(wanted.search(received, self._at)) or b"Traceback" in received

        self.until(is_there, repr(start))
        found = wanted.search(received, self._at)
        if not found:
            self.board.run_ms(200)  # for the rest of the traceback
            raise RuntimeError(bytes(received[self._at :]).decode(errors="replace"))
        self._at = found.end()
        return found[1]

    def number(self, start: bytes) -> int:
        """The number that follows `start`."""
        return int(self.line(start))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _tls_server(folder: Path) -> Iterator[tuple[int, bytes]]:
    """(port, certificate in DER) of an echo server with a P-256 certificate, made here."""
    if not shutil.which("openssl"):
        raise SystemExit("openssl is not installed: it makes the TLS server's certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    options = ["-subj", "/CN=box", "-addext", "subjectAltName=DNS:box"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *options, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_echo, args=(server, context), daemon=True).start()
        yield server.getsockname()[1], ssl.PEM_cert_to_DER_cert(certificate.read_text())


def _echo(server: socket.socket, context: ssl.SSLContext) -> None:
    peer, _ = server.accept()
    with context.wrap_socket(peer, server_side=True) as tls:
        while data := tls.recv(1_024):
            tls.sendall(data)
