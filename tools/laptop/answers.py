"""Commands of the console whose answers are data: {line: what reads its answer}."""

import calendar
import json
import re
import time
from collections.abc import Callable
from typing import Any

from . import said

_CODE_COLUMNS = 18


def number(word: Any) -> Any:
    """A number where it is one; None stays."""
    try:
        return int(word)
    except (TypeError, ValueError):
        return word


def status(answer: str) -> dict[str, Any]:
    """The box at a glance."""
    found: dict[str, Any] = {}
    for key, names in _STATUS.items():
        if values := said.row(key, answer):
            found.update(zip(names, map(number, values), strict=True))
    if "contactor" in found:
        found["closed"] = found.pop("contactor") == "+"
    found["trouble"] = [text for (text,) in said.rows("status-trouble", answer)]
    return found


_STATUS = {
    "status-the-box": ("box", "firmware", "started"),
    "status-uptime": ("uptime_s",),
    "status-vehicle": ("state", "status", "contactor"),
    "status-limit": ("limit_ma", "limit_by", "offered_ma", "phases"),
    "status-charge": ("session", "session_wh", "power_w"),
    "status-meter": ("meter",),
    "status-clock": ("clock", "clock_quality"),
    "status-network": ("network", "address", "dbm", "network_reason"),
    "status-broker": ("broker", "broker_reason", "connections"),
    "status-records": ("records", "pending"),
}


def why(answer: str) -> dict[str, Any]:
    """Who limits, and why there is no current."""
    found: dict[str, Any] = {"why_not": {}, "sources": {}}
    if flows := said.row("why-it-flows", answer):
        found["ma"], found["by"] = flows
    for line in answer.split("\n"):
        if lease := said.row("why-a-lease-holds", line):
            name, ma, left_s, then_ma = lease
            found["sources"][name] = {
                "ma": number(ma),
                "left_s": left_s,
                "then_ma": number(then_ma),
            }
        elif source := said.row("why-a-source", line):
            found["sources"][source[0]] = {"ma": number(source[1])}
        elif line and not line.startswith(" ") and not said.row("why-it-flows", line):
            found["why_not"][line[:_CODE_COLUMNS].strip()] = line[_CODE_COLUMNS:].strip()
    return found


def pilot(answer: str) -> dict[str, Any]:
    """The pilot as ring 0 measures it."""
    found: dict[str, Any] = {}
    if itself := said.row("pilot-itself", answer):
        state, duty, high_mv, low_mv = itself
        found = {"state": state, "duty_pct": duty, "high_mv": high_mv, "low_mv": low_mv}
    if plug := said.row("pilot-and-plug", answer):
        found["pp_ohm"], found["cable_ma"] = plug
    return found


def meter(answer: str) -> dict[str, Any]:
    """The box's own meter."""
    found: dict[str, Any] = {"voltage_mv": [], "current_ma": []}
    if itself := said.row("meter-itself", answer):
        found["meter"], found["serial"], found["reason"] = itself
    for _, mv, ma in said.rows("meter-phase", answer)[:3]:
        found["voltage_mv"].append(number(mv))
        found["current_ma"].append(number(ma))
    if energy := said.row("meter-energy", answer):
        found["power_w"], found["import_wh"] = map(number, energy)
    return found


def config(answer: str) -> dict[str, Any]:
    """Keys and values; what is secret is ***."""
    found = {}
    for line in answer.split("\n"):
        key, sign, value = line.partition(" = ")
        if sign:
            found[key] = json.loads(value)
    return found


def log(answer: str) -> list[dict[str, Any]]:
    """Entries of the log with the keys of the topic `logs`; at the end how many there are."""
    found: list[dict[str, Any]] = []
    for line in answer.split("\n"):
        if entry := _ENTRY.fullmatch(line):
            at, boot, ms, level, text, count = entry.groups()
            unix = None if at == "-" else calendar.timegm(time.strptime(at, _CLOCK))
            one = {"unix": unix, "level": level, "text": text, "count": int(count or 1)}
            found.append(one | ({"boot": int(boot), "ms": int(ms)} if boot else {}))
        elif numbers := said.row("log-in-numbers", line):
            found.append(dict(zip(("entries", "folded"), numbers, strict=True)))
    return found


_CLOCK = "%Y-%m-%d %H:%M:%S"
_ENTRY = re.compile(
    r"(-|[\d-]{10} [\d:]{8})(?: (\d+)/(\d+))? (error|warning|info|debug) +(.*?)(?: \((\d+)\))?"
)


def lines(answer: str) -> list[Any]:
    """JSON lines."""
    return [json.loads(line) for line in answer.split("\n") if line.startswith("{")]


READ: dict[str, Callable[[str], Any]] = {
    "status": status,
    "why": why,
    "pilot": pilot,
    "meter": meter,
    "config get": config,
    "records export": lines,
    "trace stop": lines,
    "log": log,
    "log kept": log,
    "log snapshot": lines,
}
