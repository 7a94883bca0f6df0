"""The RP2040 as the firmware sees it; boards/<board>/board.json says what hangs on which pin.

`machine.ADC.read_u16` must not be called by anyone: the ADC is the sampler's.
"""

import time
from array import array

from machine import PWM, WDT, Pin, Timer, mem32
from micropython import const

from ..loading import unload
from ..pilot import signals
from . import rp2_restart
from .chip import INPUTS, PULLS, Chip
from .rp2_sampler import Sampler, measure

_TICK_MS = const(10)
_FILLED_MS = const(3)  # the sampler's ring
_PWM_HZ = const(1_000)
_STEADY = const(10_000)


class Rp2(Chip):
    """The HAL of hal/__init__.py for one RP2040; the contactor is open until `start`.

    `started` says why the firmware has started: "power-on", "watchdog", "crash", "console" or
    "command". Raises OSError, ValueError, KeyError for a board whose data are missing or wrong.
    """

    handshake_blocks_guard = False  # ring 0 runs from an interrupt

    def __init__(self):
        Chip.__init__(self, rp2_restart)
        board = self.board
        pilot = board["pilot"]
        self._contactor = _contactor(board)
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
        self._timer = Timer(-1)
        # A method that is found in the instance costs half of one found in its class.
        self.sample, self.drive, self.feed = self.sample, self.drive, self.feed
        if self.motor:
            self.drive = self.motor.before(self.drive)

    # Ring 0's part.

    def sample(self, inputs):
        sampler = self._sampler
        dt_ms = measure(sampler.ring, 0, 0, sampler.plan, inputs)
        if dt_ms < 0:
            sampler.start()  # whatever stopped it: the next tick has a fresh ring, or none again
        return dt_ms

    def drive(self, duty, closed):
        on_at, on, off_at, off = self._contactor
        if closed:
            mem32[on_at] = on
        else:
            mem32[off_at] = off
        if duty != self._duty:  # takes effect with the next period, which is never cut short
            self._duty = duty
            self._pwm.duty_ns(duty * 100)

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
        self.rest()
        rp2_restart.stop_watchdog()
        self._dog = None
        self._sampler.stop()

    async def join(self, config):
        """By wire where the board and its image have that, else by radio."""
        from .rp2_network import choose

        found = choose(self.board, config)
        unload("hal.rp2_network", "hal.networks")
        await self.stay(*found)


def _contactor(board):
    from .rp2_contactor import dead_man, plain_pin

    coil = board["contactor"]
    unload("hal.rp2_contactor")
    return dead_man(coil["pin"]) if board["dead_man"] else plain_pin(coil["pin"], coil["active"])


def _contacts(wires):
    """Sets the pins of "inputs" up; see Sampler."""
    found = []
    for name in INPUTS:
        wire = wires[name]
        if wire:
            Pin(wire["pin"], Pin.IN, PULLS[wire["pull"]])
            found.append(wire["pin"] * 2 + (0 if wire["active"] else 1))
        else:
            found.append(signals.NOT_FITTED)
    return found
