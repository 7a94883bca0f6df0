"""What the model of a box publishes: how often, and what of it is the same at all times."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from pilotwire.pilot import duty

_HIGH_MV = {"A": 12_000, "B": 9_000, "C": 6_000}

_ALWAYS = {
    "assumed_unix": None,
    "override": False,
    "faults": [],
    "reserved": None,
    "pending": 0,
    "dropped": {"tele": 0, "event": 0, "result": 0, "record": 0},
    "local": None,
    "meter": "",
    "register": None,
    "grid": None,
    "temperature_c": None,
    "contactor": {
        "cycles": 0,
        "under_load": 0,
        "make_ms": 0,
        "break_ms": 0,
        "first_make_ms": 0,
        "first_break_ms": 0,
    },
    "config": "",
    "journal": "",
    "trace": False,
    "restart": "power-on",
}

# The state's keys that never change (no faults, no records, nothing fitted but a meter): a text to
# which the others are added, for they are most of it.
ALWAYS = json.dumps(_ALWAYS, separators=(",", ":"))[:-1]


class Message(NamedTuple):
    """One that the box publishes; `topic` is the whole one."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """Longest s between two states, idle and charging, and between two `tele`; 0: no `tele`."""

    idle_s: float = 20.0
    charging_s: float = 20.0
    tele_s: float = 10.0


# As the profiles have it.
LOCAL = Pace()
OPERATOR = Pace(900, 60, 0)


def plateaus(letter: str, steady: bool) -> list[int]:
    """mV of the pilot, high and low."""
    high_mv = _HIGH_MV[letter]
    return [high_mv, high_mv if steady else -12_000]


def info(
    name: str, boot: int, max_ma: int, phases: int, beats_s: tuple[int, int]
) -> dict[str, Any]:
    """`beats_s`: longest times between two states, idle and charging."""
    return {
        "contract": "1.0",
        "id": name,
        "model": "model",
        "board": "model",
        "firmware": "",
        "boot": boot,
        "capabilities": ["meter"],
        "limits": {
            "rated_ma": max_ma,
            "limit_ma": max_ma,
            "min_ma": duty.MIN_MA,
            "phases": 3 if phases == 3 else 1,
        },
        "profile": "iec61851",
        "authorise": "free",
        "meter": "sdm630",
        "zone": "",
        "heartbeat_s": {"idle": beats_s[0], "charging": beats_s[1]},
        "location": "",
        "bay": "",
        "hours": "",
        "price": "",
    }
