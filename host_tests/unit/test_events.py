"""What has happened, told at once: each thing when it happens, and only then."""

import unittest
from array import array

from pilotwire.link.events import Events
from pilotwire.pilot import faults, handover, levels, reasons
from pilotwire.pilot.handover import UP_CLOSED, UP_FAULTS, UP_OPENED, UP_STATE

STAMP = (1_800_000_000, "set")
ALL = (1 << len(faults.CODES)) - 1


class Told(unittest.TestCase):
    def setUp(self):
        self.stamp = STAMP
        self.messages = []
        self.events = Events(self, lambda: self.stamp)
        self.up = array("i", [0] * handover.N_UP)

    def add(self, message):  # of the queue
        self.messages.append(message)

    def look(self, *pairs):
        """Ring 0 says so now; what that is told as, without number and time."""
        self.messages = []
        for place, value in pairs:
            self.up[place] = value
        self.events.look(self.up)
        for message in self.messages:
            for key in ("n", "unix", "clock"):
                message.pop(key)
        return self.messages

    def test_each_has_the_next_number_and_the_time(self):
        self.events.tell("stored", about="guests.json")
        self.stamp = (None, "none")
        self.events.tell("cover", before=None, after=None)
        first, second = self.messages
        said = {"n": 1, "event": "stored", "about": "guests.json", "unix": 1_800_000_000}
        said["clock"] = "set"
        self.assertEqual(first, said)
        said = {"n": 2, "event": "cover", "before": None, "after": None, "unix": None}
        said["clock"] = "none"
        self.assertEqual(second, said)

    def test_a_vehicle_is_plugged_in_once_however_it_is_called_meanwhile(self):
        self.assertEqual(self.look(), [])
        self.assertEqual(self.look((UP_STATE, levels.B)), [{"event": "plugged"}])
        for state in (levels.C, levels.D, levels.E, levels.F, levels.INVALID, levels.B):
            self.assertEqual(self.look((UP_STATE, state)), [], state)
        self.assertEqual(self.look((UP_STATE, levels.A)), [{"event": "unplugged"}])
        for state in (levels.E, levels.F, levels.INVALID, levels.A):
            self.assertEqual(self.look((UP_STATE, state)), [], state)

    def test_the_contactor_closes_and_says_why_it_opens(self):
        for opened in range(1, len(reasons.OPENED_CODES)):
            self.assertEqual(self.look((UP_CLOSED, 1)), [{"event": "closed"}])
            self.assertEqual(self.look((UP_OPENED, opened)), [])
            about = reasons.OPENED_CODES[opened]
            self.assertEqual(self.look((UP_CLOSED, 0)), [{"event": "opened", "about": about}])

    def test_each_fault_comes_and_goes_by_its_code(self):
        for then, now, come, gone in (
            (0, faults.RCD, ["rcd"], []),
            (faults.RCD, faults.RCD, [], []),
            (faults.RCD, faults.PE | faults.WELD, ["pe", "weld"], ["rcd"]),
            (faults.PE | faults.WELD, faults.WELD, [], ["pe"]),
            (faults.WELD, 0, [], ["weld"]),
            (0, ALL, faults.codes(ALL), []),
        ):
            self.look((UP_FAULTS, then))
            said = [{"event": "fault", "code": code} for code in come]
            said += [{"event": "fault-cleared", "code": code} for code in gone]
            self.assertEqual(self.look((UP_FAULTS, now)), said)

    def test_what_happens_at_once_is_told_in_the_order_of_cause_and_effect(self):
        self.look((UP_STATE, levels.C), (UP_CLOSED, 1))
        told = self.look(
            (UP_STATE, levels.A), (UP_CLOSED, 0), (UP_OPENED, reasons.OPENED_UNPLUGGED)
        )
        self.assertEqual([message["event"] for message in told], ["unplugged", "opened"])


if __name__ == "__main__":
    unittest.main()
