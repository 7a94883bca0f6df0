"""The published state: what each of ring 0's numbers becomes."""

import json
import unittest
from array import array

from pilotwire.link.state import describe, letter
from pilotwire.pilot import duty, faults, handover, levels, reasons, signals

LETTERS = (
    (levels.A, duty.X1, "A1"),
    (levels.B, duty.X1, "B1"),
    (levels.B, 2_666, "B2"),
    (levels.C, 2_666, "C2"),
    (levels.C, duty.X1, "C1"),
    (levels.D, 1_000, "D2"),
    (levels.B, duty.F, "B1"),
    (levels.E, 2_666, "E"),
    (levels.F, duty.F, "F"),
    (levels.INVALID, duty.X1, "?"),
)


def source_of(binding):
    return {0: "box", 1: "site", handover.BINDING_CABLE: "cable"}.get(binding, "local")


def up(**values):
    numbers = array("i", [0] * handover.N_UP)
    for name, value in values.items():
        numbers[getattr(handover, "UP_" + name)] = value
    return numbers


class State(unittest.TestCase):
    def test_names_the_vehicle_state_and_whether_the_pilot_oscillates(self):
        for state, driven, text in LETTERS:
            self.assertEqual(letter(up(STATE=state, DUTY=driven)), text)

    def test_before_the_first_tick_offers_nothing(self):
        state = describe(up(), 80_000, source_of)
        self.assertEqual((state["closed"], state["offered_ma"]), (False, 0))
        self.assertEqual(state["limit"], {"ma": 0, "by": "box"})

    def test_says_what_flows_and_who_limits_it(self):
        numbers = up(STATE=levels.C, DUTY=2_666, CLOSED=1, LIMIT_MA=16_000, CABLE_MA=20_000)
        numbers[handover.UP_INPUTS + signals.CP_HIGH_MV] = 6_010
        numbers[handover.UP_INPUTS + signals.CP_LOW_MV] = -11_950
        state = describe(numbers, 80_000, source_of)
        self.assertEqual(state["offered_ma"], 15_996)
        self.assertEqual(state["duty_percent"], 26.66)
        self.assertEqual(state["pilot_mv"], [6_010, -11_950])
        self.assertEqual(state["cable_ma"], 20_000)
        self.assertIs(state["closed"], True)
        for binding, name in ((0, "box"), (1, "site"), (handover.BINDING_CABLE, "cable")):
            numbers[handover.UP_BINDING] = binding
            self.assertEqual(
                describe(numbers, 80_000, source_of)["limit"], {"ma": 16_000, "by": name}
            )

    def test_never_says_more_than_the_profile_allows(self):
        self.assertEqual(describe(up(DUTY=9_600), 63_000, source_of)["offered_ma"], 63_000)

    def test_says_why_not_and_what_is_wrong(self):
        state = describe(
            up(WHY_NOT=reasons.PAUSED, FAULTS=faults.RCD | faults.PE), 80_000, source_of
        )
        self.assertEqual(state["why_not"], ["paused"])
        self.assertEqual(state["faults"], ["rcd", "pe"])

    def test_with_everything_in_it_is_json_that_fits_a_message(self):
        text = json.dumps(describe(up(WHY_NOT=-1, FAULTS=-1), 80_000, source_of))
        self.assertEqual(len(json.loads(text)["why_not"]), len(reasons.codes(-1)))
        self.assertEqual(len(json.loads(text)["faults"]), len(faults.CODES))
        self.assertTrue(len(text) < 1_000, len(text))


if __name__ == "__main__":
    unittest.main()
