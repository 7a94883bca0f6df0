"""The whole firmware on the emulated board: its start, its heap, its flash, its period on air.

Two runs of a charge with broker and meter: over plain MQTT, and over TLS to a broker that comes up
when the contactor has closed, so that the handshake falls into the charge.
"""

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from certificates import Authority
from emulator import Pico, find_image
from emulator.flash import FlashOperations
from emulator.pins import Edges
from emulator.serial_slave import SerialSlave
from emulator.wifi import GATEWAY, SSID
from office.threaded import Office
from on_chip.box import Box, tree
from on_chip.terminator import terminator
from packing.mpy import as_mpy
from pilotwire.record.journal import Journal
from pilotwire.record.kinds import DAY
from plant import Cable, Car, World
from plant.frames import MeterFrames
from rig.ports import free_port

from .board_outlet import Outlet
from .board_ticks import Ticks
from .figure import BoardFigure

PILOT = "boot_to_pilot_ms"
CHARGING = "boot_to_charging_ms"
BOOT = (PILOT, CHARGING)
WIFI_PERIOD = "tick_period_wifi_us"
MQTT_FREE = "heap_free_mqtt_bytes"
FLASH = "flash_while_closed"
TLS_PERIOD = "tick_period_tls_us"
TLS_BLOCK = "tls_handshake_block_ms"
TLS_FREE = "heap_free_tls_bytes"
ONCE = "heap_once_command_bytes"
TLS_LOST = "heap_lost_tls_bytes"
NETWORK = (WIFI_PERIOD, MQTT_FREE, FLASH, TLS_PERIOD, TLS_BLOCK, TLS_FREE, ONCE, TLS_LOST)
_FULL = 18 * 228 - 2  # days: as many frames as there can be, and the newest segment full of them
_ID = "bench"
_PERIOD_US = "11000"
_LONG_MS = 60_000
_CLOSED_MS = 3_000
_LOOKS = 5  # at the heap, a second between them
_CHARGING_MIN = max(1, int(os.environ.get("CHARGING_MIN", "1")))

# The firmware as main.py starts it; what else runs is this.
_RUN = """
import gc
gc.threshold(16_384)  # as main.py does
import asyncio, sys, time
import machine
from pilotwire.hal.rp2 import Rp2
from pilotwire.update import start
machine.RTC().datetime(%r)
made = []
class App(start.App):
    def __init__(self, hal):
        super().__init__(hal)
        made.append(self)
start.App = App
async def longest_turn():
    last = time.ticks_ms()
    while True:
        await asyncio.sleep_ms(10)
        now = time.ticks_ms()
        if time.ticks_diff(now, last) > 200:
            print('loop held up', time.ticks_diff(now, last) - 10)
        last = now
async def watch(_hal):
    asyncio.create_task(longest_turn())
    try:
        await measured(made[0])
    except Exception as error:
        sys.print_exception(error)
async def measured(app):
    while not (app.link and app.link.connected and app.meter.reading.import_wh is not None):
        await asyncio.sleep(1)
    print('free', await most())
%sasync def most():
    free = 0
    for _ in range(%d):  # what waits for an acknowledgement at one of them counts for nothing
        await asyncio.sleep(1)
        gc.collect()
        free = max(free, gc.mem_free())
    return free
start._settle = watch
start.run(Rp2)
"""


_STAYS = """    for _ in range(%d):
        await asyncio.sleep(60)
        print('left', await most())
"""


def boot(wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    """From power-on, started by main.py, with a full journal: to a pilot at a steady +12 V; and
    to the closed contactor, with a car that has waited for the power to come back."""
    files = _files(1, records=_FULL)
    if PILOT in wanted:
        pilot = Edges(15)
        with Pico(find_image(), tree=files, devices=[pilot, Outlet()]) as board:
            board.run_until(lambda: pilot.level, 5_000, "the pilot")
            at_ms = pilot.seen[-1][0] / 1e6
            board.run_ms(20)
            if not pilot.level or len(pilot.seen) > 1:
                raise RuntimeError("the pilot is not steady")
        yield PILOT, round(at_ms), "ms", "2000"
    if CHARGING in wanted:
        with ExitStack() as stack:
            world = World()
            world.plug(Cable(), Car())
            meter = SerialSlave(1, MeterFrames(world.reading).answer)
            power_on = lambda **its: stack.enter_context(Pico(find_image(), **its))  # noqa: E731
            box = Box(power_on, files, world=world, devices=[meter])
            box.board.run_until(lambda: box.closed, _LONG_MS, "the contactor")
            yield CHARGING, round(box.wiring.coil_changes[-1][0] / 1e6), "ms", "15000"


def network(wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    """Start, Wi-Fi, MQTT, a charge with an acknowledgement in it; and another with TLS."""
    if {WIFI_PERIOD, MQTT_FREE, FLASH} & set(wanted):
        yield from _plain(wanted)
    if {TLS_PERIOD, TLS_FREE, TLS_BLOCK, ONCE, TLS_LOST} & set(wanted):
        yield from _secure(bool({ONCE, TLS_LOST} & set(wanted)))


def _plain(wanted: tuple[str, ...]) -> Iterator[BoardFigure]:
    port = free_port()
    with Office(_ID, port, acknowledge=False) as office, _Run(_files(port)) as run:
        start = run.board.ns
        free = run.number(b"free")
        yield WIFI_PERIOD, round(run.ticks.worst_us(start), 1), "us", _PERIOD_US
        yield MQTT_FREE, free, "bytes", ">=65536"
        if FLASH not in wanted:
            return
        run.until(lambda: office.of("tx"), "the record from before")
        closed = run.charge()
        office.send("ack", upto=1)
        office.send("cmd", id="1", type="limit", args={"ma": 10_000})
        run.until(lambda: office.of("cmdres"), "the command's result")
        run.board.run_ms(_CLOSED_MS)
        if not run.box.closed:
            raise RuntimeError("the contactor opened by itself")
        run.box.world.car.stop()
        run.until(lambda: not run.box.closed, "the opening")
        opened = run.box.last_edge_ns
        run.box.world.unplug()
        run.until(lambda: run.flash.since(opened), "a write of what had to wait")
        yield FLASH, run.flash.since(closed, opened), "operations", "0"


def _secure(stays: bool) -> Iterator[BoardFigure]:
    port, tls_port = free_port(), free_port()
    authority = Authority()
    files = _files(tls_port, mqtt_tls="on", mqtt_spread_s=0)
    files["ca.der"] = authority.identity.der()
    with ExitStack() as stack:
        office = stack.enter_context(Office(_ID, port, acknowledge=False))
        run = stack.enter_context(_Run(files, _STAYS % (1 + _CHARGING_MIN) if stays else ""))
        run.charge()
        start = run.board.ns
        stack.enter_context(terminator(tls_port, port, authority.server(GATEWAY)))
        received = run.board.console.received
        at = len(received)
        free = run.number(b"free")
        held_up_ms = max(int(ms) for ms in re.findall(rb"loop held up (\d+)", received[at:]))
        yield TLS_PERIOD, round(run.ticks.worst_us(start), 1), "us", _PERIOD_US
        yield TLS_BLOCK, held_up_ms, "ms", "2000"
        yield TLS_FREE, free, "bytes", ">=40960"
        if stays:
            office.send("cmd", id="1", type="limit", args={"ma": 10_000})
            first = left = run.number(b"left", 2 * _LONG_MS)  # with the first command's names
            if not office.of("cmdres"):
                raise RuntimeError("the command has had no answer")
            yield ONCE, free - first, "bytes", "1024"
            for minute in range(_CHARGING_MIN):
                left = run.number(b"left", 2 * _LONG_MS)
                print(f"{minute + 1} min later {left} bytes of heap are free", file=sys.stderr)
            yield TLS_LOST, first - left, "bytes", "256"
            if len(office.of("online")) != 1:
                raise RuntimeError("the connection has gone meanwhile")
        if not run.box.closed:
            raise RuntimeError("the contactor opened by itself")


def _files(port: int, records: int = 0, **more: Any) -> dict[str, bytes]:
    """The board's flash, with so many old records and one that nobody has acknowledged; `more`
    goes into its configuration."""
    config = {"id": _ID, "limit_ma": 16_000, "wifi_ssid": SSID, "mqtt_host": GATEWAY}
    # A broker's clock runs 20 times faster than the board's.
    config |= {"mqtt_port": port, "mqtt_keepalive_s": 600, "heartbeat_s": 600, **more}
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

    def __init__(self, files: dict[str, bytes], then: str = ""):
        self.ticks, self.flash = Ticks(), FlashOperations()
        self._at = 0  # read of the console
        meter = SerialSlave(1, MeterFrames(lambda: self.box.world.reading()).answer)
        now = time.gmtime()
        clock = (now.tm_year, now.tm_mon, now.tm_mday, 0, now.tm_hour, now.tm_min, now.tm_sec, 0)
        script = as_mpy(_RUN % (clock, then, _LOOKS), "run.py")
        files = {**files, "main.py": b"", "run.mpy": script}
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

    def until(self, condition, what: str, limit_ms: int = _LONG_MS) -> None:
        self.board.run_until(condition, limit_ms, what, step_ms=5)

    def charge(self) -> int:
        """Plug a car in; returns when the contactor has closed, as the board counts ns."""
        self.box.world.plug(Cable(), Car())
        self.until(lambda: self.box.closed, "the contactor")
        return self.box.wiring.coil_changes[-1][0]

    def line(self, start: bytes, limit_ms: int) -> bytes:
        """What follows `start` in its line on the console. Raises RuntimeError if it failed."""
        received = self.board.console.received
        wanted = re.compile(start + rb"(.*)\n")

        def is_there() -> bool:
            return bool(wanted.search(received, self._at)) or b"Traceback" in received

        self.until(is_there, repr(start), limit_ms)
        found = wanted.search(received, self._at)
        if not found:
            self.board.run_ms(200)  # for the rest of the traceback
            raise RuntimeError(bytes(received[self._at :]).decode(errors="replace"))
        self._at = found.end()
        return found[1]

    def number(self, start: bytes, limit_ms: int = _LONG_MS) -> int:
        """The number that follows `start`."""
        return int(self.line(start, limit_ms))
