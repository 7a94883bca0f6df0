"""The lamp that tells people: one pin a colour, or neopixels that all show the same."""

from machine import Pin


def show(wires, red, green, blue):
    """Colours 0 to 255. `wires` is "leds" of board.json, None where there is no lamp.

    A pin knows on and off only: on from 128.
    """
    if not wires:
        return
    colour = red, green, blue
    if "neopixel" in wires:
        from neopixel import NeoPixel

        pixels = NeoPixel(Pin(wires["neopixel"], Pin.OUT), wires["count"])
        pixels.fill(colour)
        pixels.write()
        return
    for name, part in zip(("red", "green", "blue"), colour):
        if name in wires:
            on = wires["active"]
            Pin(wires[name], Pin.OUT, value=on if part >= 128 else 1 - on)
