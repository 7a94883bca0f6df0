"""The wires between a board's pins and the plant: pilot PWM, coil, ADC inputs and contacts.

The plant is physics and knows no pins; this file knows both ends and nothing else.
"""

from dataclasses import dataclass, field
from typing import Protocol

from emulator.charge_pump import ChargePump
from emulator.pins import DutyMeter, Edges


class Plant(Protocol):
    """What the wires need of a plant."""

    def set_outputs(self, duty: int, closed: bool, others: dict[str, bool]) -> None:
        """Pilot duty in 1/100 % (0 is steady -12 V, 10,000 steady +12 V), the coil, the others."""
        ...

    def advance(self, to_us: int) -> None:
        """Bring everything to this time (us since power-on, never backwards)."""
        ...

    def node_mv(self, node: str, generator_high: bool) -> int:
        """Voltage of a node now, with the pilot generator on its +12 V or -12 V side."""
        ...

    def contact(self, name: str) -> bool:
        """Level that a contact or a sensor puts on its input pin now."""
        ...


@dataclass(frozen=True)
class Divider:
    """From a node's voltage to ADC counts: `mv * ratio_pm / 1000 + offset_mv` at the pin."""

    node: str
    ratio_pm: int
    offset_mv: int = 0
    reference_mv: int = 3300

    def counts(self, mv):
        """0..4095, clipped as the ADC's protection clips."""
        pin_mv = mv * self.ratio_pm / 1000 + self.offset_mv
        return min(max(int(pin_mv * 4096 / self.reference_mv), 0), 4095)


@dataclass(frozen=True)
class Pins:
    """Which GPIO is wired to what. A plain coil pin instead of a charge pump: `hold_ms=0`."""

    pilot: int
    coil: int
    analog: dict[int, Divider] = field(default_factory=dict)  # ADC channel 0..3
    inputs: dict[int, str] = field(default_factory=dict)  # GPIO -> the plant's contact
    inverted_inputs: frozenset[int] = frozenset()  # of these, the pin is low when it is true
    outputs: dict[int, str] = field(default_factory=dict)  # GPIO, high when on -> name
    pilot_inverted: bool = False
    hold_ms: float = 50


class PlantWiring:
    """A device for `Pico(devices=...)`: steps the plant in emulated time and moves the levels.

    The plant advances every `step_us` and whenever an output changes, so inputs are that late;
    the voltage an ADC samples follows the pilot generator at that very instant.
    """

    def __init__(self, plant, pins, step_us=1_000):
        self.plant = plant
        self.pins = pins
        self.duty_meter = DutyMeter(pins.pilot, on_start=self._settle)
        if pins.hold_ms:
            self.coil = ChargePump(pins.coil, pins.hold_ms, on_change=self._coil_changed)
        else:
            self.coil = Edges(pins.coil, on_edge=self._coil_changed)
        self.coil_changes = []  # (ns, energised)
        self._closed = False
        self._others = {gpio: Edges(gpio, on_edge=self._moved) for gpio in pins.outputs}
        self._outputs = None  # as the plant has them
        self._step_ns = step_us * 1000
        self._levels = {}

    def attach(self, chip):
        self._chip = chip
        self.duty_meter.attach(chip)
        self.coil.attach(chip)
        for edges in self._others.values():
            edges.attach(chip)
        for channel, divider in self.pins.analog.items():
            chip.adc.sources[channel] = lambda divider=divider: self._counts(divider)
        self._alarm = chip.clock.create_alarm(self._step)
        self._step()

    @property
    def generator_high(self):
        """Whether the pilot generator is on its +12 V side now."""
        return self.duty_meter.edges.level != self.pins.pilot_inverted

    def _counts(self, divider):
        return divider.counts(self.plant.node_mv(divider.node, self.generator_high))

    def _coil_changed(self, energised):
        self.coil_changes.append((self._chip.clock.nanos, energised))
        self._closed = energised
        self._settle()

    def _moved(self, _level):
        self._settle()

    def _step(self):
        self._settle()
        self._alarm.schedule(self._step_ns)

    def _settle(self):
        """The plant lives up to now with the old outputs, then gets the new ones."""
        self.plant.advance(int(self._chip.clock.nanos / 1000))
        duty = self.duty_meter.duty
        if self.pins.pilot_inverted:
            duty = 10_000 - duty
        names = self.pins.outputs
        others = {names[gpio]: edges.level for gpio, edges in self._others.items()}
        outputs = (duty, self._closed, others)
        if outputs != self._outputs:
            self._outputs = outputs
            self.plant.set_outputs(*outputs)
        for gpio, name in self.pins.inputs.items():
            level = self.plant.contact(name) != (gpio in self.pins.inverted_inputs)
            if self._levels.get(gpio) != level:
                self._levels[gpio] = level
                self._chip.gpio[gpio].set_input_value(level)
