"""The peripherals' clock of the RP2040 (datasheet 2.15): what the guest selects is what runs.

rp2040py keeps it at 125 MHz, but MicroPython feeds the UARTs from the USB PLL's 48 MHz, and
would talk 2.6 times too fast.
"""

from rp2040py.peripherals.clocks import CLK_PERI_CTRL, RPClocks

_SOURCE_SHIFT = 5
_SOURCE_MASK = 7
_PLL_USB = 2
_PLL_USB_HZ = 48_000_000


class PeripheralClocks(RPClocks):
    """Keeps `chip.clk_peri` (Hz); every source but the USB PLL is the system clock here."""

    def reset(self):
        super().reset()
        self._select(0)

    def write_uint32(self, offset, value):
        super().write_uint32(offset, value)
        if offset == CLK_PERI_CTRL:
            self._select(value >> _SOURCE_SHIFT & _SOURCE_MASK)

    def _select(self, source):
        chip = self.rp2040
        chip.clk_peri = _PLL_USB_HZ if source == _PLL_USB else chip.clk_sys
