"""The ESP32 as the firmware sees it, under stock MicroPython. Never run on hardware.

Its tick is no interrupt: the interpreter calls it between two steps of a program, so that whatever
lasts in C delays it. docs/esp32.md says what that is, and what bounds it.
"""

import time
from array import array

import machine
from machine import PWM, WDT, Pin, Timer
from micropython import const

from ..loading import unload
from ..pilot import signals
from . import esp32_restart
from .chip import INPUTS, PULLS, Chip
from .esp32_contactor import DeadMan, PlainPin
from .esp32_sampler import Sampler

_TICK_MS = const(10)
_CPU_HZ = const(240_000_000)
_PWM_HZ = const(1_000)
_FULL_U16 = const(65_535)  # taken for 65,536
_STEADY = const(10_000)
_PROMPT_MS = const(1_000_000_000)  # 11 days: a watchdog that is once on cannot be stopped
_2000_S = const(946_684_800)


class Esp32(Chip):
    """The HAL of hal/__init__.py for one ESP32; the contactor is open until `start`.

    Raises OSError, ValueError, KeyError for a board whose data are missing or wrong.
    """

    handshake_blocks_guard = True  # mbedtls holds the interpreter all the while
    epoch_s = _2000_S if time.gmtime(0)[0] == 2000 else 0
    i2c_us = 10_000  # a bus that hangs holds up ring 0, too

    def __init__(self):
        machine.freq(_CPU_HZ)
        Chip.__init__(self, esp32_restart)
        board = self.board
        pilot = board["pilot"]
        coil = board["contactor"]
        if board["dead_man"]:
            self._contactor = DeadMan(coil["pin"])
        else:
            self._contactor = PlainPin(coil["pin"], coil["active"])
        # No duty_ns here: the port works it out by a frequency that it does not know yet.
        self._pwm = PWM(
            Pin(pilot["pwm"]), freq=_PWM_HZ, duty_u16=_FULL_U16, invert=pilot["inverted"]
        )
        self._duty = _STEADY
        self._sampler = Sampler(pilot, board["pp"], _contacts(board["inputs"]))
        if "temperature" in board:
            from .esp32_thermometer import Thermometer

            self.thermometer = Thermometer(board["temperature"])
        self._timer = Timer(0)  # 1.28 has those of the hardware only
        self._interrupted = False
        self.sample, self.drive, self.feed = self.sample, self.drive, self.feed
        if self.motor:
            self.drive = self.motor.before(self.drive)

    # Ring 0's part.

    def sample(self, inputs):
        return self._sampler.measure(inputs, self._duty)

    def drive(self, duty, closed):
        self._contactor.drive(closed)
        if duty != self._duty:  # takes effect with the next period, which is never cut short
            self._duty = duty
            self._pwm.duty_ns(duty * 100)

    def _run(self, timer):
        """A Ctrl-C that comes in a tick would be the tick's, and lost."""
        try:
            self._tick(timer)
        except KeyboardInterrupt:
            self._interrupted = True
            self.wake()

    # The rest.

    async def woken(self, timeout_s):
        await Chip.woken(self, timeout_s)
        if self._interrupted:
            self._interrupted = False
            raise KeyboardInterrupt

    def start(self, tick):
        self.sample(array("i", [0] * signals.N_INPUTS))  # from here the first tick counts its time
        esp32_restart.running()
        if self.board["watchdog_ms"]:
            self._dog = WDT(timeout=self.board["watchdog_ms"])
        self._tick = tick
        self._timer.init(mode=Timer.PERIODIC, period=_TICK_MS, callback=self._run)

    def stop(self):
        """Also the watchdog: who stands at the prompt has the time he needs."""
        self._timer.deinit()
        self.drive(_STEADY, 0)
        self.rest()
        if self._dog:
            WDT(timeout=_PROMPT_MS)
            self._dog = None

    async def join(self, config):
        """By wire where the board and its image have that, else by radio."""
        from .esp32_network import choose

        found = choose(self.board, config)
        unload("hal.esp32_network", "hal.networks")
        await self.stay(*found)


def _contacts(wires):
    """Sets the pins of "inputs" up; see Sampler."""
    found = []
    for name in INPUTS:
        wire = wires[name]
        if wire:
            found.append((Pin(wire["pin"], Pin.IN, PULLS[wire["pull"]]), wire["active"]))
        else:
            found.append(None)
    return found
