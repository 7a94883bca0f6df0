"""What the chip remembers across a reset: the ESP32's RTC, of which only power-off takes it.

It costs no flash. main.py counts starts in the register STORE0, which the SDK leaves
alone, and the last thing that the firmware said of its end is in MicroPython's RTC.memory.
"""

from machine import PWRON_RESET, RTC, mem32, reset_cause
from micropython import const

_STARTS = const(0x3FF4804C)
_RUNNING = const(1)
_MARK = b"PW%d"  # other software's bytes are no note of ours
_REASONS = ("power-on", "watchdog", "crash", "console", "command")


def last():
    """Why the firmware starts now, as one of the reasons; "watchdog" if it ended unsaid."""
    note = RTC().memory()
    if reset_cause() != PWRON_RESET:  # nor was it a dip of the supply
        for i in range(_RUNNING, len(_REASONS)):
            if note == _MARK % i:
                return _REASONS[i]
    return _REASONS[0]


def running():
    """Note that the firmware runs: an end without a word will be the watchdog's."""
    RTC().memory(_MARK % _RUNNING)


def ended(reason):
    """Note `reason` ("crash", "console", "command") for the next start. Raises ValueError."""
    RTC().memory(_MARK % _REASONS.index(reason))


def settled():
    """This start was none of those that crash: main.py need not look for another slot."""
    mem32[_STARTS] = 0
