"""The log: each thing when it happens, counted where it happens too often, and put into words."""

import unittest
from array import array

from pilotwire.pilot import faults, handover, levels, reasons
from pilotwire.pilot.handover import UP_CLOSED, UP_FAULTS, UP_OPENED, UP_STATE
from pilotwire.record import lines
from pilotwire.record.log import (
    CHANGED,
    CLOCK,
    COMMAND,
    COVER,
    FAULT,
    FLASH,
    KEPT,
    LEVELS,
    N_EVENTS,
    OFFLINE,
    OPENED_BY_FAULT,
    PLUGGED,
    REFUSED,
    ROWS,
    SESSION,
    START,
    STORED,
    Log,
)

STAMP = (1_800_000_000, "set")
ALL = (1 << len(faults.CODES)) - 1
MINUTE_MS = 60_000


class LogTest(unittest.TestCase):
    def setUp(self):
        self.now_ms = 5_000
        self.log = Log(lambda: self.now_ms)
        self.up = array("i", [0] * handover.N_UP)

    def entries(self, first=0):
        return [self.log.entry(i) for i in range(max(first, self.log.oldest), self.log.n)]

    def said(self, first=0):
        """(code, about) of each entry from this number on."""
        return [entry[3:] for entry in self.entries(first)]

    def look(self, *pairs):
        """Ring 0 says so now; the events that this is."""
        for place, value in pairs:
            self.up[place] = value
        first = self.log.n
        self.log.look(self.up)
        found = [lines.event(self.log, i, STAMP) for i in range(first, self.log.n)]
        for message in found:
            for key in ("n", "unix", "clock"):
                message.pop(key)
        self.now_ms += MINUTE_MS
        return found


class Ring(LogTest):
    def test_has_a_level_and_a_name_for_each_code(self):
        self.assertEqual(len(LEVELS), len(lines.NAMES))
        for code in range(len(LEVELS)):
            self.assertTrue(1 <= lines.level_of(code) <= 4)
            self.assertTrue(LEVELS[code] in KEPT or lines.level_of(code) > 2, code)

    def test_keeps_what_came_last_with_the_time_since_the_start(self):
        for i in range(ROWS + 5):
            self.now_ms += MINUTE_MS
            self.log.note(OFFLINE, str(i))
        self.assertEqual(self.log.oldest, 5)
        found = self.entries()
        self.assertEqual([entry[4] for entry in found], [str(i) for i in range(5, ROWS + 5)])
        self.assertEqual([entry[0] for entry in found], [MINUTE_MS * (i + 6) for i in range(ROWS)])

    def test_cuts_what_is_too_long(self):
        self.log.note(FLASH, "x" * 61)
        self.assertEqual(self.said(), [(FLASH, "x" * 60)])

    def test_counts_what_is_said_again_at_once_unless_it_is_an_event(self):
        for code, about in (
            (COMMAND, "limit"),
            (COMMAND, "limit"),
            (COMMAND, "pause"),
            (COMMAND, "limit"),
            (STORED, "a"),
            (STORED, "a"),
        ):
            self.log.note(code, about)
        counts = [entry[2:] for entry in self.entries()]
        self.assertEqual(
            counts,
            [
                (2, COMMAND, "limit"),
                (1, COMMAND, "pause"),
                (1, COMMAND, "limit"),
                (1, STORED, "a"),
                (1, STORED, "a"),
            ],
        )
        self.assertEqual(self.log.folded, 1)

    def test_takes_sixteen_of_a_code_a_minute_and_counts_the_rest(self):
        for i in range(20):
            self.log.note(REFUSED, str(i))
        self.assertEqual([entry[2] for entry in self.entries()], [1] * 15 + [5])
        self.log.note(FLASH)
        self.log.note(REFUSED, "more")
        self.assertEqual(self.said(16), [(FLASH, "")])
        self.assertEqual(self.log.folded, 5)
        self.now_ms += MINUTE_MS
        self.log.note(REFUSED, "again")
        self.assertEqual(self.said(self.log.n - 1), [(REFUSED, "again")])

    def test_counts_to_255(self):
        for _ in range(300):
            self.log.note(COMMAND, "limit")
        self.assertEqual(self.entries()[-1][2], 255)
        self.assertEqual(self.log.folded, 299)

    def test_numbers_events_through_also_where_they_were_only_counted(self):
        for _ in range(20):
            self.log.note(PLUGGED)
        self.log.note(FLASH)
        self.log.note(COVER, "\t")
        numbers = [entry[1] for entry in self.entries()]
        self.assertEqual(numbers, list(range(1, 17)) + [0, 21])

    def test_numbers_them_beyond_16_bits(self):
        self.log.events = 0x1FFFE
        for _ in range(3):
            self.log.note(PLUGGED)
        self.assertEqual([entry[1] for entry in self.entries()], [0x1FFFF, 0x20000, 0x20001])

    def test_has_something_for_flash_soon_where_it_is_an_error_else_in_time(self):
        for code, due_ms in ((COMMAND, None), (CHANGED, 300_000), (FLASH, 10_000)):
            self.log.note(code)
            self.assertEqual(self.log.due_ms, due_ms)
        self.log.keep()
        self.assertEqual(self.log.due_ms, 0)


class Ring0(LogTest):
    def test_plugs_a_vehicle_in_once_however_it_is_called_meanwhile(self):
        self.assertEqual(self.look(), [])
        self.assertEqual(self.look((UP_STATE, levels.B)), [{"event": "plugged"}])
        for state in (levels.C, levels.D, levels.E, levels.F, levels.INVALID, levels.B):
            self.assertEqual(self.look((UP_STATE, state)), [], state)
        self.assertEqual(self.look((UP_STATE, levels.A)), [{"event": "unplugged"}])
        for state in (levels.E, levels.F, levels.INVALID, levels.A):
            self.assertEqual(self.look((UP_STATE, state)), [], state)

    def test_closes_and_says_why_it_opens(self):
        for opened in range(1, len(reasons.OPENED_CODES)):
            self.assertEqual(self.look((UP_CLOSED, 1)), [{"event": "closed"}])
            self.assertEqual(self.look((UP_OPENED, opened)), [])
            about = reasons.OPENED_CODES[opened]
            self.assertEqual(self.look((UP_CLOSED, 0)), [{"event": "opened", "about": about}])
        self.assertEqual(self.said()[-1], (OPENED_BY_FAULT, "fault"))

    def test_has_each_fault_by_its_code(self):
        for then, now, come, gone in (
            (0, faults.RCD, ["rcd"], []),
            (faults.RCD, faults.RCD, [], []),
            (faults.RCD, faults.PE | faults.WELD, ["pe", "weld"], ["rcd"]),
            (faults.PE | faults.WELD, faults.WELD, [], ["pe"]),
            (faults.WELD, 0, [], ["weld"]),
        ):
            self.look((UP_FAULTS, then))
            said = [{"event": "fault", "code": code} for code in come]
            said += [{"event": "fault-cleared", "code": code} for code in gone]
            self.assertEqual(self.look((UP_FAULTS, now)), said)

    def test_with_every_fault_at_once_is_cut_short_and_harms_nothing(self):
        self.assertEqual(len(self.look((UP_FAULTS, ALL))), 16)
        self.assertEqual(self.log.events, len(faults.CODES))

    def test_tells_cause_and_effect_in_this_order(self):
        self.look((UP_STATE, levels.C), (UP_CLOSED, 1))
        told = self.look(
            (UP_STATE, levels.A), (UP_CLOSED, 0), (UP_OPENED, reasons.OPENED_UNPLUGGED)
        )
        self.assertEqual([message["event"] for message in told], ["unplugged", "opened"])


class Words(LogTest):
    def event(self, code, about=""):
        self.log.note(code, about)
        return lines.event(self.log, self.log.n - 1, STAMP)

    def test_of_an_event_have_its_number_and_the_time_by_the_clock_of_now(self):
        self.event(START, "power-on")
        self.log.note(STORED, "guests.json")
        self.now_ms += 90_500
        said = {"n": 2, "event": "stored", "about": "guests.json"}
        said.update({"unix": 1_799_999_910, "clock": "set"})
        self.assertEqual(lines.event(self.log, 1, STAMP), said)
        said.update({"unix": None, "clock": "none"})
        self.assertEqual(lines.event(self.log, 1, (None, "none")), said)

    def test_of_an_event_are_those_of_the_contract(self):
        for code, about, said in (
            (PLUGGED, "", {"event": "plugged"}),
            (FAULT, "pe", {"event": "fault", "code": "pe"}),
            (SESSION, "begin\t7", {"event": "session", "about": "begin", "number": 7}),
            (SESSION, "end\t", {"event": "session", "about": "end", "number": None}),
            (REFUSED, "range\ta b", {"event": "refused", "reason": "range", "about": "a b"}),
            (CLOCK, "\t18", {"event": "clock", "before": None, "after": "18"}),
            (COVER, "\t", {"event": "cover", "before": None, "after": None}),
        ):
            found = self.event(code, about)
            for key in ("n", "unix", "clock"):
                found.pop(key)
            self.assertEqual(found, said)

    def test_of_a_line_tell_how_often(self):
        for count in (1, 2):
            self.log.note(COMMAND, "limit")
            said = {"level": "debug", "text": "command limit", "unix": STAMP[0], "clock": "set"}
            if count > 1:
                said["count"] = count
            self.assertEqual(lines.line(self.log, 0, STAMP), said)

    def test_are_there_for_codes_of_newer_firmware(self):
        self.assertEqual(lines.text(200, "a\tb"), "200 a b")
        self.assertEqual(lines.level_of(200), 3)

    def test_of_events_are_of_codes_below_those_of_lines(self):
        for code in range(len(lines.NAMES)):
            event = self.event(code, "x\t1")
            self.assertEqual(event["n"] > 0, code < N_EVENTS)
            self.now_ms += MINUTE_MS


if __name__ == "__main__":
    unittest.main()
