"""Ring 0's part of a board, and its contacts, in process: set by hand or by a plant."""

from array import array

from ..pilot import signals

# Nothing plugged in, in the order of signals.py.
HEALTHY = (12_000, 12_000, 10_000, 30_000, 0, 0, 1, 0, 0, 0)


class MockHal:
    """Ring 0's part: set `inputs`; read `duty`, `closed`, `outputs`. `sample` returns `dt_ms`.

    `contacts`: {name: whether it is active} of those that are fitted beside.
    """

    def __init__(self):
        self.inputs = array("i", HEALTHY)
        self.dt_ms = 10
        self.duty = 10_000
        self.closed = 0
        self.outputs = array("i", [0] * signals.N_OUTPUTS)
        self.fed = 0
        self.wakes = 0
        self.contacts = {}
        self.thermometer = None

    def sample(self, inputs):
        i = 0
        while i < signals.N_INPUTS:
            inputs[i] = self.inputs[i]
            i += 1
        return self.dt_ms

    def drive(self, duty, closed):
        self.duty = duty
        self.closed = closed

    def switch(self, output, on):
        self.outputs[output] = on

    def feed(self):
        self.fed += 1

    def wake(self):
        self.wakes += 1

    def consoles(self):
        return ()

    def panel(self):
        return None

    def contact(self, name):
        return self.contacts.get(name)
