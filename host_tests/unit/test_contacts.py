"""What the board's contacts show, and what an input that is not fitted does not."""

import unittest
from array import array

from pilotwire.pilot import faults, signals
from pilotwire.pilot.contacts import contact_faults

# input, value, closed, moved, what is seen
ROWS = (
    (signals.RCD, 0, 1, True, 0),
    (signals.RCD, 1, 0, False, faults.RCD),
    (signals.RCD, 1, 1, True, faults.RCD),
    (signals.RCD, signals.NOT_FITTED, 1, True, 0),
    (signals.PE, 1, 1, True, 0),
    (signals.PE, 0, 0, False, faults.PE),
    (signals.PE, 0, 1, True, faults.PE),
    (signals.PE, signals.NOT_FITTED, 1, True, 0),
    (signals.STOP, 0, 1, True, 0),
    (signals.STOP, 1, 0, False, faults.STOP),
    (signals.STOP, 1, 1, True, faults.STOP),
    (signals.STOP, signals.NOT_FITTED, 1, True, 0),
    (signals.TAMPER, 0, 1, True, 0),
    (signals.TAMPER, 1, 0, False, faults.TAMPER),
    (signals.TAMPER, 1, 1, True, faults.TAMPER),
    (signals.TAMPER, signals.NOT_FITTED, 1, True, 0),
    (signals.FEEDBACK, 0, 1, True, faults.STUCK_OPEN),
    (signals.FEEDBACK, 0, 1, False, 0),
    (signals.FEEDBACK, 1, 1, True, 0),
    (signals.FEEDBACK, signals.NOT_FITTED, 1, True, 0),
    (signals.FEEDBACK, 0, 0, True, 0),
    (signals.FEEDBACK, 1, 0, True, faults.WELD),
    (signals.FEEDBACK, 1, 0, False, 0),
    (signals.FEEDBACK, signals.NOT_FITTED, 0, True, 0),
)


def healthy(closed):
    """All inputs as they should be."""
    inputs = array("i", [0] * signals.N_INPUTS)
    inputs[signals.PE] = 1
    inputs[signals.FEEDBACK] = closed
    return inputs


class ContactFaults(unittest.TestCase):
    def test_are_those_of_the_one_contact_that_is_wrong(self):
        for index, value, closed, moved, seen in ROWS:
            inputs = healthy(closed)
            inputs[index] = value
            self.assertEqual(contact_faults(inputs, closed, moved), seen, (index, value, closed))

    def test_are_told_together(self):
        inputs = healthy(1)
        inputs[signals.RCD] = inputs[signals.STOP] = inputs[signals.TAMPER] = 1
        inputs[signals.PE] = inputs[signals.FEEDBACK] = 0
        seen = faults.RCD | faults.PE | faults.STOP | faults.TAMPER | faults.STUCK_OPEN
        self.assertEqual(contact_faults(inputs, 1, True), seen)
        inputs[signals.FEEDBACK] = 1
        seen = seen & ~faults.STUCK_OPEN | faults.WELD
        self.assertEqual(contact_faults(inputs, 0, True), seen)
