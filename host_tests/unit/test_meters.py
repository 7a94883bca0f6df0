"""The box's meters on one bus or two: settings, turns, and a line that is shared fairly."""

import asyncio
import struct
import unittest

from fake_line import FakeLine, reply
from pilotwire import config
from pilotwire.energy import meters

OWN, GRID = 1, 2


class Devices(FakeLine):
    """SDM630s that answer at the addresses in `there`, 20 ms after they are asked."""

    def __init__(self, there=(OWN, GRID)):
        FakeLine.__init__(self)
        self.there = there

    def write(self, frame):
        self.sent.append((self.now_ms, bytes(frame)))
        if frame[0] in self.there:
            count = frame[5]
            data = struct.pack(">f", 1.0) * 63
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


class Polling(unittest.TestCase):
    def setUp(self):
        self.line = Devices()
        self.buses = 2  # with one clock they are one line here
        self.real_sleep = asyncio.sleep

    def tearDown(self):
        self.line.close()
        meters.asyncio.sleep = self.real_sleep

    def make(self, **keys):
        self.hal = Hal(self.line, self.buses)
        return meters.Meters(self.hal, config.check(keys))

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
