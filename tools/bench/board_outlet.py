"""A car that charges, without a will or a delay of its own, on an emulated board's pins.

Beside the plant's World this one changes at the nanosecond, so that a delay that is measured is
the board's alone.
"""

from emulator.charge_pump import ChargePump
from emulator.pins import Edges
from on_chip.box import wires

_SUPPLY_MV = 3_300
_PULL_UP_OHM = 1_000
_HOLD_MS = 1  # of a coil that is as fast as can be told from a 10 kHz wave


class Outlet:
    """A device. `cp_mv` is the pilot's high plateau, `ohm` the proximity resistor."""

    def __init__(self):
        self.cp_mv = 12_000
        self.ohm = 30_000
        self._wires = pins = wires()
        self._gpio = {name: gpio for gpio, name in pins.inputs.items()}
        self.pilot = Edges(pins.pilot)
        self.wave = ChargePump(pins.coil, _HOLD_MS, on_change=self._coil_moved)

    def attach(self, chip):
        self._chip = chip
        self.pilot.attach(chip)
        self.wave.attach(chip)
        for channel, divider in self._wires.analog.items():
            chip.adc.sources[channel] = lambda divider=divider: self._counts(divider)
        for name, closed in {
            "feedback": False,
            "rcd": False,
            "pe": True,
            "lock": True,
            "stop": False,
        }.items():
            self.contact(name, closed)

    @property
    def closed(self):
        """Whether the contactor's wave has an edge every millisecond."""
        return self.wave.energised

    @property
    def last_edge_ns(self):
        """When the wave's last edge was."""
        return self.wave.edges.seen[-1][0]

    def plug(self, cp_mv=6_000, ohm=220):
        """A car in state C on a cable for 32 A."""
        self.cp_mv, self.ohm = cp_mv, ohm

    def contact(self, name, closed):
        """Set an input (box.wires) to what a contact in this position gives."""
        gpio = self._gpio[name]
        self._chip.gpio[gpio].set_input_value(closed != (gpio in self._wires.inverted_inputs))

    def _coil_moved(self, energised):
        self.contact("feedback", energised)

    def _counts(self, divider):
        if divider.node == "cp":
            return divider.counts(self.cp_mv if self.pilot.level else -12_000)
        return divider.counts(_SUPPLY_MV * self.ohm // (_PULL_UP_OHM + self.ohm))
