"""The box's meters on one bus or two: settings, turns, and a line that is shared fairly."""

import asyncio
import struct
import unittest

from fake_line import FakeLine, reply
from pilotwire import config
from pilotwire.energy import meters, order

OWN, GRID, BOSS = 1, 2, 3
REGISTER = 40_001


class Devices(FakeLine):
    """SDM630s that answer at the addresses in `there`, 20 ms after they are asked."""

    def __init__(self, there=(OWN, GRID)):
        FakeLine.__init__(self)
        self.there = there
        self.word = b"\0\0"  # in the register of the one that gives orders

    def write(self, frame):
        self.sent.append((self.now_ms, bytes(frame)))
        if frame[0] in self.there:
            count = frame[5]
            data = struct.pack(">f", 1.0) * 63
            if frame[0] == BOSS and frame[1:6] == bytes((3, REGISTER >> 8, REGISTER & 0xFF, 0, 1)):
                data = self.word
            self.arrive(20, reply(bytes(frame), data[: 2 * count]))
        return len(frame)


class Hal:
    root = "."

    def __init__(self, line, buses):
        self.lines = (line, line)[:buses] + (None,)
        self.ticks_ms = line.ticks_ms
        self.opened = []

    def serial(self, baud, parity, stop, bus):
        self.opened.append((baud, parity, stop, bus))
        return self.lines[bus - 1]


class Stop(Exception):
    pass


class MetersTest(unittest.TestCase):
    def setUp(self):
        self.line = Devices()
        self.buses = 2  # with one clock they are one line here
        self.real_sleep = asyncio.sleep

    def tearDown(self):
        self.line.close()
        meters.asyncio.sleep = self.real_sleep

    def make(self, also=(), **keys):
        self.hal = Hal(self.line, self.buses)
        return meters.Meters(self.hal, config.check(keys), also)

    def run_for(self, seconds, job):
        """The job for so many of its pauses; `asyncio.sleep` passes the line's time."""
        left = [seconds]

        async def sleep(s):
            if s:
                left[0] -= 1
                if left[0] < 0:
                    raise Stop
                self.line.now_ms += int(s * 1000)

        meters.asyncio.sleep = sleep
        try:
            asyncio.run(job())
        except Stop:
            pass


class Polling(MetersTest):
    def test_line_is_set_as_the_map_says_unless_the_configuration_does(self):
        for keys, expected in (
            ({"meter": "sdm630"}, (9_600, "N", 1, 1)),
            ({"meter": "or_we_516"}, (9_600, "E", 1, 1)),
            ({"meter": "sdm120", "meter_baud": 38_400}, (38_400, "N", 1, 1)),
            ({"meter": "iem3155", "meter_parity": "N"}, (19_200, "N", 1, 1)),
        ):
            self.make(**keys)
            self.assertEqual(self.hal.opened, [expected])

    def test_without_a_meter_nothing_is_polled(self):
        m = self.make(meter="")
        self.assertEqual((m.own, m.grid, m.jobs(), self.hal.opened), (None, None, [], []))

    def test_a_map_that_does_not_exist_is_named(self):
        m = self.make(meter="nonesuch")
        self.assertEqual((m.own, m.complaint), (None, "meter: no map nonesuch"))

    def test_a_board_without_a_second_bus_has_no_meter_there(self):
        self.buses = 1
        m = self.make(grid_meter="sdm630", grid_bus=2)
        self.assertEqual((m.grid, m.complaint), (None, "meter: grid_bus: the board has no bus 2"))
        self.assertEqual(len(m.jobs()), 1)

    def test_own_comes_first_on_a_shared_line(self):
        m = self.make(grid_meter="sdm630")
        self.assertEqual(len(m.jobs()), 1)
        self.run_for(4, m.jobs()[0])
        asked = [frame[0] for _, frame in self.line.sent if frame[1] == 4]
        self.assertEqual(asked, [OWN, GRID] * 5)
        self.assertEqual(m.own.reading.import_wh, 1_000)
        self.assertEqual(m.grid.reading.phase_power_mw, [1_000] * 3)
        self.assertEqual(m.own.reading.phase_power_mw, [None] * 3)

    def test_a_silent_grid_meter_does_not_hold_up_the_own_one(self):
        m = self.make(grid_meter="sdm630")
        self.line.there = (OWN,)
        self.run_for(60, m.jobs()[0])
        times = [ms for ms, frame in self.line.sent if frame[0] == OWN and frame[1] == 4]
        pauses = [later - sooner for sooner, later in zip(times, times[1:])]  # noqa: RUF007
        self.assertTrue(max(pauses) < 2_000, max(pauses))
        self.assertTrue(sum(pauses) / len(pauses) < 1_500)
        self.assertFalse(m.own.lost)
        self.assertTrue(m.grid.lost)

    def test_a_silent_own_meter_leaves_the_grid_its_turn(self):
        m = self.make(grid_meter="sdm630")
        self.line.there = (GRID,)
        self.run_for(60, m.jobs()[0])
        self.assertTrue(m.own.lost)
        self.assertEqual((m.grid.lost, m.grid.readings), (False, 61))

    def test_two_buses_are_two_jobs(self):
        m = self.make(grid_meter="or_we_516", grid_bus=2, grid_address=7)
        self.assertEqual(self.hal.opened, [(9_600, "N", 1, 1), (9_600, "E", 1, 2)])
        self.assertEqual(len(m.jobs()), 2)
        self.run_for(2, m.jobs()[1])
        self.assertEqual({frame[0] for _, frame in self.line.sent}, {7})

    def test_a_grid_meter_alone_is_polled(self):
        m = self.make(meter="", grid_meter="sdm630")
        self.assertEqual(len(m.jobs()), 1)
        self.run_for(2, m.jobs()[0])
        self.assertEqual(m.grid.readings, 3)

    def test_frequency_is_read_where_somebody_wants_it(self):
        for also, mhz in (((), None), (("frequency_mhz",), 1_000)):
            m = self.make(also, grid_meter="sdm630")
            self.run_for(1, m.jobs()[0])
            self.assertEqual(
                [m.own.reading.frequency_mhz, m.grid.reading.frequency_mhz], [mhz] * 2
            )


class Orders(MetersTest):
    def setUp(self):
        MetersTest.setUp(self)
        self.line.there = (OWN, GRID, BOSS)

    def order(self, **keys):
        self.meters = self.make(**keys)
        return order.add(self.meters, BOSS, REGISTER, self.line.ticks_ms)

    def test_come_from_a_register_on_the_grid_meters_bus(self):
        for keys in ({}, {"grid_meter": "sdm630"}, {"meter": "", "grid_meter": "sdm630"}):
            found = self.order(**keys)
            for word in (0, 1, 4_200, 65_534):
                self.line.word = struct.pack(">H", word)
                self.run_for(1, self.meters.jobs()[0])
                self.assertEqual(found.reading.power_mw, word, keys)
        self.order(grid_meter="sdm630", grid_bus=2)
        for job, asked in ((0, {OWN}), (1, {GRID, BOSS})):
            self.line.sent = []
            self.run_for(2, self.meters.jobs()[job])
            self.assertEqual({frame[0] for _, frame in self.line.sent}, asked)

    def test_that_fall_silent_hold_up_no_meter(self):
        found = self.order(grid_meter="sdm630")
        self.run_for(3, self.meters.jobs()[0])
        self.assertFalse(found.age_ms() is None)
        self.line.there = (OWN, GRID)
        self.run_for(60, self.meters.jobs()[0])
        self.assertTrue(found.age_ms() is None)
        self.assertFalse(self.meters.own.lost or self.meters.grid.lost)

    def test_need_a_bus(self):
        self.assertTrue(self.order(meter="") is None)
