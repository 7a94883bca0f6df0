"""The meter's register map and poller; registers of the Eastron SDM630."""

import asyncio
import struct
import unittest

from fake_line import FakeLine, reply, sealed
from pilotwire.energy import regmap
from pilotwire.energy.meter import Meter
from pilotwire.energy.rtu import Bus

VALUES = {
    0x00: 230.1, 0x02: 229.9, 0x04: 0.0,
    0x06: 16.001, 0x08: 0.0, 0x0A: 15.9994,
    0x34: -7266.25,
    0x48: 12345.678, 0x4A: 0.042,
}  # fmt: skip
NAN = float("nan")

# One change to a good map -> the word its refusal must contain.
BAD_MAPS = (
    (("colour", "red"), "colour"),
    (("function", 6), "function"),
    (("function", "4"), "function"),
    (("type", "s16"), "type"),
    (("word_order", "little"), "word_order"),
    (("max_registers", 1), "max_registers"),
    (("max_registers", 126), "max_registers"),
    (("serial", {"address": 1, "baud": 9601, "parity": "N", "stop": 1}), "baud"),
    (("serial", {"baud": 9600, "parity": "N", "stop": 1}), "address"),
    (("quantities", {}), "quantities"),
    (("quantities", {"colour": {"registers": [0], "factor": 1}}), "colour"),
    (("quantities", {"power_mw": {"registers": [0, 2], "factor": 1}}), "power_mw"),
    (("quantities", {"power_mw": {"registers": [65535], "factor": 1}}), "power_mw"),
    (("quantities", {"power_mw": {"registers": [0], "factor": 0.1}}), "power_mw"),
)
BLOCKS = (
    # most registers in a request -> (first register, count) of each request
    (80, [(0, 76)]),
    (75, [(0, 74), (74, 2)]),
    (20, [(0, 12), (52, 2), (72, 4)]),
    (11, [(0, 10), (10, 2), (52, 2), (72, 4)]),
    (2, [(r, 2) for r in (0, 2, 4, 6, 8, 10, 52, 72, 74)]),
)
RESOLUTION = (
    (0, 10), (16_383_999, 10), (131_071_999, 10), (131_072_000, 16), (9_999_999_900, 1024),
)  # fmt: skip


def good_map():
    return {
        "name": "test",
        "function": 4,
        "type": "f32",
        "word_order": "big",
        "max_registers": 80,
        "gap_ms": 0,
        "serial": {"address": 1, "baud": 9600, "parity": "N", "stop": 1},
        "resolution_wh": 10,
        "quantities": {"power_mw": {"registers": [52], "factor": 1000}},
    }


def sdm630(most=80):
    quantities = {
        "voltage_mv": {"registers": [0, 2, 4], "factor": 1000},
        "current_ma": {"registers": [6, 8, 10], "factor": 1000},
        "power_mw": {"registers": [52], "factor": 1000},
        "import_wh": {"registers": [72], "factor": 1000},
        "export_wh": {"registers": [74], "factor": 1000},
    }
    return regmap.RegisterMap(dict(good_map(), max_registers=most, quantities=quantities))


class Map(unittest.TestCase):
    def test_sdm630_is_one_request_on_its_line(self):
        table = regmap.load("sdm630")
        self.assertEqual(table.serial, {"address": 1, "baud": 9600, "parity": "N", "stop": 1})
        self.assertEqual((table.function, table.char_bits, table.gap_ms), (4, 10, 50))
        self.assertEqual([block[:2] for block in table.blocks], [(0, 76)])
        self.assertEqual(table.blocks[0][2], sdm630().blocks[0][2])

    def test_becomes_the_fewest_requests_within_the_limit(self):
        for most, expected in BLOCKS:
            blocks = sdm630(most).blocks
            self.assertEqual([block[:2] for block in blocks], expected, most)
            registers = [first + at // 2 for first, _, fields in blocks for _, _, at, _ in fields]
            self.assertEqual(registers, sorted(VALUES), most)

    def test_that_is_wrong_is_refused_by_name(self):
        regmap.RegisterMap(good_map())
        for (key, value), word in BAD_MAPS:
            bad = good_map()
            bad[key] = value
            try:
                regmap.RegisterMap(bad)
                self.fail(key)
            except regmap.MapError as error:
                self.assertIn(word, str(error))

    def test_without_a_key_is_refused_by_name(self):
        for key in good_map():
            bad = good_map()
            del bad[key]
            try:
                regmap.RegisterMap(bad)
                self.fail(key)
            except regmap.MapError as error:
                self.assertIn(key, str(error))

    def test_that_does_not_exist_is_refused_by_name(self):
        try:
            regmap.load("nonesuch")
            self.fail()
        except regmap.MapError as error:
            self.assertIn("nonesuch", str(error))

    def test_knows_the_step_of_the_energy_register(self):
        table = sdm630()
        for energy_wh, step_wh in RESOLUTION:
            self.assertEqual(table.resolution_wh(energy_wh), step_wh, energy_wh)

    def test_character_bits_follow_parity_and_stop(self):
        for parity, stop, bits in (("N", 1, 10), ("E", 1, 11), ("O", 1, 11), ("N", 2, 11)):
            data = good_map()
            data["serial"] = {"address": 1, "baud": 9600, "parity": parity, "stop": stop}
            self.assertEqual(regmap.RegisterMap(data).char_bits, bits)


class Polling(unittest.TestCase):
    def setUp(self):
        self.line = FakeLine()
        self.values = dict(VALUES)

    def tearDown(self):
        self.line.close()

    def meter(self, most=80):
        bus = Bus(self.line, 9600, self.line.ticks_ms)
        return Meter(bus, sdm630(most), self.line.ticks_ms)

    def answers(self, meter):
        """What the meter says to the requests of one poll."""
        script = []
        for first, count, _ in meter.table.blocks:
            floats = [self.values.get(first + i, 0.0) for i in range(0, count, 2)]
            data = b"".join([struct.pack(">f", value) for value in floats])
            script.append([(200, reply(bytes((1, 4)), data))])
        return script

    def poll(self, meter, script=None):
        self.line.now_ms += 1_000
        self.line.script = self.answers(meter) if script is None else script
        return asyncio.run(meter.poll())

    def test_brings_integers(self):
        for most, _ in BLOCKS:
            meter = self.meter(most)
            self.assertTrue(self.poll(meter))
            reading = meter.reading
            self.assertEqual(reading.voltage_mv, [230_100, 229_900, 0])
            self.assertEqual(reading.current_ma, [16_001, 0, 15_999])
            self.assertEqual(reading.power_mw, -7_266_250)
            self.assertEqual((reading.import_wh, reading.export_wh), (12_345_678, 42))
            self.assertEqual((meter.lost, meter.reason), (False, ""))

    def test_nan_is_no_value_and_not_zero(self):
        meter = self.meter()
        self.poll(meter)
        self.values[0x02] = self.values[0x48] = NAN
        self.assertTrue(self.poll(meter))
        self.assertEqual(meter.reading.voltage_mv, [230_100, None, 0])
        self.assertEqual(meter.reading.import_wh, None)

    def test_age_counts_from_before_the_first_request(self):
        for most, _ in BLOCKS:
            meter = self.meter(most)
            self.poll(meter)
            asked_ms = self.line.sent[-len(meter.table.blocks)][0]
            self.assertTrue(meter.age_ms() >= self.line.now_ms - asked_ms > 0, most)

    def test_age_grows_until_the_next_good_poll(self):
        meter = self.meter()
        self.assertEqual(meter.age_ms(), None)
        self.poll(meter)
        took_ms = meter.age_ms()
        self.line.now_ms += 700
        self.assertEqual(meter.age_ms(), took_ms + 700)
        self.assertFalse(self.poll(meter, []))
        self.assertTrue(meter.age_ms() > 1_700)
        self.assertEqual(meter.reading.import_wh, 12_345_678)
        self.poll(meter)
        self.assertTrue(meter.age_ms() < 1_000)

    def test_third_failure_in_a_row_makes_it_lost(self):
        meter = self.meter()
        self.poll(meter)
        for lost in (False, False):
            self.assertFalse(self.poll(meter, []))
            self.assertEqual((meter.lost, meter.reason), (lost, "timeout"))
        self.poll(meter)
        for lost in (False, False, True):
            self.poll(meter, [])
            self.assertEqual(meter.lost, lost)
        self.assertEqual(meter.age_ms(), None)

    def test_lost_meter_is_asked_in_fewer_polls_and_for_ever(self):
        meter = self.meter()
        for _ in range(2):  # the second loss is as the first
            for _ in range(3):
                self.poll(meter, [])
            asked = []
            for n in range(60):
                before = len(self.line.sent)
                self.poll(meter, [])
                self.assertTrue(len(self.line.sent) - before <= 1, n)
                if len(self.line.sent) > before:
                    asked.append(n)
            self.assertEqual(asked, [0, 2, 6, 14, 22, 30, 38, 46, 54])
            polls = 1
            while not self.poll(meter):
                polls += 1
            self.assertTrue(polls <= 8, polls)
            self.assertEqual((meter.lost, meter.reason), (False, ""))

    def test_refusal_brings_its_code(self):
        meter = self.meter()
        self.poll(meter, [[(200, sealed(b"\x01\x84\x06"))]])
        self.assertEqual((meter.reason, meter.code), ("exception", 6))
        self.poll(meter)
        self.assertEqual((meter.reason, meter.code), ("", 0))
