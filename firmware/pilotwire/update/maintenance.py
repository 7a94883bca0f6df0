"""Maintenance mode: what comes before a prompt, mpremote, flashing and every reset of our own.

Timer, DMA and watchdog are stopped, the contactor is open and stays so, the pilot is X1.
"""

import micropython

_CTRL_C = 3


def enter(hal, reason):
    """Into maintenance mode; `reason` ("console", "crash", "command") is named after the restart.

    A second Ctrl-C, which mpremote sends, does not get in between.
    """
    while True:
        try:
            micropython.kbd_intr(-1)
            hal.stop()
            hal.ended(reason)
            break
        except KeyboardInterrupt:
            pass
    micropython.kbd_intr(_CTRL_C)
