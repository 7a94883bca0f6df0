"""Sensors on I2C: values of the datasheets, and what is believed of one that is ill."""

import unittest

from fake_i2c import SHT, FakeI2c, crc8
from pilotwire.pilot.handover import UNKNOWN
from pilotwire.power.derating import Sensors

CONTACTOR, SOCKET = 0x48, 0x49
MILD = 26_214  # 25.0 degree C
HALF = 32_768

# Of the SHT3x, by T = -45 + 175 * raw / 65535 and RH = 100 * raw / 65535.
HUMID = ((0, 0, -450, 0), (MILD, HALF, 250, 500), (65_535, 65_535, 1_300, 1_000))
# Of TMP102 (datasheet, table 8-2, shifted to the left) and LM75A (9 bits).
REGISTERS = (
    (0x7FF0, 1_279),
    (0x6400, 1_000),
    (0x5000, 800),
    (0x4B00, 750),
    (0x1900, 250),
    (0x0040, 2),
    (0x0000, 0),
    (0xFFC0, -3),
    (0xE700, -250),
    (0xC900, -550),
)


class SensorTest(unittest.TestCase):
    def make(self, raw=None, thermometers=None):
        self.now_ms = 0
        self.i2c = FakeI2c(raw, thermometers)
        self.sensors = Sensors(self.i2c, self.now_ms)

    def run_s(self, seconds):
        for _ in range(seconds):
            self.now_ms += 1_000
            self.sensors.look(self.now_ms)
        sensors = self.sensors
        return sensors.temperature_dc, sensors.humidity_pm, sensors.lost


class Reading(SensorTest):
    def test_the_fake_seals_as_the_datasheet_does(self):
        self.assertEqual(crc8(b"\xbe\xef"), 0x92)

    def test_of_an_sht3x_is_temperature_and_humidity(self):
        for dc_raw, pm_raw, dc, pm in HUMID:
            self.make((dc_raw, pm_raw))
            self.assertEqual(self.run_s(6), (dc, pm, False))

    def test_of_a_thermometer_is_a_256th_of_a_degree(self):
        for register, dc in REGISTERS:
            self.make(None, {SOCKET: register})
            self.assertEqual(self.run_s(3), (dc, UNKNOWN, False), hex(register))

    def test_is_that_of_the_hottest_place(self):
        for contactor, socket, dc in ((0x5000, 0x1900, 800), (0x1900, 0x4B00, 750), (0, 0, 250)):
            self.make((MILD, HALF), {CONTACTOR: contactor, SOCKET: socket})
            self.assertEqual(self.run_s(6), (dc, 500, False))

    def test_is_unknown_where_no_sensor_is(self):
        self.make()
        self.assertEqual(self.run_s(60), (UNKNOWN, UNKNOWN, False))
        self.sensors = Sensors(None, 0)
        self.assertEqual(self.run_s(60), (UNKNOWN, UNKNOWN, False))

    def test_asks_one_sensor_a_second_however_often_it_is_looked_at(self):
        self.make((MILD, HALF), {CONTACTOR: 0x1900, SOCKET: 0x1900})
        for _ in range(600):
            self.now_ms += 10
            self.sensors.look(self.now_ms)
        self.assertEqual(self.i2c.asked, [CONTACTOR, SOCKET, SHT] * 2)


class Own(SensorTest):
    """The board's thermometer, with other sensors and without."""

    def own(self):
        if self.dc is None:
            raise OSError
        return self.dc

    def test_is_a_place_like_any_other(self):
        for i2c in (None, FakeI2c((MILD, HALF))):
            for dc in (650, 100):
                self.now_ms = 0
                self.dc = dc
                self.sensors = Sensors(i2c, 0, self.own)
                known = self.run_s(8)
                self.assertEqual(known[0], max(dc, 250) if i2c else dc)
                self.assertFalse(known[2])

    def test_that_is_torn_off_is_lost(self):
        self.now_ms = 0
        self.dc = 300
        self.sensors = Sensors(None, 0, self.own)
        self.assertEqual(self.run_s(4), (300, UNKNOWN, False))
        self.dc = None
        self.assertEqual(self.run_s(17), (UNKNOWN, UNKNOWN, True))


class Trouble(SensorTest):
    def setUp(self):
        self.make((MILD, HALF), {CONTACTOR: 0x5000})
        self.assertEqual(self.run_s(6), (800, 500, False))

    def test_of_a_few_seconds_changes_nothing(self):
        self.i2c.broken = True
        self.assertEqual(self.run_s(7), (800, 500, False))
        self.i2c.broken = False
        self.assertEqual(self.run_s(3), (800, 500, False))

    def test_of_all_makes_them_unknown_and_lost(self):
        self.i2c.broken = True
        self.assertEqual(self.run_s(13), (UNKNOWN, UNKNOWN, True))

    def test_of_one_is_lost_while_another_speaks(self):
        for gone in ({}, {SOCKET: 0x1900}):
            self.setUp()
            self.i2c.thermometers = gone
            self.assertEqual(self.run_s(13), (250, 500, True))
        self.setUp()
        self.i2c.raw = None
        self.assertEqual(self.run_s(13), (800, UNKNOWN, True))

    def test_is_over_with_the_first_answer(self):
        self.i2c.broken = True
        self.run_s(1_000)
        self.i2c.broken = False
        self.assertEqual(self.run_s(6), (800, 500, False))

    def test_stays_lost_when_the_clock_goes_around(self):
        self.i2c.broken = True
        self.run_s(20)
        for jump_ms in (1 << 28, 1 << 29, 1 << 30):
            self.now_ms = jump_ms
            self.assertEqual(self.run_s(1), (UNKNOWN, UNKNOWN, True), jump_ms)

    def test_of_its_power_makes_an_sht3x_begin_anew(self):
        self.i2c.measures = False
        self.assertEqual(self.run_s(6), (800, 500, False))
        self.assertTrue(self.i2c.measures)

    def test_that_is_a_turned_bit_is_no_value(self):
        self.i2c.raw = 0, 0  # -45 degrees and dry: nothing of it may be believed
        self.i2c.thermometers = {}
        for bit in range(48):
            self.make((MILD, HALF))
            self.run_s(6)
            self.i2c.raw = 40_000, 10_000
            self.i2c.damage = bit
            self.assertEqual(self.run_s(3), (250, 500, False), bit)


if __name__ == "__main__":
    unittest.main()
