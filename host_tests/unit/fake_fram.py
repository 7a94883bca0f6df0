"""An I2C bus with one memory of 8 KB on it: an FRAM, or an EEPROM that looks like one."""

from fake_flash import PowerCut

ADDRESS = 0x50
_ENODEV = 19
_EIO = 5


class FakeI2c:
    """machine.I2C's part. `power` is a fake_flash.Flash: it may go at any byte of a write.

    `fitted`: something answers at all. `slow`: it is busy after a write, as an EEPROM is.
    `broken`: the bus fails from now on.
    """

    def __init__(self, power, fitted=True, slow=False):
        self.memory = bytearray(8_192)
        self.broken = False
        self.written = 0
        self._power = power
        self._fitted = fitted
        self._slow = slow
        self._busy = False

    def readfrom_mem(self, address, place, n, addrsize=8):
        self._select(address, addrsize)
        return bytes(self.memory[place : place + n])

    def writeto_mem(self, address, place, data, addrsize=8):
        self._select(address, addrsize)
        if place + len(data) > len(self.memory):
            raise AssertionError("beyond the memory: it would go on at its beginning")
        self.written += len(data)
        allowed = self._power.spend(len(data))
        self.memory[place : place + allowed] = data[:allowed]
        if allowed < len(data):
            raise PowerCut
        self._busy = self._slow

    def _select(self, address, addrsize):
        if self.broken:
            raise OSError(_EIO)
        if not self._fitted or address != ADDRESS or addrsize != 16:
            raise OSError(_ENODEV)
        if self._busy:
            self._busy = False
            raise OSError(_ENODEV)
