"""ADC of the RP2040 (datasheet 4.9) whose round robin visits every channel asked for.

rp2040py 0.3.6 masks the next channel with the field's shift instead of its width, so a round
robin stays on channel 0. And here an input is a function, asked at the instant of sampling.
"""

from rp2040py.peripherals import adc as stock

_CHANNELS = 5  # GPIO 26 to 29 and the temperature sensor
_FULL_SCALE = 4095


class SamplingAdc(stock.RPADC):
    """`sources[channel]` returns the counts (clipped to 0..4095) on that channel right now."""

    def __init__(self, chip, name):
        super().__init__(chip, name)
        self.sources = {}
        self.on_adc_read = self._sample

    def _sample(self, channel):
        source = self.sources.get(channel)
        if source is not None:
            self.channel_values[channel] = min(max(source(), 0), _FULL_SCALE)
        self._default_on_adc_read(channel)

    @property
    def _active_channel(self):
        return self.cs >> stock.CS_AINSEL_SHIFT & stock.CS_AINSEL_MASK

    @_active_channel.setter
    def _active_channel(self, _stock_choice):
        """Only the end of a conversion sets it: take the next channel of the mask."""
        mask = self.cs >> stock.CS_RROBIN_SHIFT & stock.CS_RROBIN_MASK
        channel = (self._active_channel + 1) % _CHANNELS
        while not mask >> channel & 1:
            channel = (channel + 1) % _CHANNELS
        self.cs &= ~(stock.CS_AINSEL_MASK << stock.CS_AINSEL_SHIFT)
        self.cs |= channel << stock.CS_AINSEL_SHIFT
