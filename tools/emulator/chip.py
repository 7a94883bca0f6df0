"""The RP2040 with its repaired blocks in place, and a reset that the circuit around it notices.

A chip reset releases the pads (RP2040 datasheet 2.14); rp2040py does so without telling those
who listen to the pins, so a contactor would stay closed through a watchdog reset.
"""

from rp2040py.irq import IRQ
from rp2040py.rp2040 import RP2040

from emulator.adc import SamplingAdc
from emulator.clocks import PeripheralClocks
from emulator.pio import PunctualPio
from emulator.uart import BaudUart

_CLOCKS_BASE = 0x40008  # addresses without their lower 12 bits
_UART_BASES = (0x40034, 0x40038)
_ADC_BASE = 0x4004C
_PIO0_BASE = 0x50200


class PicoChip(RP2040):
    """PIO 1 stays rp2040py's own: the Wi-Fi bus lives there and is only used by an awake core."""

    def __init__(self, clock=None):
        super().__init__(clock)
        self.clocks = PeripheralClocks(self, "CLOCKS_BASE")
        self.peripherals[_CLOCKS_BASE] = self.clocks
        for index, base in enumerate(_UART_BASES):
            old = self.uart[index]
            self.uart[index] = BaudUart(self, old.name, old.irq, old.dreq)
            self.peripherals[base] = self.uart[index]
        self.adc = SamplingAdc(self, "ADC")
        self.peripherals[_ADC_BASE] = self.adc
        self.pio[0] = PunctualPio(self, "PIO0", IRQ.PIO0_IRQ0, 0)
        self.peripherals[_PIO0_BASE] = self.pio[0]
        self.resets_seen = 0

    def enter_reset(self, *, from_watchdog=False):
        before = [pin.value for pin in self.gpio]
        super().enter_reset(from_watchdog=from_watchdog)
        self.resets_seen += 1
        for pin, old in zip(self.gpio, before, strict=True):
            new = pin.value
            if new != old:
                for listener in tuple(pin._listeners):
                    listener(new, old)
