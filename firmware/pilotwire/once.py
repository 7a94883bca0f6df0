"""When the box stands, what has built it is given back to the heap; loads on demand.

MicroPython frees a method whose place in its class is given to something else (`del` would leave
it there). None of these classes is made a second time before the next start.

A row of _BUILT is a module, a class in it ("" for the module itself), and what else goes beside
`__init__`.
"""

import sys

_BUILT = (
    ("app", "App", "_find_meters", "_find_front"),
    ("energy.access", "Access"),
    ("energy.meter", "Meter"),
    ("energy.meters", "Meters", "jobs"),
    ("energy.rtu", "Bus"),
    ("energy.session", "Session", "resume_after_reset"),
    ("link.commands", "Commands"),
    ("link.dial", "Dial"),
    ("link.feed", "Feed"),
    ("link.link", "Link"),
    ("link.mqtt", "Mqtt"),
    ("link.packets", "", "connect"),
    ("link.pipe", "Pipe"),
    ("link.queue", "Queue"),
    ("pilot.cable", "Cable"),
    ("pilot.care", "Care"),
    ("pilot.climate", "Climate"),
    ("pilot.guard", "Guard"),
    ("pilot.handover", "HandOver"),
    ("pilot.limits", "Limits"),
    ("pilot.lock", "Lock"),
    ("pilot.phases", "Phases"),
    ("pilot.selftest", "SelfTest"),
    ("pilot.sequence", "Sequence"),
    ("pilot.settings", "Settings"),
    ("pilot.supply", "Supply"),
    ("pilot.vehicle", "Vehicle"),
    ("pilot.wake", "Wake"),
    ("power.leases", "Leases"),
    ("power.timetable", "Timetable"),
    ("record.changes", "Changes"),
    ("record.charges", "Charges", "started"),
    ("record.files", "Files"),
    ("record.journal", "Journal", "start", "_recover"),
    ("record.log", "Log"),
    ("record.segments", "Segments"),
    ("record.watch", "Watch", "recall"),
    ("record.wear", "Wear"),
    ("writes", "Writes"),
    ("hal.chip", "", "_firmware", "_switches"),
    ("hal.chip", "Chip", "consoles", "panel"),
    ("hal.rp2", "", "_contactor", "_contacts"),
    ("hal.rp2", "Rp2", "start"),
    ("hal.rp2_sampler", "", "_aligned", "_number"),
    ("hal.rp2_sampler", "Sampler", "_ctrl_of"),
)

# Of board.json, 1 KB: pins that the HAL holds by now.
_WIRED = "pilot pp contactor hold"
_INPUTS = "feedback rcd pe lock stop tamper"  # all but "dim", which ring 1 reads


def forget(board):
    """Give back what the start alone needed, and of `board` most pins; nothing on CPython."""
    if sys.implementation.name != "micropython":
        return
    for name in _WIRED.split():
        board.pop(name, None)
    inputs = board.get("inputs") or {}  # a computer has none
    for name in _INPUTS.split():
        inputs.pop(name, None)
    outputs = board["outputs"]
    for name in outputs:
        outputs[name] = bool(outputs[name])  # whether it is fitted
    sys.modules.pop("rp2", None)  # with its assembler, of which the dead-man's program came
    for row in _BUILT:
        module = sys.modules.get("pilotwire." + row[0])
        if module:
            place = getattr(module, row[1]) if row[1] else module
            for name in (("__init__",) if row[1] else ()) + row[2:]:
                setattr(place, name, None)
