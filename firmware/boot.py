"""Runs before anything else: the contactor opens, whatever comes after; then a slot is chosen.

On the unix port there is no pin to open: the plant drops the coil when the process dies.
A soft reset leaves a pin at its level (a chip's reset does not), so all of them are let go here,
as after power-on, whoever drove them: this file knows no board and must not need one.
USB comes up after this file, so nothing in it may raise or take long.
"""

import json
import os
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


def _is_whole(slot):
    """Whether each file of the slot's manifest is there with its size."""
    try:
        with open(slot + "/manifest.json") as file:
            sizes = json.load(file)
        for name in sizes:
            if os.stat(slot + "/" + name)[6] != sizes[name]:
                return False
    except (OSError, ValueError, TypeError, MemoryError):
        return False
    return True


def _choose(starts):
    """The slot to start from: the one that /slot names, /a if it names none; or the other one.

    None if neither is whole, or both have been tried and did not last.
    """
    try:
        with open("/slot") as file:
            named = file.read(1)
    except (OSError, ValueError):
        named = ""
    slots = ["/b", "/a"] if named == "b" else ["/a", "/b"]
    slots = [slot for slot in slots if _is_whole(slot)]
    if starts >= _CRASHES:
        slots = slots[1:] if starts < 2 * _CRASHES else []
    return slots[0] if slots else None


if sys.platform in ("rp2", "esp32"):
    _slot = _choose(_let_go())
    if _slot:
        sys.path.insert(0, _slot)
