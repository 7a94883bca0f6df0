"""The meter's poller; registers of the Eastron SDM630."""

import asyncio
import struct
import unittest

from fake_line import FakeLine, reply, sealed
from pilotwire.energy import mapfile
from pilotwire.energy.meter import Meter
from pilotwire.energy.rtu import Bus
from pilotwire.record.layout import decode, encode

VALUES = {
    0x00: 230.1, 0x02: 229.9, 0x04: 0.0,
    0x06: 16.001, 0x08: 0.0, 0x0A: 15.9994,
    0x34: -7266.25,
    0x48: 12345.678, 0x4A: 0.042,
}  # fmt: skip
NAN = float("nan")

BLOCKS = (
    # most registers in a request -> (first register, count) of each request
    (80, [(0, 76)]),
    (75, [(0, 74), (74, 2)]),
    (20, [(0, 12), (52, 2), (72, 4)]),
    (11, [(0, 10), (10, 2), (52, 2), (72, 4)]),
    (2, [(r, 2) for r in (0, 2, 4, 6, 8, 10, 52, 72, 74)]),
)
IDENTITY = {
    "serial": {"function": 3, "type": "u32", "registers": ["0xFC00"]},
    "firmware": {"function": 3, "type": "text", "words": 3, "registers": ["0x8908"]},
}
RATIOS = {
    "pt": {"function": 3, "type": "u16", "registers": [1]},
    "ct": {"function": 3, "type": "u16", "registers": [2]},
}
SERIAL = struct.pack(">I", 19_350_042)


def sdm630(most=80, **keys):
    quantities = {
        "voltage_mv": {"registers": [0, 2, 4], "factor": 1000},
        "current_ma": {"registers": [6, 8, 10], "factor": 1000},
        "power_mw": {"registers": [52], "factor": 1000},
        "import_wh": {"registers": [72], "factor": 1000},
        "export_wh": {"registers": [74], "factor": 1000},
    }
    data = {
        "function": 4,
        "max_registers": most,
        "hole": 60,
        "gap_ms": 0,
        "quantities": quantities,
    }
    data.update(keys)
    return mapfile.build(data)


class Polling(unittest.TestCase):
    def setUp(self):
        self.line = FakeLine()
        self.values = dict(VALUES)

    def tearDown(self):
        self.line.close()

    def meter(self, most=80, **keys):
        bus = Bus(self.line, 9600, self.line.ticks_ms)
        return Meter(bus, sdm630(most, **keys), self.line.ticks_ms)

    def answers(self, meter):
        """What the meter says to the requests of one poll."""
        script = []
        for _, first, count, _ in meter.table.blocks:
            floats = [self.values.get(first + i, 0.0) for i in range(0, count, 2)]
            data = b"".join([struct.pack(">f", value) for value in floats])
            script.append([(200, reply(bytes((1, 4)), data))])
        return script

    def hello(self, meter, serial=SERIAL):
        """What it says of itself, in the order in which it is asked."""
        said = {"serial": serial, "firmware": b"B1.2\x00 "}
        return [[(200, reply(bytes((1, 3)), said[name]))] for name in meter.table.identity]

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

    def test_half_a_poll_changes_nothing(self):
        """Else a counter would have grown in no time, which is a breach (register.py)."""
        meter = self.meter(20)  # voltages and currents, then power, then the counters
        self.poll(meter)
        before = meter.reading
        self.values[0x00] = 235.0
        self.assertFalse(self.poll(meter, self.answers(meter)[:2]))
        self.assertEqual(meter.reading.voltage_mv, [230_100, 229_900, 0])
        self.assertTrue(meter.reading is before)
        self.assertTrue(self.poll(meter))
        self.assertEqual(meter.reading.voltage_mv, [235_000, 229_900, 0])

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

    def test_says_who_it_is_before_it_says_anything_else(self):
        meter = self.meter(identity=IDENTITY)
        self.assertTrue(self.poll(meter, self.hello(meter) + self.answers(meter)))
        self.assertEqual((meter.serial, meter.firmware), ("19350042", "B1.2"))
        asked = [frame[1:6] for _, frame in self.line.sent]
        self.assertEqual(asked[-1], b"\x04\x00\x00\x00\x4c")
        self.assertEqual(sorted(asked[:2]), [b"\x03\x89\x08\x00\x03", b"\x03\xfc\x00\x00\x02"])
        self.assertTrue(self.poll(meter))  # and is not asked again
        self.assertEqual(len(self.line.sent), 4)

    def test_says_no_more_of_who_it_is_than_a_record_holds(self):
        """Else it would be another one than the last record names, at every start."""
        row = {"function": 3, "type": "text", "words": 10, "registers": [1]}
        long = dict(IDENTITY, serial=row)
        meter = self.meter(identity=long)
        hello = self.hello(meter, b"AB-1234-567890-12345")
        self.assertTrue(self.poll(meter, hello + self.answers(meter)))
        self.assertEqual(meter.serial, "234-567890-12345")  # makers count at the end
        recorded = decode(encode({"meter_serial": meter.serial}, 99))["meter_serial"]
        self.assertEqual(meter.serial, recorded)

    def test_that_comes_back_is_asked_again_who_it_is(self):
        meter = self.meter(identity=IDENTITY)
        self.poll(meter, self.hello(meter) + self.answers(meter))
        for _ in range(4):
            self.poll(meter, [])
        self.poll(meter)
        while meter.lost:
            other = self.hello(meter, struct.pack(">I", 7))
            self.poll(meter, other + self.answers(meter))
        self.assertEqual(meter.serial, "7")

    def test_that_does_not_know_who_it_is_is_believed_all_the_same(self):
        meter = self.meter(identity=IDENTITY)
        no = [(200, sealed(b"\x01\x83\x02"))]
        self.assertTrue(self.poll(meter, [no, no] + self.answers(meter)))
        self.assertEqual((meter.serial, meter.firmware, meter.reason), ("", "", ""))

    def test_that_is_too_busy_to_say_who_it_is_is_asked_again(self):
        meter = self.meter(identity=IDENTITY)
        busy = [(200, sealed(b"\x01\x83\x06"))]
        self.assertFalse(self.poll(meter, [busy]))
        self.assertEqual((meter.reason, meter.code, meter.age_ms()), ("exception", 6, None))
        self.assertTrue(self.poll(meter, self.hello(meter) + self.answers(meter)))
        self.assertEqual(meter.serial, "19350042")

    def test_that_does_not_say_who_it_is_is_not_believed(self):
        meter = self.meter(identity=IDENTITY)
        self.assertFalse(self.poll(meter, []))
        self.assertEqual((meter.reason, meter.age_ms()), ("timeout", None))

    def test_multiplies_by_its_transformers_ratios(self):
        table = {
            "voltage_mv": {"registers": [0], "factor": 1000, "ratios": ["pt"]},
            "current_ma": {"registers": [6], "factor": 1000, "ratios": ["ct"]},
            "power_mw": {"registers": [52], "factor": 1000, "ratios": ["pt", "ct"]},
            "import_wh": {"registers": [72], "factor": 1000, "ratios": ["pt", "ct"]},
        }
        meter = self.meter(ratios=RATIOS, quantities=table)
        ratios = [[(200, reply(bytes((1, 3)), bytes((0, n))))] for n in (60, 2)]  # ct, pt
        self.assertTrue(self.poll(meter, ratios + self.answers(meter)))
        reading = meter.reading
        self.assertEqual(reading.voltage_mv[0], 460_200)
        self.assertEqual(reading.current_ma[0], 960_060)
        self.assertEqual(reading.power_mw, -871_950_000)
        self.assertEqual(reading.import_wh, 1_481_481_328)
        self.assertEqual(meter.resolution_wh(), 1_200)
        meter = self.meter(ratios=RATIOS, quantities=table)
        ratios = [[(200, reply(bytes((1, 3)), bytes(2)))]] * 2
        self.assertFalse(self.poll(meter, ratios + self.answers(meter)))
        self.assertEqual(meter.reason, "ratio")

    def test_adds_up_the_phases_where_it_has_no_total(self):
        table = {"phase_power_mw": {"registers": [0, 2, 52], "factor": 1000}}
        meter = self.meter(quantities=table)
        self.assertTrue(self.poll(meter))
        self.assertEqual(meter.reading.power_mw, 230_100 + 229_900 - 7_266_250)

    def test_counter_below_zero_is_no_value(self):
        meter = self.meter()
        self.values[0x48] = -1.0
        self.assertTrue(self.poll(meter))
        self.assertEqual(meter.reading.import_wh, None)

    def test_refusal_brings_its_code(self):
        meter = self.meter()
        self.poll(meter, [[(200, sealed(b"\x01\x84\x06"))]])
        self.assertEqual((meter.reason, meter.code), ("exception", 6))
        self.poll(meter)
        self.assertEqual((meter.reason, meter.code), ("", 0))
