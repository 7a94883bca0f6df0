"""What people see, press and hear: lamp, button and buzzer of board.json, each where it is fitted.

The lamp is one pin a colour, or neopixels that all show the same.
"""

from machine import PWM, Pin
from micropython import const

_BEEP_HZ = const(2_700)
_HALF = const(32_768)


class Panel:
    """`board` is the board's data, `pulls` says which pull of Pin is meant by its name there.

    What is not fitted does nothing, and is not pressed.
    """

    def __init__(self, board, pulls):
        wires = board.get("leds") or {}
        self._pixels = None
        self._pins = []
        self._on = wires.get("active", 1)
        if "neopixel" in wires:
            from neopixel import NeoPixel

            self._pixels = NeoPixel(Pin(wires["neopixel"], Pin.OUT), wires["count"])
        else:
            for name in ("red", "green", "blue"):
                pin = wires.get(name)
                self._pins.append(None if pin is None else Pin(pin, Pin.OUT, value=1 - self._on))
        wire = board.get("button")
        self._button = Pin(wire["pin"], Pin.IN, pulls[wire["pull"]]) if wire else None
        self._pressed = wire["active"] if wire else 0
        wire = board.get("buzzer")
        self._buzzer = wire["pin"] if wire else None
        self._pwm = None

    def show(self, red, green, blue):
        """0 to 255 each. A pin knows on and off only, on from 128; a lamp of one colour shines
        whatever the colour."""
        if self._pixels:
            self._pixels.fill((red, green, blue))
            self._pixels.write()
            return
        parts = red, green, blue
        fitted = [pin for pin in self._pins if pin]
        for pin, part in zip(self._pins, parts):
            if pin:
                on = max(parts if len(fitted) == 1 else (part,)) >= 128
                pin(self._on if on else 1 - self._on)

    def pressed(self):
        return self._button is not None and self._button() == self._pressed

    def beep(self, on):
        if self._buzzer is None:
            return
        if not self._pwm:
            self._pwm = PWM(Pin(self._buzzer), freq=_BEEP_HZ, duty_u16=0)
        self._pwm.duty_u16(_HALF if on else 0)
