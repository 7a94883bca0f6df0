"""The RP2040 as the firmware sees it; boards/<board>/board.json says what hangs on which pin.

`machine.ADC.read_u16` must not be called by anyone: the ADC is the sampler's.
"""

import asyncio
import json
import os
import sys
import time
from array import array
from random import getrandbits

import machine
from machine import PWM, WDT, Pin, Timer, mem32
from micropython import const

from ..loading import unload
from ..pilot import signals
from ..tcp import open_connection
from . import rp2_restart
from .rp2_contactor import DeadMan, PlainPin
from .rp2_sampler import Sampler, measure

_TICK_MS = const(10)
_FILLED_MS = const(3)  # the sampler's ring
_PWM_HZ = const(1_000)
_STEADY = const(10_000)
_RX_BYTES = const(512)
_I2C_HZ = const(400_000)
_I2C_US = const(50_000)  # for a whole transfer
_SET_S = const(1_704_067_200)  # 2024: the clock of a chip that nobody has set is before that
_UNSET_S = const(1_609_459_200)  # 2021, where the chip begins
_DAY_S = const(86_400)

# In board.json, in the order of signals.py.
_INPUTS = ("feedback", "rcd", "pe", "lock", "stop", "tamper")
_OUTPUTS = ("rcd_test", "lock", "three_phases")
_PULLS = {"up": Pin.PULL_UP, "down": Pin.PULL_DOWN, "": None}
_PARITIES = {"N": None, "E": 0, "O": 1}


class Rp2:
    """The HAL of hal/__init__.py for one RP2040; the contactor is open until `start`.

    `started` says why the firmware has started: "power-on", "watchdog", "crash", "console" or
    "command". Raises OSError, ValueError, KeyError for a board whose data are missing or wrong.
    """

    root = ""
    handshake_blocks_guard = False  # ring 0 runs from an interrupt

    def __init__(self, path="/board.json"):
        with open(path) as file:
            self.board = board = json.load(file)
        self.started = rp2_restart.last()
        self.firmware = _firmware()
        pilot = board["pilot"]
        coil = board["contactor"]
        if board["dead_man"]:
            self._contactor = DeadMan(coil["pin"])
        else:
            self._contactor = PlainPin(coil["pin"], coil["active"])
        self._pwm = PWM(
            Pin(pilot["pwm"]), freq=_PWM_HZ, duty_ns=_STEADY * 100, invert=pilot["inverted"]
        )
        self._duty = _STEADY
        self._sampler = Sampler(
            pilot["zero_mv"],
            pilot["full_mv"],
            board["pp"]["pull_up_ohm"],
            _contacts(board["inputs"]),
        )
        self._outputs = _switches(board["outputs"])
        self._timer = Timer(-1)
        self._dog = None
        self._woken = asyncio.ThreadSafeFlag()
        self._quality = "set" if time.time() > _SET_S else "none"
        self._synchronised_s = 0
        self._net = None
        self._net_trouble = ""
        # A method that is found in the instance costs half of one found in its class.
        self.sample, self.drive, self.feed = self.sample, self.drive, self.feed

    # Ring 0's part.

    def sample(self, inputs):
        sampler = self._sampler
        dt_ms = measure(sampler.ring, 0, 0, sampler.plan, inputs)
        if dt_ms < 0:
            sampler.start()  # whatever stopped it: the next tick has a fresh ring, or none again
        return dt_ms

    def drive(self, duty, closed):
        contactor = self._contactor
        if closed:
            mem32[contactor.on_at] = contactor.on
        else:
            mem32[contactor.off_at] = contactor.off
        if duty != self._duty:  # takes effect with the next period, which is never cut short
            self._duty = duty
            self._pwm.duty_ns(duty * 100)

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

    def start(self, tick):
        self._sampler.start()
        time.sleep_ms(_FILLED_MS)
        self.sample(array("i", [0] * signals.N_INPUTS))  # from here the first tick counts its time
        rp2_restart.running()
        if self.board["watchdog_ms"]:
            self._dog = WDT(timeout=self.board["watchdog_ms"])
        self._timer.init(mode=Timer.PERIODIC, period=_TICK_MS, callback=tick, hard=True)

    def stop(self):
        """Also the watchdog: who stands at the prompt has the time he needs."""
        self._timer.deinit()
        self.drive(_STEADY, 0)
        rp2_restart.stop_watchdog()
        self._dog = None
        self._sampler.stop()
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
        now_s = time.time()
        if self._quality == "synchronised" and now_s - self._synchronised_s > _DAY_S:
            self._quality = "set"
        return now_s, self._quality

    def set_clock(self, unix, quality):
        """Also what mbedtls sees."""
        at = time.gmtime(unix)
        machine.RTC().datetime(at[:3] + at[6:7] + at[3:6] + (0,))
        self._quality = quality
        if quality == "synchronised":
            self._synchronised_s = unix

    def serial(self, baud, parity, stop, bus):
        port = self.board.get("meter" if bus == 1 else "grid")
        if not port:
            return None
        return machine.UART(
            port["uart"],
            baud,
            parity=_PARITIES[parity],
            stop=stop,
            tx=Pin(port["tx"]),
            rx=Pin(port["rx"]),
            rxbuf=_RX_BYTES,
            timeout=0,
        )

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
        port = self.board.get("i2c")
        if not port:
            return None
        return machine.I2C(
            port["id"], sda=Pin(port["sda"]), scl=Pin(port["scl"]), freq=_I2C_HZ, timeout=_I2C_US
        )

    def contact(self, name):
        wire = self.board["inputs"].get(name)
        if not wire:
            return None
        return Pin(wire["pin"], Pin.IN, _PULLS[wire["pull"]])() == wire["active"]

    def sync(self):
        os.sync()

    # Only chips restart.

    def ended(self, reason):
        """Note why the firmware ends: "crash", "console" or "command"."""
        rp2_restart.ended(reason)

    def settled(self):
        """This start has lasted: it is no crash."""
        rp2_restart.settled()

    async def join(self, config):
        """By wire where the board and its image have that, else by radio."""
        from .rp2_network import choose

        self._net, self._net_trouble = choose(self.board, config)
        unload("hal.rp2_network")
        if self._net:
            await self._net.stay()

    def network(self):
        if not self._net:
            return "", "", None, self._net_trouble
        which, address, dbm, reason = self._net.report()
        return which, address, dbm, reason or self._net_trouble


def _firmware():
    """What rig.mpy has noted of the slot that runs."""
    try:
        with open(sys.path[0] + "/firmware.sha256") as file:
            return file.read(8)
    except OSError:
        return ""


def _switches(wires):
    """(Pin, active level) of each of "outputs", None where it is not fitted."""
    found = []
    for name in _OUTPUTS:
        wire = wires[name]
        if wire:
            active = wire["active"]
            found.append((Pin(wire["pin"], Pin.OUT, value=1 - active), active))
        else:
            found.append(None)
    return found


def _contacts(wires):
    """Sets the pins of "inputs" up; see Sampler."""
    found = []
    for name in _INPUTS:
        wire = wires[name]
        if wire:
            Pin(wire["pin"], Pin.IN, _PULLS[wire["pull"]])
            found.append(wire["pin"] * 2 + (0 if wire["active"] else 1))
        else:
            found.append(signals.NOT_FITTED)
    return found
