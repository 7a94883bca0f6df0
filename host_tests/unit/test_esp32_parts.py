"""What hangs on an ESP32 beside pilot and contactor: outputs, lock motor, buses, front."""

import unittest

import micropython
from esp32_box import BOARD, BOLT, DE, TEST, Box, buses
from fake_esp32 import Machine, NeoPixel
from pilotwire.hal.chip import PULLS
from pilotwire.hal.panel import Panel
from pilotwire.pilot import signals


class Outputs(unittest.TestCase):
    def test_switch_by_active_level_and_nothing_where_not_fitted(self):
        box = Box(outputs=dict(BOARD["outputs"], lock={"pin": BOLT, "active": 0}))
        self.assertEqual((box.chip.levels[TEST], box.chip.levels[BOLT]), (0, 1))
        for output in range(signals.N_OUTPUTS):
            box.hal.switch(output, True)
        self.assertEqual((box.chip.levels[TEST], box.chip.levels[BOLT]), (1, 0))

    def test_what_else_hangs_on_the_board_is_held_from_the_start(self):
        box = Box(hold=[{"pin": 15, "level": 0}, {"pin": 2, "level": 1}])
        self.assertEqual((box.chip.levels[15], box.chip.levels[2]), (0, 1))


class Motor(unittest.TestCase):
    def make(self):
        wire = {"open": 12, "close": 13, "pulse_ms": 300, "active": 0}
        return Box(outputs=dict(BOARD["outputs"], lock=wire))

    def levels(self, box):
        return box.chip.levels[12], box.chip.levels[13]

    def pulse(self, box, on):
        """(levels, ms) of each stretch, from `switch` on; one tick every 10 ms."""
        box.hal.switch(signals.OUT_LOCK, on)
        stretches = []
        for _ in range(60):
            if not stretches or stretches[-1][0] != self.levels(box):
                stretches.append([self.levels(box), 0])
            box.clock.us += 10_000
            stretches[-1][1] += 10
            box.hal.drive(10_000, 0)
        return stretches

    def test_is_driven_in_and_out_by_a_pulse_that_a_later_tick_ends(self):
        box = self.make()
        self.assertEqual(self.levels(box), (1, 1))
        self.assertEqual(self.pulse(box, True), [[(1, 0), 300], [(1, 1), 300]])
        self.assertEqual(self.pulse(box, False), [[(0, 1), 300], [(1, 1), 300]])

    def test_turns_round_at_once_and_never_pulls_both_ways(self):
        box = self.make()
        box.hal.switch(signals.OUT_LOCK, True)
        self.assertEqual(self.pulse(box, False), [[(0, 1), 300], [(1, 1), 300]])

    def test_is_let_go_when_the_firmware_stops(self):
        box = self.make()
        box.hal.start(lambda timer: None)
        box.hal.switch(signals.OUT_LOCK, True)
        box.hal.stop()
        self.assertEqual(self.levels(box), (1, 1))

    def test_leaves_the_heap_alone(self):
        box = self.make()
        switch, drive = box.hal.switch, box.hal.drive
        micropython.heap_lock()
        try:
            switch(1, True)
            for _ in range(40):
                box.clock.us += 10_000
                drive(10_000, 0)
            switch(1, False)
        finally:
            micropython.heap_unlock()
        self.assertEqual(self.levels(box), (0, 1))


class Warmth(unittest.TestCase):
    def test_is_none_where_the_board_has_no_sensor(self):
        self.assertEqual(Box().hal.thermometer, None)

    def test_is_a_voltage_above_that_of_0_degrees(self):
        box = Box(temperature={"adc": 34, "zero_mv": 500, "uv_per_c": 10_000})
        for mv, dc in ((500, 0), (750, 250), (1_350, 850), (250, -250), (0, -500)):
            box.chip.uv = lambda gpio, us, mv=mv: mv * 1_000 if gpio == 34 else 0
            self.assertEqual(box.hal.thermometer(), dc)

    def test_is_no_value_where_the_wire_is_shorted_to_the_supply(self):
        box = Box(temperature={"adc": 34, "zero_mv": 500, "uv_per_c": 10_000})
        box.chip.uv = lambda gpio, us: 3_100_000
        with self.assertRaises(OSError):
            box.hal.thermometer()


class Buses(unittest.TestCase):
    def test_a_meter_behind_a_transceiver_that_is_told_who_speaks(self):
        for baud, parity, bits in ((9_600, "N", 10), (9_600, "E", 11), (115_200, "N", 10)):
            box = Box()
            port = box.hal.serial(baud, parity, 1, 1)
            (uart,) = box.chip.uarts
            uart.de = DE
            self.assertEqual((uart.id, uart.tx, uart.rx, uart.timeout), (1, 17, 16, 0))
            self.assertEqual(uart.parity, None if parity == "N" else 0)
            self.assertEqual(box.chip.levels[DE], 0)
            begun_us = box.clock.us
            self.assertEqual(port.write(b"12345678"), 8)
            took_us = box.clock.us - begun_us
            frame_us = 8 * (bits * 1_000_000 // baud)
            # No later than two of the 3.5 characters after which a meter may answer.
            self.assertTrue(frame_us <= took_us <= frame_us + 2 * frame_us // 8, took_us)
            self.assertTrue(all(level == 1 for _, level in uart.spoke))
            self.assertEqual(box.chip.levels[DE], 0)
            uart.came = b"reply"
            buffer = bytearray(8)
            self.assertEqual((port.any(), port.readinto(buffer)), (5, 5))

    def test_a_uart_that_hangs_does_not_hold_the_line_or_the_loop(self):
        box = Box()
        port = box.hal.serial(9_600, "N", 1, 1)
        box.chip.uarts[0].character_us = 10_000_000
        self.assertEqual(port.write(b"12345678"), 0)
        self.assertEqual(box.chip.levels[DE], 0)
        self.assertTrue(box.clock.us <= 50_000, box.clock.us)

    def test_one_that_turns_round_by_itself_is_the_uart_alone(self):
        box = Box()
        self.assertTrue(box.hal.serial(9_600, "N", 1, 2) is box.chip.uarts[0])
        self.assertTrue(Box(grid=None).hal.serial(9_600, "N", 1, 2) is None)

    def test_a_console_of_its_own_stands_beside_the_prompt(self):
        self.assertEqual(len(Box().hal.consoles()), 1)
        box = Box(grid=None, console={"uart": 2, "tx": 4, "rx": 5})
        _, uart = box.hal.consoles()
        self.assertTrue(uart is box.chip.uarts[0])
        self.assertEqual((uart.id, uart.baudrate, uart.tx, uart.rx), (2, 115_200, 4, 5))
        self.assertEqual((uart.parity, uart.timeout), (None, 0))

    def test_i2c_gives_up_before_ring_0_is_late(self):
        self.assertEqual(Box().hal.i2c().made, (0, 18, 21, 400_000, 10_000))
        self.assertTrue(Box(i2c=None).hal.i2c() is None)
        self.assertTrue(buses.i2c(None, 10_000) is None)


class Front(unittest.TestCase):
    def test_lamp_of_pins_by_their_active_level(self):
        Box()
        lamp = Panel({"leds": {"red": 2, "blue": 4, "active": 0}}, PULLS)
        levels = Machine.chip.levels
        self.assertEqual((levels[2], levels[4]), (1, 1))
        lamp.show(255, 255, 0)
        self.assertEqual((levels[2], levels[4]), (0, 1))
        lamp.show(0, 0, 128)
        self.assertEqual((levels[2], levels[4]), (1, 0))

    def test_lamp_of_one_pin_shines_whatever_the_colour(self):
        Box()
        lamp = Panel({"leds": {"red": 2, "active": 1}}, PULLS)
        for colour, level in (((0, 255, 0), 1), ((0, 0, 0), 0), ((255, 0, 0), 1)):
            lamp.show(*colour)
            self.assertEqual(Machine.chip.levels[2], level)

    def test_neopixels_all_alike(self):
        Box()
        Panel({"leds": {"neopixel": 13, "count": 2}}, PULLS).show(255, 60, 0)
        self.assertEqual(NeoPixel.shown, (13, [(255, 60, 0), (255, 60, 0)]))

    def test_button_by_its_active_level(self):
        Box()
        panel = Panel({"button": {"pin": 16, "active": 0, "pull": "up"}}, PULLS)
        for level, pressed in ((1, False), (0, True)):
            Machine.chip.inputs[16] = level
            self.assertEqual(panel.pressed(), pressed)

    def test_buzzer_is_a_square_wave_and_nothing_before_it_is_wanted(self):
        Box()
        panel = Panel({"buzzer": {"pin": 14}}, PULLS)
        self.assertIsNone(panel._pwm)
        for on, duty in ((True, 32_768), (False, 0), (True, 32_768)):
            panel.beep(on)
            wave = Machine.chip.pwm
            self.assertEqual((wave.gpio, wave.freq, wave.duty), (14, 2_700, duty))

    def test_what_is_not_fitted_does_nothing(self):
        Box()
        before = dict(Machine.chip.levels)
        panel = Panel({}, PULLS)
        panel.show(255, 0, 0)
        panel.beep(True)
        self.assertFalse(panel.pressed())
        self.assertEqual(Machine.chip.levels, before)

    def test_a_board_without_any_has_no_panel(self):
        self.assertIsNone(Box().hal.panel())
        self.assertTrue(Box(button={"pin": 16, "active": 0, "pull": "up"}).hal.panel())


if __name__ == "__main__":
    unittest.main()
