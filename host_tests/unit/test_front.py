"""Lamp, button and buzzer: what they show for what the box is in, and what a press does."""

import json
import unittest

from book import Book
from pilotwire.front import front, rhythm
from pilotwire.front.button import Button
from pilotwire.front.front import Front
from pilotwire.front.rhythm import COLOURS, MARKS, Rhythm, find
from pilotwire.link.commands import Refused
from pilotwire.pilot import faults, levels, reasons
from pilotwire.pilot.handover import UP_CLOSED, UP_FAULTS, UP_STATE, UP_WHY_NOT
from pilotwire.record.log import BUTTON
from whole_app import App

STEP_MS = 50


def rows():
    with open(rhythm._FILE, "rb") as file:
        while line := file.readline():
            yield json.loads(line)


def bar(beat):
    """When it is on, in steps of 50 ms: one round."""
    ms = sum([sum(MARKS[mark]) for mark in beat.replace(" ", " ")])
    run = Rhythm(beat)
    return "".join(["#" if run.step(STEP_MS if i else 0) else "." for i in range(ms // STEP_MS)])


class Patterns(unittest.TestCase):
    def test_are_there_for_each_fault_and_each_state(self):
        known = [row["is"] for row in rows()]
        self.assertEqual(len(known), len(set(known)))
        self.assertTrue(set(faults.CODES) <= set(known))
        for name in ("Available", "Reserved", "Preparing", "Charging", "Finishing", "Faulted"):
            self.assertTrue(name in known, name)
        self.assertTrue({"SuspendedEV", "SuspendedEVSE"} <= set(known))

    def test_differ_by_their_rhythm_and_not_by_colour_alone(self):
        """However it is turned: nobody knows where a round begins."""
        seen = {}
        for row in rows():
            one = bar(row["beat"])
            turned = min([one[i:] + one[:i] for i in range(len(one))])
            self.assertFalse(turned in seen, (row["is"], seen.get(turned)))
            seen[turned] = row["is"]

    def test_have_known_colours_and_marks_and_a_round_of_twelve_seconds_at_most(self):
        for row in rows():
            self.assertTrue(row["colour"] in COLOURS)
            self.assertTrue(set(row["beat"] + row.get("sound", "")) <= set(MARKS))
            self.assertTrue(1 <= len(bar(row["beat"])) * STEP_MS <= 12_000, row["is"])
            self.assertTrue("#" in bar(row["beat"]))

    def test_of_faults_are_red_and_of_nothing_else(self):
        for row in rows():
            is_fault = row["is"] in faults.CODES or row["is"] == "Faulted"
            self.assertEqual(row["colour"] == "red", is_fault, row["is"])

    def test_are_found_by_the_first_key_that_has_one(self):
        self.assertEqual(find(["rest", "paused", "Preparing"])["is"], "paused")
        self.assertEqual(find(["weld", "pe"])["is"], "weld")
        self.assertEqual(find(["pe", "weld"])["is"], "pe")
        self.assertEqual(find(["nothing"]), {})


class Rhythms(unittest.TestCase):
    def test_go_round_by_their_marks(self):
        self.assertEqual(bar("."), "###.....")
        self.assertEqual(bar("- "), "#" * 12 + "." * 13)
        self.assertEqual(bar("=="), "#" * 40)

    def test_may_end_after_the_last_mark(self):
        once = Rhythm("..", True)
        shown = "".join(["#" if once.step(STEP_MS) else "." for _ in range(40)])
        self.assertEqual(shown.rstrip("."), "##.....###")

    def test_that_are_empty_are_dark(self):
        self.assertFalse(Rhythm("").step(1_000))

    def test_catch_up_after_a_pause(self):
        self.assertEqual(Rhythm("._").step(123_456_789), Rhythm("._").step(123_456_789 % 2_000))


class Presses(unittest.TestCase):
    def press(self, *spans):
        """(pressed, ms) one after the other; what was heard."""
        heard = []
        for pressed, ms in spans:
            for _ in range(ms // STEP_MS):
                found = self.button.feed(pressed, STEP_MS)
                if found:
                    heard.append(found)
        return heard

    def setUp(self):
        self.button = Button()
        self.assertEqual(self.press((False, 200)), [])

    def test_are_short_when_let_go_soon(self):
        for ms in (100, 500, 900):
            self.assertEqual(self.press((True, ms), (False, 200)), ["short"], ms)

    def test_of_less_than_a_moment_are_bounces(self):
        self.assertEqual(self.press((True, 50), (False, 200)), [])
        self.assertEqual(
            self.press((True, 200), (False, 50), (True, 200), (False, 200)), ["short"]
        )

    def test_are_long_after_three_seconds_once(self):
        self.assertEqual(self.press((True, 2_950)), [])
        self.assertEqual(self.press((True, 10_000), (False, 1_000)), ["long"])

    def test_between_are_nothing(self):
        self.assertEqual(self.press((True, 1_500), (False, 500)), [])

    def test_from_before_the_power_came_are_nothing(self):
        self.button = Button()
        self.assertEqual(self.press((True, 20_000), (False, 500)), [])
        self.assertEqual(self.press((True, 200), (False, 200)), ["short"])


class Panel:
    def __init__(self):
        self.colours = []
        self.beeps = []
        self.down = False

    def show(self, *colour):
        self.colours.append(colour)

    def pressed(self):
        return self.down

    def beep(self, on):
        self.beeps.append(on)


class FrontTest(unittest.TestCase):
    config = ()  # pairs

    def setUp(self):
        self.box = Book()
        self.app = App(self.box, **dict(self.config))
        self.app.obey = self.obey
        self.obeyed = []
        self.refusal = None
        self.app.up[UP_STATE] = levels.A
        self.panel = Panel()
        self.front = Front(self.app, self.panel)
        self.go(200)

    def tearDown(self):
        self.box.close()

    def obey(self, type_, args):
        self.obeyed.append(type_)
        if self.refusal:
            raise Refused(None, self.refusal, "")

    def go(self, ms):
        for _ in range(ms // STEP_MS):
            self.front.step(STEP_MS)

    def press(self, ms):
        self.panel.down = True
        self.go(ms)
        self.panel.down = False
        self.go(200)
        found, self.obeyed = self.obeyed, []
        return found


class Shown(FrontTest):
    def shown(self, *pairs):
        for place, value in pairs:
            self.app.up[place] = value
        self.panel.colours = []
        self.panel.beeps = []
        self.go(12_000)
        return front.keys(self.app), {colour for colour in self.panel.colours if any(colour)}

    def test_is_what_the_box_is_in(self):
        keys, colours = self.shown()
        self.assertEqual((keys, colours), (["Available"], {COLOURS["green"]}))
        keys, colours = self.shown(
            (UP_STATE, levels.B), (UP_WHY_NOT, reasons.NOT_READY | reasons.NOT_AUTHORISED)
        )
        self.assertEqual(keys, ["vehicle-not-ready", "not-authorised", "Preparing"])
        self.assertEqual(colours, {COLOURS["blue"]})
        self.assertEqual(self.panel.beeps, [True, False])
        keys, colours = self.shown((UP_FAULTS, faults.PE | faults.WELD), (UP_CLOSED, 0))
        self.assertEqual((keys, colours), (["pe", "weld", "Faulted"], {COLOURS["red"]}))
        self.assertEqual(self.panel.beeps, [True, False] * 3)

    def test_is_what_an_installer_tries_out(self):
        self.app.service = object()
        self.assertEqual(self.shown(), (["service"], {COLOURS["white"]}))

    def test_is_dark_where_flash_is_broken(self):
        def fail(*_):
            raise OSError(5)

        front.find = fail
        try:
            _, colours = self.shown((UP_FAULTS, faults.PE))
        finally:
            front.find = find
        self.assertEqual(colours, set())


class Free(FrontTest):
    def test_press_starts_pauses_and_goes_on(self):
        self.app.look()
        session = self.app.session
        self.assertEqual(self.press(200), ["start"])
        session.active = True
        self.assertEqual(self.press(200), ["pause"])
        session.paused = True
        self.assertEqual(self.press(200), ["resume"])
        self.assertEqual(self.app.log.entry(self.app.log.n - 1)[3:], (BUTTON, "resume"))

    def test_press_that_is_refused_harms_nothing(self):
        self.refusal = "no-vehicle"
        self.assertEqual(self.press(200), ["start"])

    def test_long_press_clears_what_a_person_may_clear(self):
        self.assertEqual(self.press(3_500), ["clear-faults"])


class NotFree(FrontTest):
    config = (("authorise", "remote"),)

    def test_press_ends_a_charge_and_never_begins_one(self):
        self.assertEqual(self.press(200), [])
        self.app.session.paused = True
        self.assertEqual(self.press(200), [])
        self.app.session.active = True
        self.assertEqual(self.press(200), ["stop"])


class Off(FrontTest):
    config = (("button", False),)

    def test_button_does_nothing(self):
        self.assertEqual(self.press(200) + self.press(4_000), [])


if __name__ == "__main__":
    unittest.main()
