"""What writes the board's flash, and when: seen where the chip's serial interface carries it out.

The boot ROM's routines talk SPI to the flash through the SSI (RP2040 datasheet 4.10); what reads
by XIP does not pass there.
"""

from rp2040py.peripherals import ssi

_WRITES = (ssi.CMD_SECTOR_ERASE, ssi.CMD_BLOCK_ERASE, ssi.CMD_PAGE_PROGRAM)


class FlashOperations:
    """A device that keeps the ns of every erase and of every page programmed, in `seen`."""

    def __init__(self):
        self.seen = []

    def attach(self, chip):
        carry_out = chip.ssi._apply_command

        def counted():
            if chip.ssi._tx_buffer[:1] and chip.ssi._tx_buffer[0] in _WRITES:
                self.seen.append(chip.clock.nanos)
            carry_out()

        chip.ssi._apply_command = counted

    def since(self, ns, until=float("inf")):
        """How many there were from `ns` on."""
        return sum(ns <= at <= until for at in self.seen)
