"""An I2C bus with an SHT3x and thermometers on it, as machine.I2C shows them."""

_ENODEV = 19
_EIO = 5
SHT = 0x44
START = 0x2130
BREAK = 0x3093
FETCH = 0xE000


def crc8(data):
    """Bit by bit, as Sensirion draws it: x^8 + x^5 + x^4 + 1, from 0xFF."""
    crc = 0xFF
    for byte in data:
        for bit in range(7, -1, -1):
            top = (crc >> 7 ^ byte >> bit) & 1
            crc = (crc << 1 & 0xFF) ^ (0x31 if top else 0)
    return crc


class FakeI2c:
    """`raw`: the SHT3x's (temperature, humidity), None: it is not fitted; it measures only when
    it was told to. `thermometers`: {address: the register}. `broken`: nobody answers.
    `damage`: a bit of the next answer to be turned, or None. `asked`: the address of each read.
    """

    def __init__(self, raw=None, thermometers=None):
        self.raw = raw
        self.thermometers = thermometers or {}
        self.broken = False
        self.damage = None
        self.measures = False
        self.asked = []

    def readfrom_mem(self, address, place, n, addrsize=8):
        self.asked.append(address)
        if self.broken:
            raise OSError(_EIO)
        if address in self.thermometers and (place, n, addrsize) == (0, 2, 8):
            return self.thermometers[address].to_bytes(2, "big")
        if address == SHT and self.raw and self.measures and (place, addrsize) == (FETCH, 16):
            words = [raw.to_bytes(2, "big") for raw in self.raw]
            data = bytearray(b"".join([word + bytes((crc8(word),)) for word in words]))
            if self.damage is not None:
                data[self.damage >> 3] ^= 1 << (self.damage & 7)
                self.damage = None
            return bytes(data[:n])
        raise OSError(_ENODEV)

    def writeto_mem(self, address, place, data, addrsize=8):
        if self.broken:
            raise OSError(_EIO)
        if address != SHT or not self.raw or addrsize != 8 or len(data) != 1:
            raise OSError(_ENODEV)
        order = place << 8 | data[0]
        if order == BREAK:
            self.measures = False
        elif order == START and not self.measures:
            self.measures = True
        else:
            raise OSError(_EIO)  # what measures takes no other order
