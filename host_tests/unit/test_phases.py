"""One phase or three: L2 and L3 move only without pilot and without current, after a pause."""

import unittest

from pilotwire.pilot import reasons
from pilotwire.pilot.duty import X1, F
from pilotwire.pilot.phases import Phases
from pilotwire.pilot.settings import Settings

PWM = 2_666
PAUSE_MS = 10_000


class Switching(unittest.TestCase):
    def test_waits_for_the_pilot_the_contactor_and_the_pause(self):
        for duty, closed, open_ms, now in (
            (X1, 0, PAUSE_MS, 3),
            (X1, 0, PAUSE_MS - 10, 1),
            (X1, 1, PAUSE_MS, 1),
            (PWM, 0, PAUSE_MS, 1),
            (F, 0, PAUSE_MS, 1),
        ):
            phases = Phases(Settings(switches_phases=True))
            phases.step(3, duty, closed, open_ms)
            self.assertEqual(phases.now, now, (duty, closed, open_ms))
            self.assertEqual(phases.why_not, reasons.PHASES, "until it is seen to have moved")

    def test_holds_back_the_offer_meanwhile_and_no_longer(self):
        phases = Phases(Settings(switches_phases=True))
        self.assertEqual((phases.now, phases.why_not), (1, 0))
        for wanted, open_ms, now, why_not in (
            (1, 0, 1, 0),
            (3, 0, 1, reasons.PHASES),
            (3, PAUSE_MS, 3, reasons.PHASES),
            (3, PAUSE_MS, 3, 0),
            (0, PAUSE_MS, 3, 0),
            (2, PAUSE_MS, 3, 0),
            (1, 0, 3, reasons.PHASES),
            (0, 0, 3, 0),  # taken back
            (1, PAUSE_MS, 1, reasons.PHASES),
            (1, PAUSE_MS, 1, 0),
        ):
            phases.step(wanted, X1, 0, open_ms)
            self.assertEqual((phases.now, phases.why_not), (now, why_not), (wanted, open_ms))

    def test_pauses_as_the_settings_say(self):
        phases = Phases(Settings(switches_phases=True, phase_pause_ms=60_000))
        phases.step(3, X1, 0, 59_990)
        self.assertEqual(phases.now, 1)
        phases.step(3, X1, 0, 60_000)
        self.assertEqual(phases.now, 3)

    def test_is_nothing_for_a_board_without_the_contactor(self):
        for supply in (1, 3):
            phases = Phases(Settings(phases=supply))
            for wanted in (3, 1):
                phases.step(wanted, X1, 0, 600_000)
                self.assertEqual((phases.now, phases.why_not), (supply, 0))
