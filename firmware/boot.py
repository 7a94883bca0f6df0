"""Runs before anything else: the contactor opens, whatever comes after; then a slot is chosen.

On the unix port there is no pin to open: the plant drops the coil when the process dies.
A soft reset leaves a pin at its level (a chip's reset does not), so all of them are let go here,
as after power-on, whoever drove them: this file knows no board and must not need one.
USB comes up after this file, so nothing in it may raise or take long.
"""

import sys

_CRASHES = 2  # starts from a slot that did not last, before the other one is tried


def _let_go():
    """How many starts did not last, as main.py has counted them."""
    from machine import mem32

    if sys.platform == "rp2":
        for gpio in range(29):
            if not 23 <= gpio <= 25:  # the wireless chip's
                mem32[0x40014004 + 8 * gpio] = 0x1F  # IO_BANK0, GPIOn_CTRL: no function, no output
        mem32[0xD0000028] = 0x1C7FFFFF  # SIO, GPIO_OE_CLR
        mem32[0x4005B000] = 1 << 30  # WATCHDOG, CTRL, clearing alias: the app starts it again
        return mem32[0x4005800C]  # SCRATCH0
    from machine import SOFT_RESET, WDT, reset_cause

    for gpio in range(34):
        # FUNCn_OUT_SEL: what a peripheral drives ends with the reset, or is the flash's.
        if mem32[0x3FF44530 + 4 * gpio] & 0x1FF == 0x100:
            mem32[0x3FF44034 if gpio > 31 else 0x3FF44028] = 1 << (gpio & 31)  # GPIO_ENABLE, W1TC
    if reset_cause() == SOFT_RESET:  # the watchdog goes on: 11 days, unless the app says less
        WDT(timeout=1_000_000_000)
    return mem32[0x3FF4804C]  # RTC_CNTL STORE0


_is_chip = sys.platform in ("rp2", "esp32")
_starts = _let_go() if _is_chip else 0
del _let_go

# From here on an image that lacks something, or is no MicroPython of ours, does no harm.
from binascii import crc32  # noqa: E402
from struct import unpack  # noqa: E402

from deflate import RAW, DeflateIO  # noqa: E402


class _Pack:
    """A slot's files in one, to be mounted: tools/packing/pack.py says what stands where."""

    def __init__(self, path, keys):
        self._path = path
        self._keys = keys

    def mount(self, *_):
        pass

    def stat(self, path):
        folder = "." not in path
        self._index(path + "/__init__.mpy" if folder else path)
        return (0x4000 if folder else 0x8000, 0, 0, 0, 0, 0, 0, 0, 0, 0)

    def open(self, path, _):
        index = self._index(path)
        file = open(self._path, "rb")  # noqa: SIM115
        file.seek(12 + len(self._keys) + index // 3 * 4)
        place = unpack("<I", file.read(4))[0]
        file.seek(place >> 1)
        return DeflateIO(file, RAW, 9, True) if place & 1 else file

    def _index(self, path):
        index = self._keys.find(crc32(path).to_bytes(4, "little")[:3])
        if index % 3:  # -1, or across two keys: no file has this name
            raise OSError(2)
        return index


def _whole(slot):
    """(path, pack) of a slot in a list, an empty one where it is not all there."""
    path = slot + ".pack"
    try:
        with open(path, "rb") as file:
            mark, size, count = unpack("<4sII", file.read(12))
            keys = file.read(3 * count)
            if mark == b"PWP2" and file.seek(0, 2) == size:
                return [(slot, _Pack(path, keys))]
    except (OSError, ValueError, OverflowError, MemoryError):
        pass
    return []


def _choose(starts):
    """(path, pack) of the slot to start from: the one that /slot names, /a if it names none.

    Or the other one; None if neither is whole, or both have been tried and did not last.
    """
    try:
        with open("/slot") as file:
            named = file.read(1)
    except (OSError, ValueError):
        named = ""
    slots = _whole("/b") + _whole("/a") if named == "b" else _whole("/a") + _whole("/b")
    if starts >= _CRASHES:
        slots = slots[1:] if starts < 2 * _CRASHES else []
    return slots[0] if slots else None


if _is_chip:
    _slot = _choose(_starts)
    if _slot:
        from vfs import mount

        mount(_slot[1], _slot[0])
        sys.path.insert(0, _slot[0])
    del _whole, _choose, _slot  # 1 KB that TLS will want
