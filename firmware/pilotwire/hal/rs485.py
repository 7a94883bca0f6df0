"""A UART behind an RS-485 transceiver that has to be told who speaks (DE, and /RE with it).

MicroPython's UART has no such mode, and a reply may come 3.5 characters after the request: so
`write` lasts until its frame is out, 9 ms for a request at 9,600 baud. Ring 0 goes on meanwhile,
also where its tick comes between two lines of Python only.
"""

import time

from micropython import const

_BITS = const(10)  # of the shortest character
_LATE_US = const(20_000)  # a UART that has not ended so long after twice its time hangs


class Rs485:
    """The port of energy/rtu.py. `speak(1)` makes us speak, `speak(0)` lets others."""

    def __init__(self, uart, speak, baud):
        self._uart = uart
        self._speak = speak
        self._character_us = _BITS * 1_000_000 // baud
        self.any = uart.any
        self.readinto = uart.readinto

    def write(self, frame):
        """As a UART's; 0 if the frame does not get out."""
        uart = self._uart
        least_us = len(frame) * self._character_us
        begun_us = time.ticks_us()
        self._speak(1)
        try:
            sent = uart.write(frame)
            while True:
                us = time.ticks_diff(time.ticks_us(), begun_us)
                # An ESP32 fills its UART from an interrupt: at first it looks done.
                if us >= least_us and uart.txdone():
                    return sent
                if us > 2 * least_us + _LATE_US:
                    return 0
        finally:
            self._speak(0)
