"""Starts the app: on a chip from the slot that boot.py has put on the path, else from here.

On a chip it ends at the prompt, contactor open, when a person asks for it or when no slot is
fit to start; after a crash the chip starts again, and boot.py tries the other slot in time.
On a computer a process that a command has ended ends with 0: who started it starts it again.
"""

import gc
import sys
import time

from micropython import const

# Starts that did not last, gone after power-off: RP2040 watchdog SCRATCH0; ESP32 RTC_CNTL STORE0.
_STARTS = 0x4005800C if sys.platform == "rp2" else 0x3FF4804C
_COLLECT_BYTES = const(16_384)  # rubbish between collections: TLS wants 17 KB in one piece
_READ_S = const(3)  # for a person at the console to read what happened, and to press Ctrl-C


def _on_chip():
    from machine import mem32, reset

    if sys.path[0] not in ("/a", "/b"):
        print("main: no slot is whole, or all have crashed: contactor open; see docs/flashing.md")
        return
    mem32[_STARTS] += 1
    try:
        from pilotwire.update.start import run

        if sys.platform == "rp2":
            from pilotwire.hal.rp2 import Rp2 as Hal
        else:
            from pilotwire.hal.esp32 import Esp32 as Hal
        run(Hal)
        mem32[_STARTS] = 0  # a command wants it to start again: that was no crash
        reset()
    except KeyboardInterrupt:
        mem32[_STARTS] = 0  # a person is here: that was no crash
        return
    except Exception as error:  # whatever it was: it must not keep the box from starting again
        sys.print_exception(error)
    print("main: crashed, starting again in %d s (Ctrl-C: stay here)" % _READ_S)
    time.sleep(_READ_S)
    reset()


gc.threshold(_COLLECT_BYTES)
if sys.platform in ("rp2", "esp32"):
    _on_chip()
else:
    from pilotwire.update.process import run

    run()
