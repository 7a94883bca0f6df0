"""Ring 0 on the ESP32's HAL, whose ADC reads the plant's pilot one value after the other."""

from array import array

import pytest
from esp32_box import BOARD, BOLT, COIL, PP, TEST, Box
from fake_esp32 import Machine
from pilotwire.pilot import handover, signals
from pilotwire.pilot.guard import Guard
from pilotwire.pilot.settings import Settings
from plant import Car, World
from ring0.guarded import Guarded

CONTACTS = {"feedback": 32, "rcd": 33, "pe": 13, "lock": 14, "stop": 4, "tamper": 5}
READS_US = (35, 60, 85)  # of the ADC, as others have measured it
INPUTS = {name: {"pin": pin, "active": 1, "pull": ""} for name, pin in CONTACTS.items()}
OUTPUTS = dict(BOARD["outputs"], lock={"pin": BOLT, "active": 1})


class OnEsp32:
    """A guard of rig/guards.py, on the HAL and so behind its ADC."""

    def __init__(self, read_us, dead_man=False):
        self.box = Box(read_us, inputs=INPUTS, outputs=OUTPUTS, dead_man=dead_man)
        self.guard = Guard(self.box.hal, Settings(lock=True, rcd_test=True))
        self.box.hal.start(self.guard.tick)
        self.box.chip.uv = self._uv
        self.up = self.guard.handover.up
        self._inputs = array("i", [0] * signals.N_INPUTS)
        self._dead_man = dead_man
        self._edge = self._fed_us = 0
        self.duty, self.closed, self.outputs = 10_000, 0, 0

    def _uv(self, gpio, us):
        if gpio == PP:
            ohm = self._inputs[signals.PP_OHM]
            return 3_300_000 * ohm // (1_000 + ohm)
        high = self.box.chip.pilot_is_high(us)
        return (self._inputs[signals.CP_HIGH_MV if high else signals.CP_LOW_MV] + 15_000) * 110

    def tick(self, dt_ms, inputs, down):
        chip = self.box.chip
        self._inputs[:] = array("i", inputs)
        for place, gpio in enumerate(CONTACTS.values()):
            chip.inputs[gpio] = inputs[signals.FEEDBACK + place]
        if down is not None:
            spare = self.guard.handover.spare()
            spare[1:] = array("i", down[1:])
            self.guard.handover.publish()
        self.box.clock.us = (self.box.clock.us // 10_000 + dt_ms // 10) * 10_000
        chip.timer[1](None)
        # As the world sees it: 10_000 parts of the period, and the coil behind its driver.
        self.duty = round(chip.pwm.duty * 10_000 / 65_536)
        self.closed = self._coil(chip.levels[COIL])
        self.outputs = chip.levels[TEST] << signals.OUT_RCD_TEST
        self.outputs |= chip.levels[BOLT] << signals.OUT_LOCK

    def _coil(self, level):
        if not self._dead_man:
            return level
        if level != self._edge:  # a monostable of 60 ms
            self._edge, self._fed_us = level, self.box.clock.us
        return int(self._fed_us > 0 and self.box.clock.us - self._fed_us < 60_000)

    def end(self):
        Machine.chip = None


def charging(**guard):
    outlet = Guarded(World(Car(wanted_wh=20_000)), guard=OnEsp32(**guard))
    outlet.charge()
    outlet.run(3_000)
    return outlet


@pytest.mark.parametrize("read_us", READS_US)
@pytest.mark.parametrize("dead_man", [False, True])
def test_a_car_is_charged_from_plug_to_plug(read_us, dead_man):
    world = World(Car(wanted_wh=20))
    outlet = Guarded(world, guard=OnEsp32(read_us, dead_man))
    outlet.charge()
    outlet.until(lambda: not outlet.closed, 60_000)
    world.unplug()
    outlet.run(2_000)
    up = outlet.guard.up
    assert outlet.fault_codes == []
    assert up[handover.UP_STATE] == 0
    assert up[handover.UP_CLOSINGS] == 1
    assert world.opened_under_load == 0


def _unplug(world):
    world.unplug()


def _trip(world):
    world.rcd_tripped = True


def _short(world):
    world.pilot.dead = True


LOSSES = {
    "the plug comes out": (_unplug, 3),
    "the pilot is dead": (_short, 3),
    "the RCD trips": (_trip, 2),
}


@pytest.mark.parametrize("read_us", READS_US)
@pytest.mark.parametrize("loss", LOSSES)
def test_opens_within_as_many_ticks_as_a_board_with_dma(loss, read_us):
    happens, ticks = LOSSES[loss]
    for phase_ms in range(3):
        outlet = charging(read_us=read_us)
        outlet.run(10 * phase_ms)
        happens(outlet.world)
        took = 0
        while outlet.closed:
            outlet.tick()
            took += 1
            assert took <= ticks, loss


@pytest.mark.parametrize("limit_ma", [6_000, 10_000, 16_000, 32_000])
def test_what_the_car_reads_is_what_was_offered(limit_ma):
    outlet = Guarded(World(Car(max_ma=32_000)), guard=OnEsp32(60), limit_ma=limit_ma)
    outlet.charge()
    outlet.run(1_000)
    ma = max(outlet.world.current_ma())
    assert limit_ma - 20 <= ma <= limit_ma
    assert outlet.fault_codes == []
