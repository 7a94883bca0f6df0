"""UART of the RP2040 (PL011, RP2040 datasheet 4.2) with its baud rate and its FIFOs.

rp2040py's own keeps the transmit interrupt raised for ever, so `machine.UART()` never returns.
Here a byte takes its time on the wire, the FIFOs are 32 deep, and the interrupts for a level
crossed, for a receiver gone quiet and for nothing else are raised.
"""

from collections import deque

from rp2040py.peripherals import uart as pl011

_RECEIVE_TIMEOUT = 1 << 6  # RT: bytes wait in the FIFO and the line is quiet for 32 bit times
_QUIET_BITS = 32
_OVERRUN = 1 << 11  # OE, beside the next byte read
_TX_FULL = 1 << 5
_BUSY = 1 << 3
_RSR = 0x04
_IFLS = 0x34
_IFLS_AT_RESET = 0x12  # both FIFOs at one half
_LEVELS = (4, 8, 16, 24, 28, 28, 28, 28)  # 1/8, 1/4, 1/2, 3/4, 7/8 of 32; the rest is reserved
_PARITY = 1 << 1
_TWO_STOPS = 1 << 3


class BaudUart(pl011.RPUART):
    """`on_byte(byte)` is called when a byte has left the pin; `feed_byte` puts one on RX."""

    def __init__(self, chip, name, irq, dreq):
        super().__init__(chip, name, irq, dreq)
        self._tx_alarm = chip.clock.create_alarm(self._byte_sent)
        self._quiet_alarm = chip.clock.create_alarm(self._line_quiet)
        self._clear()

    def _clear(self):
        self._tx = deque()
        self._shifting = None  # the byte on the wire, which is in no FIFO any more
        self._levels = _IFLS_AT_RESET
        self._overrun = False
        self.overruns = 0

    def reset(self):
        self._tx_alarm.cancel()
        self._quiet_alarm.cancel()
        super().reset()
        self._clear()

    @property
    def bit_ns(self):
        """Time of one bit in emulated ns, from the divisor the guest has set."""
        return 16e9 * max(self.baud_divider, 1) / self.rp2040.clk_peri

    @property
    def byte_ns(self):
        """Time of one character with its start, parity and stop bits."""
        line = self._line_ctrl_register
        parity = 1 if line & _PARITY else 0
        stops = 2 if line & _TWO_STOPS else 1
        return self.bit_ns * (1 + self.word_length + parity + stops)

    @property
    def _depth(self):
        return 32 if self.fifos_enabled else 1

    @property
    def _tx_level(self):
        return _LEVELS[self._levels & 7] if self.fifos_enabled else 0

    @property
    def _rx_level(self):
        return _LEVELS[self._levels >> 3 & 7] if self.fifos_enabled else 1

    @property
    def flags(self):
        return (
            (pl011.RXFF if self.rx_fifo.item_count >= self._depth else 0)
            | (pl011.RXFE if self.rx_fifo.empty else 0)
            | (_TX_FULL if len(self._tx) >= self._depth else 0)
            | (0 if self._tx else pl011.TXFE)
            | (0 if self._shifting is None else _BUSY)
        )

    def check_interrupts(self):
        self.rp2040.set_interrupt(self.irq, bool(self._interrupt_status & self._interrupt_mask))

    def _send(self, byte):
        if len(self._tx) < self._depth:  # a full FIFO drops what is written
            self._tx.append(byte)
        self._shift()
        if len(self._tx) > self._tx_level:
            self._interrupt_status &= ~pl011.UARTTXINTR
        self.check_interrupts()

    def _shift(self):
        if self._shifting is None and self._tx:
            self._shifting = self._tx.popleft()
            self._tx_alarm.schedule(self.byte_ns)
            if len(self._tx) == self._tx_level:  # the level is crossed on the way down only
                self._interrupt_status |= pl011.UARTTXINTR

    def _byte_sent(self):
        byte, self._shifting = self._shifting, None
        self._shift()
        self.check_interrupts()
        if self.on_byte:
            self.on_byte(byte)

    def feed_byte(self, value):
        """A byte (0..255) arrives now; lost, and marked so, when the FIFO is full."""
        if not (self.enabled and self.rx_enabled):
            return
        if self.rx_fifo.item_count >= self._depth:
            self.overruns += 1
            self._overrun = True
        else:
            self.rx_fifo.push(value)
        if self.rx_fifo.item_count >= self._rx_level:
            self._interrupt_status |= pl011.UARTRXINTR
        self._quiet_alarm.schedule(_QUIET_BITS * self.bit_ns)
        self.check_interrupts()

    def _line_quiet(self):
        if not self.rx_fifo.empty:
            self._interrupt_status |= _RECEIVE_TIMEOUT
            self.check_interrupts()

    def _receive(self):
        value = self.rx_fifo.pull()
        if self._overrun:
            value |= _OVERRUN
            self._overrun = False
        if self.rx_fifo.item_count < self._rx_level:
            self._interrupt_status &= ~pl011.UARTRXINTR
        if self.rx_fifo.empty:
            self._interrupt_status &= ~_RECEIVE_TIMEOUT
            self._quiet_alarm.cancel()
        else:
            self._quiet_alarm.schedule(_QUIET_BITS * self.bit_ns)
        self.check_interrupts()
        return value

    def read_uint32(self, offset):
        if offset == pl011.UARTDR:
            return self._receive()
        if offset == _IFLS:
            return self._levels
        if offset == _RSR:
            return 0
        return super().read_uint32(offset)

    def write_uint32(self, offset, value):
        if offset == pl011.UARTDR:
            self._send(value & 0xFF)
        elif offset == _IFLS:
            self._levels = value & 0x3F
        elif offset != _RSR:
            super().write_uint32(offset, value)
