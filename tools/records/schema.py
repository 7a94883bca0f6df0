"""docs/records/record.schema.json: what the box publishes as a record, out of its own layout.

JSON Schema, draft 2020-12. `python -m records.schema` writes the file anew.
"""

import json
from typing import Any

from pilotwire.record import layout
from pilotwire.record.frame import MOST
from rig.interpreter import ROOT

FILE = ROOT / "docs" / "records" / "record.schema.json"

# Fields by kind of record, in layout's order; a consumer passes over those that it does not know.
KINDS = {
    "charge": (
        *("charge", "box", "start_unix", "start_clock", "start_wh", "start_read", "auth", "by"),
        *("meter", "meter_serial", "meter_firmware", "phases", "firmware", "config", "end_unix"),
        *("end_clock", "end_wh", "end_read", "reason", "opened", "wh", "energy", "resolution_wh"),
        *("end_after_unix", "charging_s", "suspended_s", "idle_s", "max_power_w", "phases_used"),
        *("openings", "contactor", "limits", "register", "register_before_wh"),
        *("register_after_wh", "tariff", "period_wh", "unsplit_wh", "currency", "amounts"),
        "co2_g",
    ),
    "start": ("box", "firmware", "config", "tariff", "unix", "clock", "about", "periods"),
    "event": (
        *("tariff", "event", "unix", "clock", "about", "before", "after", "count", "periods"),
        "report",
    ),
    "day": ("unix", "count", "usable_min", "faulted_min", "unreachable_min"),
}

_ABOUT_KINDS = {
    "charge": "A charge, written once it is over: all that there is to say of it.",
    "start": "The box has started.",
    "event": "Something beside the charges that belongs on record.",
    "day": "What the box has counted since the day before, or since its start.",
}

_TEXTS = {
    "charge": "Number of the charge; it never resets and is never given twice.",
    "box": "The configuration's `id`.",
    "start_unix": "When the charge was permitted; absent while the clock was unknown.",
    "start_clock": "How good the clock was then.",
    "start_wh": "The meter's register at the start.",
    "start_read": "Whether the meter answered then; else it is the last reading before.",
    "auth": (
        "free: plugging in was permission enough. window: it was so at that time. remote: the "
        "command start has permitted it. token: the command authorise has."
    ),
    "by": "Whom the command named.",
    "meter": "The meter's map (docs/meters.md).",
    "meter_serial": (
        "What the meter says of itself, else the configuration's `meter_number`; after an "
        "exchange the one of the start."
    ),
    "meter_firmware": "What the meter says of itself.",
    "phases": "Phases that the box has.",
    "firmware": "Digest of the firmware.",
    "config": "Digest of config.json; empty: defaults.",
    "end_unix": "When the charge ended, or when the power was back.",
    "end_clock": "How good the clock was then.",
    "end_wh": "The meter's register at the end.",
    "end_read": "Whether the meter answered with the contactor open; else it is the last reading.",
    "reason": "What ended the charge.",
    "opened": "Why the contactor opened last; empty: it was never closed.",
    "wh": "Energy of the charge; absent where the registers do not tell it.",
    "energy": (
        "Quality of `wh`. last-known: at the start or the end the meter was silent. unmetered: "
        "there is no reading, or the register did what none may do."
    ),
    "resolution_wh": "Step of the meter's register: the energy is known to that.",
    "end_after_unix": "After a power cut: the charge ended between this and `end_unix`.",
    "charging_s": "Time with the contactor closed.",
    "suspended_s": "Time in which the box gave nothing.",
    "idle_s": "Time in which the vehicle took nothing.",
    "max_power_w": "Highest power that the meter showed.",
    "phases_used": "Most phases with more than 1 A at a time.",
    "openings": "How often the contactor opened, by reason: [reason, times].",
    "contactor": "What the contactor did: [seconds since the start, what]. May lack its middle.",
    "limits": (
        "What limited the current: [seconds since the start, limit in 0.1 A, whose]. May lack "
        "those that held for the shortest time."
    ),
    "register": "What the register did that none may do (docs/meters.md).",
    "register_before_wh": "The register before that.",
    "register_after_wh": "The register after that.",
    "tariff": "Digest of tariff.json; the record of the start, or of a change, names its periods.",
    "period_wh": "Energy in each period of the tariff.",
    "unsplit_wh": "Energy of which nobody knows the period; with `period_wh` it makes `wh`.",
    "currency": "Currency of `amounts`.",
    "amounts": "Price of the energy in each period, in 1/100,000 of the currency.",
    "co2_g": "CO2 that the energy has saved, by the configuration's figures.",
    "event": "What happened.",
    "unix": "When; absent while the clock was unknown.",
    "clock": "How good the clock was then, or has become.",
    "about": "What it is about; of a start: why the box started.",
    "before": "What was so before: the expected unix time, a meter's serial number.",
    "after": "What was so after.",
    "count": "How many: bytes damaged, events or charges that found no room.",
    "periods": "Names of the tariff's periods, with commas between.",
    "usable_min": "Minutes without a fault.",
    "faulted_min": "Minutes with a fault.",
    "unreachable_min": "Minutes without the operator's broker.",
    "report": "SHA-256 of the report of commissioning (docs/commissioning.md).",
}

_UNITS = (("_unix", "s"), ("_wh", "Wh"), ("_min", "min"), ("_s", "s"), ("_w", "W"), ("_g", "g"))
_UNIX_MAX = 0xFFFFFFFF
_RANGES = {
    "charge": (1, 0xFFFFFFFF),
    "phases": (1, 3),
    "phases_used": (0, 3),
    "unix": (0, _UNIX_MAX),
    "start_unix": (0, _UNIX_MAX),
    "end_unix": (0, _UNIX_MAX),
    "end_after_unix": (0, _UNIX_MAX),
    "usable_min": (0, 1_440),
    "faulted_min": (0, 1_440),
    "unreachable_min": (0, 1_440),
}
_TOGETHER = {
    "register": ["register_before_wh", "register_after_wh"],
    "period_wh": ["tariff", "unsplit_wh"],
    "amounts": ["currency", "period_wh"],
}
_FRAME_CHARS = (MOST + 2) // 3 * 4


def schema() -> dict[str, Any]:
    """The whole schema, as it lies in FILE."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:pilotwire:record:1",
        "title": "A Pilotwire record",
        "description": (
            "One message of the topics `tx` and `records` (docs/mqtt.md). The frame holds the "
            "same fields, sealed and chained; they stand beside it for who does not verify. New "
            "firmware may add fields and kinds: pass over what you do not know."
        ),
        "type": "object",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in (*KINDS, "missing")],
        "$defs": {**{kind: _kind(kind) for kind in KINDS}, "missing": _missing()},
    }


def _kind(kind: str) -> dict[str, Any]:
    kinds = dict(layout.FIELDS)
    found = {
        "type": "object",
        "description": _ABOUT_KINDS[kind],
        "properties": {
            "seq": _seq("Number of the record; it never resets and is never given twice."),
            "boot": {
                "description": "Number of the start of the box, modulo 65,536.",
                "type": "integer",
                "minimum": 0,
                "maximum": 0xFFFF,
            },
            "kind": {"const": kind},
            **{name: _field(name, kinds[name]) for name in KINDS[kind]},
            "frame": {
                "description": "The record as it lies in the journal, in base64.",
                "type": "string",
                "contentEncoding": "base64",
                "pattern": "^[A-Za-z0-9+/]+={0,2}$",
                "maxLength": _FRAME_CHARS,
            },
        },
        "required": ["seq", "boot", "kind", "frame"],
    }
    together = {name: others for name, others in _TOGETHER.items() if name in KINDS[kind]}
    if together:
        found["dependentRequired"] = together
    return found


def _missing() -> dict[str, Any]:
    return {
        "type": "object",
        "description": (
            "Records that the box does not have any more, or numbers that it has passed over "
            "after damage. Acknowledge `seq`, and the next record comes."
        ),
        "properties": {
            "seq": _seq("The last of them."),
            "kind": {"const": "missing"},
            "first": _seq("The first of them."),
        },
        "required": ["seq", "kind", "first"],
    }


def _seq(text: str) -> dict[str, Any]:
    return {"description": text, "type": "integer", "minimum": 1, "maximum": 0xFFFFFFFF}


def _field(name: str, kind: Any) -> dict[str, Any]:
    """What layout knows of a field, with its words and units."""
    found = {"description": _TEXTS[name], **_value(kind)}
    if found["type"] == "integer" and name in _RANGES:
        found["minimum"], found["maximum"] = _RANGES[name]
    for ending, unit in _UNITS:
        if f"_{name}".endswith(ending):
            found["x-unit"] = unit
            break
    return found


def _value(kind: Any) -> dict[str, Any]:
    if kind == layout.NUMBER:
        return {"type": "integer", "minimum": 0}
    if kind == layout.HASH:
        return {"type": "string", "pattern": "^([0-9a-f]{2})*$"}
    if isinstance(kind, int):
        return {"type": "string", "pattern": "^[ -~]*$", "maxLength": kind}
    if kind == (False, True):
        return {"type": "boolean"}
    if isinstance(kind, tuple):
        return {"type": "string", "enum": list(kind)}
    if len(kind) == 1:
        return {"type": "array", "items": _value(kind[0])}
    columns = [_value(column) for column in kind]
    n = len(columns)  # not `items: false`, which readers of draft 07 take for no items at all
    row = {"type": "array", "prefixItems": columns, "minItems": n, "maxItems": n}
    return {"type": "array", "items": row}


def text() -> str:
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text())
