"""The contactor's pin: a dead-man in PIO (RP2040 datasheet 3), or a plain level.

The dead-man makes a square wave of 10 kHz for 50 ms a token, and a charge pump feeds the coil
from it: a chip that is stopped, crashed or reset, with its pin at either level, drops it.
"""

# The state machine's instructions are no names of Python:
# ruff: noqa: F821
# pyright: reportUndefinedVariable=false, reportCallIssue=false, reportIndexIssue=false

import rp2
from machine import Pin
from micropython import const

_HZ = const(320_000)  # 32 cycles a period
_TOKEN = const(499)  # further periods, 50 ms in all
_QUEUE = const(0x50200010)  # PIO 0: TXF0
_SET = const(0xD0000014)  # SIO: GPIO_OUT_SET
_CLEAR = const(0xD0000018)


@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def _dead_man():
    wrap_target()
    label("rest")
    pull(block)
    mov(x, osr)
    jmp(not_x, "rest")  # a token of 0 makes no pulse
    label("wave")
    set(pins, 1)[15]
    set(pins, 0)[12]
    pull(noblock)  # a new token replaces what is left of the last one
    mov(x, osr)
    jmp(x_dec, "wave")
    wrap()


def dead_man(pin):
    """A square wave on GPIO `pin`, from state machine 0 of PIO 0: (on_at, on, off_at, off).

    Ring 0 writes `on` to the register `on_at`, for the next 50 ms, or `off` to `off_at`.
    A queue that is full, of a machine that has stopped, takes nothing and delays nobody.
    """
    rp2.StateMachine(0, _dead_man, freq=_HZ, set_base=Pin(pin)).active(1)
    return _QUEUE, _TOKEN, _QUEUE, 0


def plain_pin(pin, active):
    """The same of a level on GPIO `pin`, `active` (0, 1) for closed, that stays as it is when the
    chip stops.
    """
    Pin(pin, Pin.OUT, value=1 - active)
    on_at, off_at = (_SET, _CLEAR) if active else (_CLEAR, _SET)
    return on_at, 1 << pin, off_at, 1 << pin
