"""MicroPython's unix port as a Pico W: its littlefs, boot.py and main.py, then its prompt.

Typed at the unix port's prompt, since from there an exit is one, with `sys.argv` set before:
`flash`, a file that holds 848 KB and is written as the chip's is, so that a killed process is a
power cut; `registers`, one for what a reset leaves alone; `disguise`, what `sys` says of the
image; `raw`, true after a soft reset in the raw REPL, where MicroPython runs no main.py.
"""

import sys

import vfs

_BLOCK = 4_096
_BLOCKS = 212
_PAGE = 256
_RESET = 42  # exit code: the one who started this starts it again


class _Flash:
    def __init__(self, path):
        self._file = open(path, "r+b")  # noqa: SIM115

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * _BLOCK + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        self._file.seek(block * _BLOCK + offset)
        self._file.write(buffer)

    def ioctl(self, operation, argument):
        if operation == 6:
            self.writeblocks(argument, b"\xff" * _BLOCK)
        return {4: _BLOCKS, 5: _BLOCK}.get(operation, 0)


class _Registers:
    """machine.mem32, of which a scratch register outlives a reset."""

    def __init__(self, path):
        self._file = open(path, "r+b")  # noqa: SIM115

    def __getitem__(self, address):
        self._file.seek(0)
        return int(self._file.read() or b"0")

    def __setitem__(self, address, value):
        if address == 0x4005800C:
            self._file.seek(0)
            self._file.write(b"%08d" % value)
            self._file.flush()


class _Module:
    """What `import` finds under a name."""

    def __init__(self, real=None, **given):
        for name in given:
            setattr(self, name, given[name])
        self._real = real

    def __getattr__(self, name):
        return getattr(self._real, name)


class _Implementation:
    def __init__(self, given):
        self.name, self.version = given["name"], given["version"]
        self._machine, self._mpy = given["machine"], given["mpy"]


def _reset():
    sys.exit(_RESET)


_flash, _registers, _disguise, _raw = sys.argv
_machine = _Module(mem32=_Registers(_registers), reset=_reset)
_chip = _Flash(_flash)
try:
    _fs = vfs.VfsLfs2(_chip, progsize=_PAGE)
except OSError:
    vfs.VfsLfs2.mkfs(_chip, progsize=_PAGE)
    _fs = vfs.VfsLfs2(_chip, progsize=_PAGE)
vfs.mount(_fs, "/")
sys.path[:] = ["", ".frozen", "/lib"]
sys.modules["machine"] = _machine
if "network" not in _disguise["missing"]:
    sys.modules["network"] = _Module()
sys.modules["sys"] = _Module(
    sys, platform=_disguise["platform"], implementation=_Implementation(_disguise)
)


def _run(name):
    try:
        with open("/" + name) as file:
            text = file.read()
    except OSError:
        return
    exec(text, globals())


_run("boot.py")
print("USB is up")
if not _raw:
    _run("main.py")
