"""A Pico W on the bench: boots an image, runs for a stretch of emulated time, shows its pins.

Emulated time stands still between calls, so a test decides what happens at which instant.
"""

import asyncio

from rp2040py.boards import BoardSpec
from rp2040py.device.base_device import BaseDevice, ResetCause
from rp2040py.execute_batch import execute_batch
from rp2040py.external import attach_external_devices
from rp2040py.memory_map import FLASH_START_ADDRESS

from emulator import filesystem
from emulator.chip import PicoChip
from emulator.console import CTRL_B, CTRL_C, CTRL_D, Console
from emulator.pacing import Pacer
from emulator.usb import NakingCdc
from emulator.wifi import LoopbackWifi

_NS_PER_MS = 1_000_000
_BOOT_LIMIT_MS = 5_000
_PROMPT = b">>> "


class EmulatedTimeout(TimeoutError):
    """What was waited for did not come within its emulated time."""


class Pico:
    """Use with `with`. `tree` fills the filesystem (see filesystem.put_tree); `devices` have
    `attach(chip)` and are wired before power-on; `speed` limits emulated to wall time (Pacer).
    """

    def __init__(self, image, tree=None, devices=(), speed=0):
        board = BoardSpec(mcu=PicoChip, extras=(LoopbackWifi,), image=image)
        self._device = BaseDevice(board=board)
        self.chip = self._device.mcu
        self._simulator = self._device.simulator
        self._cdc = NakingCdc(self.chip.usb_ctrl)
        self._device.cdc = self._cdc
        self._loop = asyncio.new_event_loop()
        self._simulator.bind_loop(self._loop)
        self._pacer = Pacer(self.chip.clock, self._simulator.stop, 0)
        self._alarm = self.chip.clock.create_alarm(self._time_is_up)
        self._due = False
        self._boots_on_usb = None  # chip.resets_seen when USB last came up
        self._cdc.on_device_connected = self._connected
        self.console = Console(self._cdc, self.run_until)
        if tree is not None:
            filesystem.put_tree(self.chip.flash, tree)
        attach_external_devices(self.chip, *devices)
        self._pacer.set_speed(speed)
        self.chip.core.pc = FLASH_START_ADDRESS

    def __enter__(self):
        self.wait_for_restart()
        return self

    def __exit__(self, *_exc):
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    @property
    def ns(self):
        """Emulated time since power-on in ns; resets do not set it back."""
        return self.chip.clock.nanos

    @property
    def flash(self):
        """The filesystem byte for byte, for the `tree` of the board after a power cut."""
        return filesystem.raw(self.chip.flash)

    @property
    def files(self):
        """What is on the board's filesystem now, {path: bytes}."""
        return filesystem.get_tree(self.chip.flash)

    # Time.

    def run_ms(self, ms):
        """Let the board run for `ms` (> 0, may be a fraction) of emulated time."""
        self._due = False
        self._alarm.schedule(ms * _NS_PER_MS)
        self._loop.run_until_complete(self._drive())

    def run_until(self, condition, limit_ms, what="the condition", step_ms=1):
        """Run in steps until `condition()`; EmulatedTimeout after `limit_ms`.

        Returns the emulated ms it took, to one step.
        """
        start = self.ns
        while not condition():
            if self.ns - start >= limit_ms * _NS_PER_MS:
                raise EmulatedTimeout(f"{what} did not come in {limit_ms} ms of emulated time")
            self.run_ms(step_ms)
        return (self.ns - start) / _NS_PER_MS

    def set_speed(self, speed):
        """Emulated seconds a wall second may take at most; 0 for as fast as it goes."""
        self._pacer.set_speed(speed)

    def _time_is_up(self):
        self._due = True
        self._simulator.stop()

    async def _drive(self):
        while not self._due:
            self._simulator.stopped = False
            execute_batch(self._simulator, 1)
            await asyncio.sleep(self._pacer.ahead_s())  # the network's tasks have their turn

    # The console's side of resets.

    def exec(self, code, limit_ms=60_000):
        """Run Python on the board and return its output; see Console.exec."""
        return self.console.exec(code, limit_ms)

    def soft_reset(self, limit_ms=60_000):
        """Ctrl-D at the prompt, as a person or mpremote does; returns at the next prompt."""
        self.console.read()
        self.console.write(CTRL_C + CTRL_B)
        self.console.expect(_PROMPT)
        self.console.write(CTRL_D)
        self.console.expect(b"soft reboot")
        self.console.expect(_PROMPT, limit_ms)

    def hard_reset(self, cause=ResetCause.RUN_PIN):
        """The RUN pin (or another `ResetCause`); returns when the board is back on USB."""
        self._device.hard_reset(cause=cause)
        self.wait_for_restart()

    def wait_for_restart(self, limit_ms=_BOOT_LIMIT_MS):
        """After a reset the board brought about itself: run until it is on USB again."""
        self.run_until(lambda: self.connected, limit_ms, "the board on USB")

    @property
    def connected(self):
        """Whether the board is on USB now; a reset of any kind takes it off."""
        return self._boots_on_usb == self.chip.resets_seen

    def _connected(self):
        self._boots_on_usb = self.chip.resets_seen
