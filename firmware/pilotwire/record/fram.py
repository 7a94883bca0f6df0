"""Ferroelectric memory on I2C, for what must outlive a power cut while flash may not be written.

FM24CL64B and its relatives with two address bytes (FM24W256, FM24V.., MB85RC64..1M, CY15B..):
8 KB or more at address 0x50, written as fast as the bus, without wear. An EEPROM looks alike but
is busy after a write (5 ms), so it does not answer at once: that tells them apart.
"""

import struct
from hashlib import sha256

from micropython import const

_ADDRESS = const(0x50)
_TEST = const(0x1FFE)  # the last word of 8 KB
_HALF = const(1_024)  # bytes of each of the two copies of an area
# Count and length, then the first bytes of the SHA-256 of both and of the data. No CRC: those over
# data that end with their own CRC-32, as frames do, are all alike.
_HEAD = "<IH"
_CHECK = const(6)
_HEAD_BYTES = const(10)


class Fram:
    """Areas 0, 1, 2: each holds what was saved last, whole, whenever the power goes.

    `failed`: the bus has, the last time.
    """

    def __init__(self, i2c):
        self._i2c = i2c
        self._counts = [0, 0, 0]
        self.failed = False

    def save(self, area, data):
        """Put `data` (at most 1,014 bytes) into the older copy; whether it is there."""
        if not self._counts[area]:  # which is the older one nobody has looked yet
            self.load(area)
        count = self._counts[area] + 1
        head = struct.pack(_HEAD, count, len(data))
        data = head + _check(head, data) + data
        try:
            self._i2c.writeto_mem(_ADDRESS, _place(area, count), data, addrsize=16)
        except OSError:
            self.failed = True
            return False
        self._counts[area] = count
        self.failed = False
        return True

    def erase(self, area):
        """Leave nothing in either copy of what was ever saved. Raises OSError."""
        self._counts[area] = 0
        self.failed = True
        for half in (0, 1):
            self._i2c.writeto_mem(_ADDRESS, _place(area, half), bytes(_HALF), addrsize=16)
        self.failed = False

    def load(self, area):
        """What was saved last, empty where nothing was."""
        best = 0, b""
        for half in (0, 1):
            try:
                best = max(best, self._read(_place(area, half)))
            except OSError:
                self.failed = True
                return b""
        self._counts[area] = best[0]
        return best[1]

    def _read(self, place):
        """(count, data) of a copy; (0, b"") of one that is not whole."""
        head = self._i2c.readfrom_mem(_ADDRESS, place, _HEAD_BYTES, addrsize=16)
        count, size = struct.unpack(_HEAD, head[:_CHECK])
        if size <= _HALF - _HEAD_BYTES:
            data = self._i2c.readfrom_mem(_ADDRESS, place + _HEAD_BYTES, size, addrsize=16)
            if _check(head[:_CHECK], data) == head[_CHECK:]:
                return count, data
        return 0, b""


def find(i2c):
    """The Fram on the bus, None where there is none. `i2c`: machine.I2C or None."""
    if i2c is None:
        return None
    try:
        word = i2c.readfrom_mem(_ADDRESS, _TEST, 2, addrsize=16)
        i2c.writeto_mem(_ADDRESS, _TEST, word, addrsize=16)
        i2c.readfrom_mem(_ADDRESS, _TEST, 2, addrsize=16)
    except OSError:
        return None
    return Fram(i2c)


def _check(head, data):
    return sha256(head + data).digest()[: _HEAD_BYTES - _CHECK]


def _place(area, half):
    return (2 * area + half % 2) * _HALF
