"""A HAL for an ESP32 on a fake chip, amid a pilot and contacts that a test sets."""

import asyncio
import io
import json
import sys
from array import array

import fake_esp32
from fake_esp32 import Machine

fake_esp32.install()
from pilotwire.hal import (  # noqa: E402
    buses,
    chip,
    esp32,
    esp32_sampler,
    esp32_thermometer,
    lock_motor,
    panel,
    rs485,
)
from pilotwire.hal.esp32 import Esp32  # noqa: E402
from pilotwire.pilot import signals  # noqa: E402

# Loaded while the fake stands in for `machine`.
ON_DEMAND = buses, esp32_thermometer, lock_motor, panel, rs485
PWM, COIL, DE, BOLT, TEST = 19, 26, 22, 27, 23
CP, PP = 36, 39
BOARD = {
    "name": "bench",
    "chip": "esp32",
    "rated_ma": 32_000,
    "phases": 3,
    "feedback": True,
    "dead_man": False,
    "watchdog_ms": 8_000,
    "pilot": {"pwm": PWM, "adc": CP, "inverted": 0, "zero_mv": -15_000, "full_mv": 15_000},
    "pp": {"adc": PP, "pull_up_ohm": 1_000},
    "contactor": {"pin": COIL, "active": 1},
    "inputs": {
        "feedback": {"pin": 32, "active": 0, "pull": "up"},
        "rcd": {"pin": 33, "active": 1, "pull": "up"},
        "pe": None,
        "lock": None,
        "stop": None,
        "tamper": None,
        "dim": {"pin": 25, "active": 0, "pull": "up"},
    },
    "outputs": {"rcd_test": {"pin": TEST, "active": 1}, "lock": None, "three_phases": None},
    "meter": {"uart": 1, "tx": 17, "rx": 16, "de": DE},
    "grid": {"uart": 2, "tx": 4, "rx": 5},
    "i2c": {"id": 0, "sda": 21, "scl": 18},
}
HIGH_MV = {"A": 12_000, "B": 9_000, "C": 6_000, "E": 0}


class Box:
    """A HAL on a fresh chip, a vehicle of a few voltages, and a contactor that follows."""

    def __init__(self, read_us=60, **board):
        self.chip = Machine.chip = fake_esp32.Chip()
        self.clock = clock = self.chip.clock
        for module in (chip, esp32, esp32_sampler, lock_motor, rs485):
            module.time = clock
        self.chip.uv = self.uv
        self.chip.read_us = read_us
        self.chip.inputs[32] = 1
        self.vehicle = "A"
        self.low_mv = -12_000
        self.pp_ohm = 30_000
        self.edge_us = 0
        self.noise_mv = 0
        self.spikes = {}  # {number of a read: mV that it is off}
        self._noise = 1
        text = json.dumps(dict(BOARD, **board))
        files = {"board.json": text, "firmware.sha256": "0f1e2d3c4b5a"}
        slot = sys.path[0] + "/"
        chip.open = lambda path: io.BytesIO(files[path[len(slot) :]].encode())
        Esp32.epoch_s = 946_684_800
        self.hal = make(Esp32)
        self.inputs = array("i", [0] * signals.N_INPUTS)
        self.due_us = 0

    def uv(self, gpio, us):
        """At an ADC's pin, at that moment."""
        if gpio == PP:
            return 3_300 * self.pp_ohm // (1_000 + self.pp_ohm) * 1_000
        high = self.chip.pilot_is_high(us)
        mv = HIGH_MV[self.vehicle] if high else self.low_mv
        if self.edge_us and high != self.chip.pilot_is_high(us - self.edge_us):
            mv = (HIGH_MV[self.vehicle] + self.low_mv) // 2
        if self.noise_mv:
            self._noise = self._noise * 1_103_515_245 + 12_345 & 0x7FFFFFFF
            mv += (self._noise >> 16) % (2 * self.noise_mv) - self.noise_mv
        mv += self.spikes.get(self.chip.reads, 0)
        return (mv + 15_000) * 110

    def drive(self, duty):
        self.hal.drive(duty, 0)
        return self

    def sample(self, ms=10):
        """One sample, begun `ms` after the last one."""
        self.due_us += ms * 1_000
        self.clock.us = max(self.clock.us, self.due_us)
        return self.hal.sample(self.inputs)

    def pilot(self):
        return self.inputs[signals.CP_HIGH_MV], self.inputs[signals.CP_LOW_MV]


def make(kind):
    """ThreadSafeFlag wants a loop on CPython, which has none of its own."""
    if not hasattr(asyncio, "ThreadSafeFlag"):
        asyncio.ThreadSafeFlag = asyncio.Event
    return kind()
