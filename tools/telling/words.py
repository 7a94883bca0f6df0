"""What the box publishes (docs/mqtt.md), in plain words of a line at most."""

from collections.abc import Iterable, Mapping
from typing import Any

STATES = {
    "A": "no car",
    "B": "car connected",
    "C": "car ready",
    "D": "car wants ventilation",
    "E": "pilot shorted",
    "F": "out of service",
    "?": "pilot out of range",
}
LIMITS = {
    "box": "the box's setting",
    "cable": "the cable's rating",
    "operator": "the operator's wish",
    "local": "the local energy manager's wish",
    "schedule": "the schedule",
    "vehicle": "the car has no S2",
    "temperature": "it is hot",
    "imbalance": "the phases are loaded unevenly",
    "grid": "the grid operator's word",
    "site": "the site's share",
    "plan": "the plan",
    "delay": "a random delay",
    "solar": "the surplus of the roof",
}
ENDS = {
    "unplugged": "the plug was pulled",
    "remote": "the operator stopped it",
    "power-lost": "the power was lost",
}
OPENED = {
    "": "none, it never closed",
    "vehicle": "the car had stopped by itself",
    "unplugged": "the plug was pulled under power",
    "stopped": "the box had ended its offer",
    "forced": "the car did not react to the end of the offer",
    "fault": "there was a fault",
}


def amps(ma: float) -> str:
    """10.0 A"""
    return f"{ma / 1000:.1f} A"


def state_words(letter: str) -> str:
    """The published letter (A1..C2) with its meaning."""
    meaning = STATES.get(letter[:1], "unknown")
    offer = {"1": ", must wait", "2": ", may charge"}.get(letter[1:], "")
    return f"{letter} {meaning}" + (offer if letter[0] != "A" else "")


def limit_words(limit: Mapping[str, Any]) -> str:
    """The binding limit and its reason."""
    source = limit["by"]
    return f"{amps(limit['ma'])}, {LIMITS.get(source, source)}"


def why_not_words(codes: Iterable[str], faults: Iterable[str] = ()) -> str:
    """All reasons why there is no current: the codes are words."""
    words = [code.replace("-", " ") for code in codes]
    return ", ".join([*words, *(f"fault {code}" for code in faults)])


def message_words(topic: str, payload: Any) -> str:
    """The payload of `topic` (below the box's prefix), compact."""
    say = _TOPICS.get(topic)
    return say(payload) if say else str(payload)


def _online(payload: int) -> str:
    return "the box is there" if payload else "the box is gone"


def _state(state: Mapping[str, Any]) -> str:
    contactor = "closed" if state["closed"] else "open"
    limit = state["limit"]
    offer = amps(state["offered_ma"]) if state["offered_ma"] else "nothing"
    return (
        f"{state['state']}, contactor {contactor}, offers {offer}, "
        f"{limit['by']} limit {amps(limit['ma'])}"
    )


def _tele(values: Mapping[str, Any]) -> str:
    if values["current_ma"] is None:
        return "the meter does not answer"
    phases = " ".join(f"{ma / 1000:.1f}" for ma in values["current_ma"])
    return f"{phases} A, {values['power_w'] / 1000:.2f} kW, {values['session_wh']} Wh so far"


def _command(command: Mapping[str, Any]) -> str:
    args = command["args"]
    text = command["type"]
    if "ma" in args:
        text += f" {amps(args['ma'])}"
    if "ttl_s" in args:
        text += f" for {args['ttl_s']} s"
    return f"{text} ({command['id']})"


def _result(result: Mapping[str, Any]) -> str:
    return f"{result['id']} " + ("done" if result["ok"] else f"refused: {result['reason']}")


def _record(record: Mapping[str, Any]) -> str:
    if record["kind"] == "charge":
        return f"record {record['seq']}: {record['wh']} Wh, {record['reason']}"
    return f"record {record['seq']}: {record['kind']}"


def _acknowledgement(payload: Mapping[str, Any]) -> str:
    return f"records up to {payload['upto']} are stored"


_TOPICS = {
    "online": _online,
    "state": _state,
    "tele": _tele,
    "cmd": _command,
    "cmdres": _result,
    "tx": _record,
    "ack": _acknowledgement,
}
