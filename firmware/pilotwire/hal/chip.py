"""What every chip does alike, by MicroPython's `machine`, asyncio and files: hal/__init__.py."""

import asyncio
import json
import os
import sys
import time
from random import getrandbits

import machine
from machine import Pin
from micropython import const

from ..loading import unload
from ..tcp import open_connection

_SET_S = const(1_704_067_200)  # 2024: the clock of a chip that nobody has set is before that
_UNSET_S = const(1_609_459_200)  # 2021, where an RP2040 begins
_DAY_S = const(86_400)

# In board.json, in the order of signals.py.
INPUTS = ("feedback", "rcd", "pe", "lock", "stop", "tamper")
_OUTPUTS = ("rcd_test", "lock", "three_phases")
PULLS = {"up": Pin.PULL_UP, "down": Pin.PULL_DOWN, "": None}


class Chip:
    """All of a HAL but pilot, contactor, tick and network. `restart` is the chip's own module.

    Raises OSError, ValueError, KeyError for a board whose data are missing or wrong.
    """

    root = ""
    epoch_s = 0  # unix time where the chip begins to count
    i2c_us = 50_000  # for a whole transfer
    thermometer = None

    def __init__(self, restart):
        with open(sys.path[0] + "/board.json") as file:
            self.board = board = json.load(file)
        self._restart = restart
        self.started = restart.last()
        self.firmware = _firmware()
        for wire in board.get("hold", ()):
            Pin(wire["pin"], Pin.OUT, value=wire["level"])
        self.motor = None  # of the lock
        self._outputs = _switches(self, board["outputs"])
        self._dog = None
        self._woken = asyncio.ThreadSafeFlag()
        self._quality = "set" if time.time() + self.epoch_s > _SET_S else "none"
        self._synchronised_s = 0
        self._net = None
        self._net_trouble = ""

    # Ring 0's part.

    def switch(self, output, on):
        switch = self._outputs[output]
        if switch:
            pin, active = switch
            pin(active if on else 1 - active)

    def feed(self):
        if self._dog:
            self._dog.feed()

    def wake(self):
        self._woken.set()

    # The rest.

    def rest(self):
        """What `stop` does on each chip, once the contactor is open."""
        if self.motor:
            self.motor.rest()
        if self._quality == "none":  # after a soft reset the clock must not look like a set one
            self.set_clock(_UNSET_S, "none")

    async def woken(self, timeout_s):
        try:
            await asyncio.wait_for(self._woken.wait(), timeout_s)
        except asyncio.TimeoutError:
            pass

    def ticks_ms(self):
        return time.ticks_ms()

    def clock(self):
        if self._quality == "none":
            return None, "none"
        now_s = time.time() + self.epoch_s
        if self._quality == "synchronised" and now_s - self._synchronised_s > _DAY_S:
            self._quality = "set"
        return now_s, self._quality

    def set_clock(self, unix, quality):
        """Also what mbedtls sees."""
        at = time.gmtime(unix - self.epoch_s)
        machine.RTC().datetime(at[:3] + at[6:7] + at[3:6] + (0,))
        self._quality = quality
        if quality == "synchronised":
            self._synchronised_s = unix

    def serial(self, baud, parity, stop, bus):
        from .buses import serial

        try:
            return serial(self.board.get("meter" if bus == 1 else "grid"), baud, parity, stop)
        finally:
            unload("hal.buses")

    def open_connection(self, address, port, context=None, name=None):
        return open_connection(address, port, context, name)

    def datagrams(self, address, port):
        from ..udp import Datagrams

        try:
            return Datagrams(address, port)
        finally:
            unload("udp")

    def name_servers(self):
        return self._net.name_servers() if self._net else []

    def random_bits(self, n):
        return getrandbits(n)

    def secret(self, n):
        return os.urandom(n)

    def i2c(self):
        from .buses import i2c

        try:
            return i2c(self.board.get("i2c"), self.i2c_us)
        finally:
            unload("hal.buses")

    def consoles(self):
        """USB or the UART of the image's prompt, whose stdin writes, too; and one of its own."""
        wires = self.board.get("console")
        if not wires:
            return (sys.stdin.buffer,)
        from .buses import terminal

        try:
            return sys.stdin.buffer, terminal(wires)
        finally:
            unload("hal.buses")

    def contact(self, name):
        wire = self.board["inputs"].get(name)
        if not wire:
            return None
        return Pin(wire["pin"], Pin.IN, PULLS[wire["pull"]])() == wire["active"]

    def panel(self):
        board = self.board
        if not (board.get("leds") or board.get("button") or board.get("buzzer")):
            return None
        from .panel import Panel

        return Panel(board, PULLS)

    def sync(self):
        os.sync()

    # Only chips restart.

    def ended(self, reason):
        """Note why the firmware ends: "crash", "console" or "command"."""
        self._restart.ended(reason)

    def settled(self):
        """This start has lasted: it is no crash."""
        self._restart.settled()

    async def stay(self, net, trouble):
        """Stay on the network that networks.choose has found."""
        self._net, self._net_trouble = net, trouble
        if net:
            await net.stay()

    def network(self):
        if not self._net:
            return "", "", None, self._net_trouble
        which, address, dbm, reason = self._net.report()
        return which, address, dbm, reason or self._net_trouble


def _firmware():
    """What packing.mpy has noted of the slot that runs."""
    try:
        with open(sys.path[0] + "/firmware.sha256") as file:
            return file.read(8).decode()
    except OSError:
        return ""


def _switches(hal, wires):
    """(Pin, active level) of each of "outputs", None where it is not fitted."""
    found = []
    for name in _OUTPUTS:
        wire = wires[name]
        if not wire:
            found.append(None)
        elif "pin" in wire:
            active = wire["active"]
            found.append((Pin(wire["pin"], Pin.OUT, value=1 - active), active))
        else:
            from .lock_motor import LockMotor

            hal.motor = LockMotor(wire)
            found.append((hal.motor, 1))
    return found
