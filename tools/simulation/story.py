"""A run's log for a person to read: a text for each thing that happens, with its time."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


def told(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(ms since the start, text) of each of a simulation's lines."""
    for line in lines:
        us, _, what = line.partition(" ")
        yield int(us) // 1_000, _text(what)


def clock(t_ms: int) -> str:
    """As `h:mm:ss.mmm`."""
    s, ms = divmod(t_ms, 1_000)
    return f"{s // 3_600}:{s // 60 % 60:02}:{s % 60:02}.{ms:03}"


def _text(what: str) -> str:
    if what[:1] not in "<>":
        return what
    direction, topic, payload = what.split(" ", 2)
    who = "box     " if direction == ">" else "operator"
    try:
        value = json.loads(payload)
    except ValueError:  # sent to provoke
        return f"{who} {topic}: {payload[:60]}"
    return f"{who} {topic}: {_value(topic, value)}"


def _value(topic: str, value: Any) -> str:
    if topic == "state":
        why = ", ".join(value["faults"] or value["why_not"])
        closed = "closed" if value["closed"] else "open"
        offered = f"{value['offered_ma'] / 1_000:.1f} A by {value['limit']['by']}"
        return f"{value['state']}, {closed}, {offered}" + (f"; {why}" if why else "")
    if topic == "tx" and value["kind"] == "charge":
        return (
            f"record {value['seq']}: charge {value['charge']}, {value.get('wh')} Wh "
            f"{value['energy']}, {value['reason']} {value.get('opened', '')}"
        )
    if topic == "tx":
        return f"record {value['seq']}: {value['kind']} {value.get('event', '')}".rstrip()
    if topic == "tele":
        return f"{value['power_w']} W, {value['session_wh']} Wh"
    if topic == "trace":
        return "a part of a trace"
    return json.dumps(value)[:160]
