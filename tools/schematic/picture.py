"""Draws docs/pictures/pico_w.svg: pilot, proximity contact, dead-man and a contact's input."""

import re

import schemdraw
import schemdraw.elements as elm
from rig.interpreter import ROOT

from . import reference as ref

PICTURE = ROOT / "docs" / "pictures" / "pico_w.svg"
_TAG = re.compile(r"<[^>]*>")  # its numbers are places; a text's are values
_NUMBER = re.compile(r"-?\d+\.\d+")


def ohm(value: float) -> str:
    return f"{value / 1000:g} kΩ" if value >= 1000 else f"{value:g} Ω"


def farad(value: float) -> str:
    return f"{value * 1e9:g} nF"


def svg() -> str:
    """The picture; the same text on every machine."""
    schemdraw.use("svg")
    with schemdraw.Drawing(show=False) as drawing:
        drawing.config(unit=2, fontsize=11, lw=1.4, color="black", bgcolor="white")
        _pilot(drawing)
        _proximity(drawing)
        _dead_man(drawing)
        _contact(drawing)
        text = drawing.get_imagedata("svg").decode()
    return _TAG.sub(lambda tag: _NUMBER.sub(_rounded, tag[0]), text) + "\n"


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}"


def draw() -> None:
    PICTURE.write_text(svg())


def _signal(text):
    return elm.Tag(width=2.2, height=0.9).label(text)


def _title(drawing, at, text):
    drawing += elm.Label().at(at).label(text, halign="left", fontsize=13)


def _pilot(drawing):
    """Comparator, 1 kOhm, clamp; follower, divider, clamp, filter."""
    _title(drawing, (-3, 4.6), "Pilot")
    drawing += (driver := elm.Opamp(leads=True).at((1, 2)).anchor("in1").flip())
    drawing += elm.Label().at((2.2, 0.4)).label("TLV9352, half\n±12 V", fontsize=9)
    drawing += elm.Line().at(driver.in2).left().length(1)
    drawing += _signal("GPIO 15").left()
    drawing += elm.Line().at(driver.in1).left().length(0.5)
    drawing += (middle := elm.Dot())
    drawing += elm.Resistor().at(middle.center).down().label("10 kΩ", loc="bottom")
    drawing += elm.Ground()
    drawing += elm.Resistor().at(middle.center).left().label("10 kΩ", loc="bottom")
    drawing += elm.Vdd().label("3.3 V", loc="left")
    drawing += elm.Resistor().at(driver.out).right().label(ohm(ref.PILOT_OHM) + ", 1 %")
    drawing += (node := elm.Dot())
    drawing += elm.Line().at(node.center).right().length(2.2)
    drawing += (terminal := elm.Dot())
    drawing += elm.Line().at(terminal.center).up().length(1)
    drawing += elm.Tag().up().label("CP")
    drawing += elm.Capacitor().at(node.center).down().label("330 pF", loc="bottom")
    drawing += elm.Ground()
    drawing += elm.Zener().at(terminal.center).down().label("SMAJ13CA", loc="bottom")
    drawing += elm.Ground().label("PE", loc="right")
    drawing += elm.Resistor().at(terminal.center).right().label("10 kΩ")
    drawing += (follower := elm.Opamp(leads=True).anchor("in2"))
    drawing += (
        elm.Label()
        .at((follower.out[0] - 0.6, follower.out[1] - 1.5))
        .label("TLV9352, other half", fontsize=9)
    )
    drawing += elm.Line().at(follower.in1).up().length(0.9)
    drawing += elm.Line().tox(follower.out)
    drawing += elm.Line().toy(follower.out)
    drawing += elm.Dot()
    drawing += elm.Resistor().at(follower.out).right().label(ohm(ref.DIVIDER.pilot))
    drawing += (pin := elm.Dot())
    drawing += elm.Resistor().at(pin.center).up().label(ohm(ref.DIVIDER.supply), loc="bottom")
    drawing += elm.Vdd().label("ADC_VREF 3.3 V")
    drawing += (
        elm.Resistor()
        .at(pin.center)
        .down()
        .label(f"{ohm(ref.DIVIDER.ground)}\n(2.7 kΩ + 120 Ω)", loc="bottom")
    )
    drawing += elm.Ground()
    drawing += elm.Line().at(pin.center).right().length(3.4)
    drawing += (adc := elm.Dot())
    drawing += elm.Capacitor().at(adc.center).down().label(farad(ref.FILTER_F), loc="bottom")
    drawing += elm.Ground()
    drawing += elm.Line().at(adc.center).right().length(2)
    drawing += (clamp := elm.Dot())
    drawing += elm.Schottky().at(clamp.center).up().label("BAT54S", loc="bottom")
    drawing += elm.Vdd().label("3.3 V")
    drawing += elm.Schottky().at(clamp.center).down().reverse()
    drawing += elm.Ground()
    drawing += elm.Line().at(clamp.center).right().length(0.8)
    drawing += _signal("GPIO 26\nADC0").right()


def _proximity(drawing):
    _title(drawing, (-3, -2), "Proximity contact")
    drawing += elm.Tag().at((-0.6, -5.6)).left().label("PP")
    drawing += elm.Line().at((-0.6, -5.6)).right().length(1)
    drawing += (node := elm.Dot())
    drawing += (
        elm.Resistor().at(node.center).up().label(ohm(ref.PULL_UP_OHM) + ", 1 %", loc="bottom")
    )
    drawing += elm.Vdd().label("ADC_VREF 3.3 V")
    drawing += elm.Resistor().at(node.center).right().label("1 kΩ")
    drawing += (pin := elm.Dot())
    drawing += elm.Capacitor().at(pin.center).down().label("10 nF", loc="bottom")
    drawing += elm.Ground()
    drawing += elm.Line().at(pin.center).right().length(2.2)
    drawing += (clamp := elm.Dot())
    drawing += elm.Schottky().at(clamp.center).up().label("BAT54S", loc="bottom")
    drawing += elm.Vdd().label("3.3 V")
    drawing += elm.Schottky().at(clamp.center).down().reverse()
    drawing += elm.Ground()
    drawing += elm.Line().at(clamp.center).right().length(0.8)
    drawing += _signal("GPIO 27\nADC1").right()


def _dead_man(drawing):
    """Charge pump, transistor, coil of the relay that feeds the contactor's."""
    _title(drawing, (8.2, -2), "Dead-man: the contactor's coil")
    drawing += _signal("GPIO 16\n10 kHz").at((10.4, -6)).left()
    drawing += elm.Capacitor().at((10.4, -6)).right().label(farad(ref.PUMP_F))
    drawing += (pump := elm.Dot())
    drawing += elm.Schottky().at(pump.center).down().reverse().label("BAT54S", loc="bottom")
    drawing += elm.Ground()
    drawing += elm.Schottky().at(pump.center).right()
    drawing += (gate := elm.Dot())
    drawing += elm.Capacitor().at(gate.center).down().label(farad(ref.HOLD_F), loc="bottom")
    drawing += elm.Ground()
    drawing += elm.Line().at(gate.center).right().length(1.8)
    drawing += (bleed := elm.Dot())
    drawing += elm.Resistor().at(bleed.center).down().label(ohm(ref.BLEED_OHM), loc="bottom")
    drawing += elm.Ground()
    drawing += elm.Line().at(bleed.center).right().length(1.2)
    drawing += (switch := elm.NFet().reverse().anchor("gate"))
    drawing += elm.Label().at((switch.source[0] + 0.9, switch.source[1] + 0.6)).label("AO3400A")
    drawing += elm.Line().at(switch.source).down().length(0.6)
    drawing += elm.Ground()
    drawing += elm.Line().at(switch.drain).up().length(0.3)
    drawing += (drain := elm.Dot())
    drawing += elm.Inductor2(loops=3).at(drain.center).up().label("relay, 12 V", loc="bottom")
    drawing += (top := elm.Dot())
    drawing += elm.Line().at(drain.center).left().length(1.6)
    drawing += elm.Diode().up().toy(top.center).label("1N4148 +\n15 V Zener")
    drawing += elm.Line().right().tox(top.center)
    drawing += elm.Switch().at(top.center).right().label("emergency\nstop")
    drawing += elm.Vdd().label("12 V")


def _contact(drawing):
    _title(drawing, (22.6, -2), "A contact (17 to 22)")
    drawing += _signal("contact").at((24, -5.6)).left()
    drawing += elm.Resistor().at((24, -5.6)).right().label("1 kΩ")
    drawing += (node := elm.Dot())
    drawing += elm.Resistor().at(node.center).up().label("4.7 kΩ", loc="bottom")
    drawing += elm.Vdd().label("3.3 V")
    drawing += elm.Capacitor().at(node.center).down().label("10 nF", loc="bottom")
    drawing += elm.Ground()
    drawing += elm.Line().at(node.center).right().length(1)
    drawing += _signal("GPIO").right()
