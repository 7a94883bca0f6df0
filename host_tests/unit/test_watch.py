"""What is worth a record beside the charges: the clock, the cover, the meter, each day."""

import unittest

from pilotwire.record.kinds import DAY, EVENT
from pilotwire.record.log import COVER, METER
from pilotwire.record.watch import Watch

MIDNIGHT = 1_800_057_600  # UTC
DAY_S = 86_400
MIN_MS = 60_000


class Notes:
    """The journal's part: what was noted."""

    def __init__(self):
        self.events = []
        self.days = []
        self.lost = 0
        self.full = False

    def note(self, fields, kind=EVENT):
        if self.full:
            self.lost += 1
            return
        said = {key: value for key, value in fields.items() if value is not None}
        (self.days if kind == DAY else self.events).append(said)


class Meter:
    def __init__(self, serial):
        self.serial = serial


class WatchTest(unittest.TestCase):
    def setUp(self):
        self.notes = Notes()
        self.told = []
        self.watch = self.anew()
        self.now_ms = 5_000
        self.unix = MIDNIGHT  # when the test began; None: the clock is not set
        self.clock_ms = 0  # on it since then
        self.quality = "synchronised"
        self.faulted = False
        self.reachable = self.covered = True
        self.meter = None
        self.look()

    def anew(self):
        return Watch(self.notes, lambda code, about: self.told.append((code, about)))

    def look(self, ms=0, clock_ms=None):
        """Look once after `ms`, of which the wall clock counts `clock_ms`."""
        self.now_ms += ms
        self.clock_ms += ms if clock_ms is None else clock_ms
        unix = None if self.unix is None else self.unix + self.clock_ms // 1_000
        self.watch.look(
            self.now_ms,
            (unix, self.quality),
            self.faulted,
            self.reachable,
            self.covered,
            self.meter,
        )

    def run_for(self, minutes):
        for _ in range(minutes):
            self.look(MIN_MS)


class Clock(WatchTest):
    def test_that_goes_on_is_nothing_new(self):
        for ms in (1, 250, 1_000, 999, 7, 60_000, 3_600_000):
            self.look(ms)
        self.assertEqual(self.notes.events, [])

    def test_that_is_corrected_by_a_few_seconds_is_nothing_new(self):
        for clock_ms in (6_000, -4_000):
            self.look(1_000, clock_ms)
        self.assertEqual(self.notes.events, [])

    def test_that_jumps_is_an_event_with_both_times(self):
        for jump_s in (7, -7, 3_600, -86_400):
            self.notes.events.clear()
            before = MIDNIGHT + self.clock_ms // 1_000 + 1
            self.look(1_000, 1_000 + jump_s * 1_000)
            (event,) = self.notes.events
            self.assertEqual(event["event"], "clock")
            self.assertEqual(event["clock"], "synchronised")
            self.assertEqual(event["before"], str(before))
            self.assertEqual(event["after"], str(before + jump_s))
            self.look(1_000)
            self.assertEqual(len(self.notes.events), 1)

    def test_of_another_quality_is_an_event(self):
        self.quality = "set"
        self.look(1_000)
        (event,) = self.notes.events
        self.assertEqual((event["clock"], event["after"]), ("set", str(MIDNIGHT + 1)))

    def test_that_is_set_for_the_first_time_is_an_event_without_a_time_before(self):
        self.watch = self.anew()
        self.unix, self.quality = None, "none"
        self.look()
        self.look(1_000)
        self.assertEqual(self.notes.events, [])
        self.unix, self.quality = MIDNIGHT, "set"
        self.look(1_000)
        (event,) = self.notes.events
        self.assertEqual(event["after"], str(MIDNIGHT + 2))
        self.assertFalse("before" in event)

    def test_that_was_right_at_the_start_is_in_that_record(self):
        self.anew().look(0, (MIDNIGHT, "synchronised"), False, True, True, None)
        self.assertEqual(self.notes.events, [])


class Cover(WatchTest):
    def test_that_is_opened_is_an_event_each_time(self):
        for covered in (True, False, False, True, True, False):
            self.covered = covered
            self.look(1_000)
        opened = [(event["event"], event["unix"]) for event in self.notes.events]
        self.assertEqual(opened, [("cover", MIDNIGHT + 2), ("cover", MIDNIGHT + 6)])
        self.assertEqual(self.told, [(COVER, "\t")] * 2)

    def test_that_is_open_at_the_start_is_an_event(self):
        self.anew().look(0, (None, "none"), False, True, False, None)
        self.assertEqual(self.notes.events, [{"event": "cover", "clock": "none"}])


class Exchange(WatchTest):
    def see(self, *serials):
        for serial in serials:
            self.meter = serial if serial is None else Meter(serial)
            self.look(1_000)
        return [(event["before"], event["after"]) for event in self.notes.events]

    def test_of_the_meter_is_an_event(self):
        self.assertEqual(self.see("A", "A", "B", "A"), [("A", "B"), ("B", "A")])
        self.assertEqual(self.told, [(METER, "A\tB"), (METER, "B\tA")])
        self.assertEqual(self.notes.events[0]["event"], "meter")

    def test_is_not_the_first_one_nor_one_that_does_not_say_who_it_is(self):
        self.assertEqual(self.see(None, "", "A", "", None, "A"), [])
        self.assertEqual(self.see("", "B"), [("A", "B")])

    def test_while_the_power_was_off_is_an_event_too(self):
        self.watch.recall("A")
        self.assertEqual(self.see("A"), [])
        self.watch.recall("A")
        self.assertEqual(self.see("B"), [("A", "B")])


class Days(WatchTest):
    def test_end_at_midnight_utc(self):
        self.run_for(1_439)
        self.assertEqual(self.notes.days, [])
        self.run_for(1_440 + 1)
        expected = [
            {"unix": MIDNIGHT + DAY_S * n, "usable_min": 1_440}
            | {"faulted_min": 0, "unreachable_min": 0}
            for n in (1, 2)
        ]
        self.assertEqual(self.notes.days, expected)

    def test_count_what_was_faulted_and_unreachable(self):
        self.run_for(100)
        self.faulted = True
        self.run_for(20)
        self.reachable = False
        self.run_for(20)
        self.faulted = False
        self.run_for(1_300)
        (day,) = self.notes.days
        said = day["usable_min"], day["faulted_min"], day["unreachable_min"]
        self.assertEqual(said, (1_400, 40, 1_320))

    def test_count_only_what_was_seen(self):
        self.look(DAY_S * 1_000 - 30 * MIN_MS, 0)
        self.setUp()  # a start in the middle of the day
        self.unix = MIDNIGHT + DAY_S - 600
        self.watch = self.anew()
        self.look()
        self.run_for(10)
        self.assertEqual([day["usable_min"] for day in self.notes.days], [10])

    def test_end_after_24_hours_without_a_clock(self):
        self.unix, self.quality = None, "none"
        self.watch = self.anew()
        self.look()
        self.run_for(1_439)
        self.assertEqual(self.notes.days, [])
        self.run_for(1)
        self.assertEqual(self.notes.days[0]["usable_min"], 1_440)
        self.assertFalse("unix" in self.notes.days[0])
        self.run_for(1_440)
        self.assertEqual(len(self.notes.days), 2)

    def test_begin_with_the_time_before_the_clock_was_set(self):
        self.unix, self.quality = None, "none"
        self.watch = self.anew()
        self.look()
        self.run_for(30)
        self.unix, self.quality = MIDNIGHT, "set"
        self.run_for(1_410)
        self.assertEqual([day["usable_min"] for day in self.notes.days], [1_440])

    def test_are_one_a_day_however_the_crystal_drifts(self):
        for ppm in (100, -100):
            self.setUp()
            for minute in range(3 * 1_440 + 5):
                steps = 60 if -3 < (minute + 720) % 1_440 - 720 < 3 else 1  # closely at midnight
                for _ in range(steps):
                    clock_ms = MIN_MS // steps
                    self.look(clock_ms + clock_ms * ppm // 1_000_000, clock_ms)
            days = [day["unix"] - MIDNIGHT for day in self.notes.days]
            self.assertEqual(days, [DAY_S, 2 * DAY_S, 3 * DAY_S], ppm)

    def test_do_not_end_when_the_clock_is_put_back(self):
        self.run_for(1_500)
        self.look(MIN_MS, -3 * 3_600 * 1_000)
        self.run_for(60)
        self.assertEqual(len(self.notes.days), 1)

    def test_say_how_many_events_found_no_room(self):
        self.notes.lost = 3
        self.run_for(2 * 1_440)
        self.assertEqual([day.get("count") for day in self.notes.days], [3, None])
        self.assertEqual(self.notes.lost, 0)

    def test_for_which_there_is_no_room_are_counted_with_what_was_lost_before(self):
        self.notes.lost = 3
        self.notes.full = True
        self.run_for(1_440)
        self.notes.full = False
        self.run_for(1_440)
        self.assertEqual([day["count"] for day in self.notes.days], [4])


if __name__ == "__main__":
    unittest.main()
