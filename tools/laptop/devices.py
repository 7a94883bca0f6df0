"""`pilotwire devices`: the serial ports of this computer, and what stands there.

A port through a converter chip may reset its board when it is opened, and so end a charge: such a
one is asked only where that is wanted. USB of the chip itself is asked by a knock that a charge
does not notice.
"""

from collections.abc import Iterable
from typing import Any

from serial.tools.list_ports import comports
from telling.output import objects
from telling.trouble import DONE, NO_ANSWER, Trouble

from . import answers
from .dialogue import sitting

_OWN_USB = {0x2E8A: "RP2040 or RP2350", 0x303A: "ESP32 with USB of its own", 0xF055: "MicroPython"}
_CONVERTERS = {0x10C4: "CP210x", 0x1A86: "CH34x", 0x0403: "FTDI", 0x067B: "PL2303"}


def devices(ports: list[str], ask: bool, as_json: bool) -> int:
    """Print them, and `ports` beside; raises Trouble where there is none at all."""
    found = list(_found(ports, ask))
    if not found:
        raise Trouble(
            NO_ANSWER,
            "no serial port at USB",
            "the board is not plugged in, or the cable only charges",
            "a simulated box is asked by its address: pilotwire devices socket://host:port",
        )
    for one in found:
        if as_json:
            objects(one)
        else:
            print(f"{one['port']:<16}  {one['usb'] or '-':<26}  {one['stands']}")
    return DONE


def _found(ports: Iterable[str], ask: bool) -> Iterable[dict[str, Any]]:
    for port in ports:
        yield {"port": port, "usb": "", **_asked(port)}
    for one in sorted(comports()):
        if one.vid is None or one.device in ports:
            continue
        own = one.vid in _OWN_USB
        usb = _OWN_USB.get(one.vid) or _CONVERTERS.get(one.vid) or one.description
        found: dict[str, Any] = {"port": one.device, "usb": usb}
        yield found | (_asked(one.device) if own or ask else {"stands": "not asked: see --ask"})


def _asked(port: str) -> dict[str, Any]:
    """What answers there."""
    try:
        with sitting(port) as dialogue:
            said = answers.status(dialogue.run("status"))
    except Trouble as trouble:
        return {"stands": trouble.happened}
    stands = (
        f"box {said.get('box')}, firmware {said.get('firmware') or '-'}, state {said.get('state')}"
    )
    return {"stands": stands, "box": said}
