"""The flash chip below MicroPython's littlefs: its power may go in the middle of any operation."""

BLOCK = 4_096
BLOCKS = 212  # as a stock image mounts it on a Pico W
PAGE = 256

_COUNT, _SIZE, _ERASE = 4, 5, 6  # of ioctl


class PowerCut(BaseException):
    """Nothing of the firmware runs on."""


class Chip:
    """A block device for vfs.VfsLfs2. `left`: operations until the power goes (None: it stays),
    of which `part` per mille of the bytes of the last one are still done.
    """

    def __init__(self, memory=None):
        self.memory = memory or bytearray(b"\xff" * (BLOCK * BLOCKS))
        self.operations = 0
        self.left = None
        self.part = 0
        self.dead = False

    def readblocks(self, block, buffer, offset=0):
        if self.dead:
            return
        place = block * BLOCK + offset
        buffer[:] = self.memory[place : place + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        if not self.dead:
            self._write(block * BLOCK + offset, bytes(buffer))

    def ioctl(self, operation, argument):
        if operation == _COUNT:
            return BLOCKS
        if operation == _SIZE:
            return BLOCK
        if operation == _ERASE and not self.dead:
            self._write(argument * BLOCK, b"\xff" * BLOCK)
        return 0

    def _write(self, place, data):
        self.operations += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                data = data[: len(data) * self.part // 1_000]
        self.memory[place : place + len(data)] = data
        if self.left is not None and self.left < 0:
            self.dead = True  # what littlefs tidies up after it goes nowhere
            raise PowerCut
