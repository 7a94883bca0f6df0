"""What the chip remembers across a reset: RP2040 datasheet 4.7, the watchdog's scratch registers.

They cost no flash and are empty after power-on. main.py counts starts in register 0, and the
last thing that the firmware said of its end is in register 1. (The SDK uses 4 to 7.)
"""

from machine import mem32
from micropython import const

_STARTS = const(0x4005800C)
_NOTE = const(0x40058010)
_WATCHDOG_OFF = const(0x4005B000)  # CTRL, clearing alias
_WATCHDOG_ENABLE = const(1 << 30)

_MARK = const(0x5057_0000)  # other software's scratch is no note of ours
_RUNNING = const(1)
_REASONS = ("power-on", "watchdog", "crash", "console", "command")


def last():
    """Why the firmware starts now, as one of the reasons; "watchdog" if it ended unsaid."""
    note = mem32[_NOTE] - _MARK
    return _REASONS[note] if 0 < note < len(_REASONS) else _REASONS[0]


def running():
    """Note that the firmware runs: an end without a word will be the watchdog's."""
    mem32[_NOTE] = _MARK + _RUNNING


def ended(reason):
    """Note `reason` ("crash", "console", "command") for the next start. Raises ValueError."""
    mem32[_NOTE] = _MARK + _REASONS.index(reason)


def settled():
    """This start was none of those that crash: main.py need not look for another slot."""
    mem32[_STARTS] = 0


def stop_watchdog():
    """machine.WDT cannot; the register can. For maintenance only, with the contactor open."""
    mem32[_WATCHDOG_OFF] = _WATCHDOG_ENABLE
