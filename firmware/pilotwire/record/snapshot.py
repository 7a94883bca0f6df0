"""A snapshot of a fault: what ring 0 told from 10 s before to 5 s after it. Loads on demand.

Varints: version, ms since the start, unix s (0: unknown), bits of the fault, ms since then; how
many values, and each as it is at the end; then the changes, the newest first: 10 ms since the one
after it, place, what it was before. What may be negative is doubled, and odd where it is.
"""

from micropython import const

from ..pilot import faults, levels, reasons
from ..pilot.handover import N_UP, UP_STATE
from .layout import number_at, put

VERSION = const(1)
_BEFORE_MS = const(10_000)
_NAMES = (  # of handover.UP_STATE and what follows
    "state",
    "duty",
    "closed",
    "faults",
    "why_not",
    "limit_ma",
    "binding",
    "flags",
    "cable_ma",
    "opened",
    "closings",
    "under_load",
    "make_ms",
    "break_ms",
    "phases",
    "toggles",
    "pilot_high_mv",
    "pilot_low_mv",
    "pilot_duty",
    "pp_ohm",
    "feedback",
    "rcd",
    "pe",
    "lock",
    "stop",
    "tamper",
)


def pack(changes, seen, at_ms, bits, now_ms, unix):
    """Bytes of the fault `bits` at `at_ms`, with the latest of `changes`; `seen` as it is now."""
    out = bytearray()
    at_unix = 0 if unix is None else max(unix - (now_ms - at_ms) // 1000, 0)
    for number in (VERSION, at_ms, at_unix, bits, now_ms - at_ms, N_UP - UP_STATE):
        put(out, number)
    for i in range(UP_STATE, N_UP):
        _put_signed(out, seen[i])
    span = (now_ms - at_ms + _BEFORE_MS) // 10
    then = 0
    for age, place, before in changes.newest_first(now_ms):
        if not then <= age <= span:
            break
        put(out, age - then)
        out.append(place)
        _put_signed(out, before)
        then = age
    return bytes(out)


def lines(data):
    """The snapshot as dicts: what it is of, with all values as they were first; then each change;
    the last says when it ends. times count from the fault. Nothing for what is none of ours."""
    try:
        head, end, values, rows = _unpack(data)
    except (IndexError, ValueError):
        return
    at_ms, unix, bits, ms = head
    last = ms
    for row in rows:  # the newest first: each value becomes what it was before
        place = row[1]
        row[2], values[place] = values[place], row[2]
        row[0] = last = last - 10 * row[0]
    first = {"snapshot": VERSION, "uptime_ms": at_ms, "unix": unix or None}
    first["faults"] = faults.codes(bits)
    first["from_ms"] = last
    first["was"] = _named(enumerate(values))
    yield first
    rows.reverse()
    at = 0
    while at < len(rows):
        here = [row for row in rows[at:] if row[0] == rows[at][0]]
        yield {"at_ms": rows[at][0], "is": _named([row[1:] for row in here])}
        at += len(here)
    yield {"at_ms": end, "is": {}}


def _unpack(data):
    """((ms since start, unix, bits, ms since then), the latter, values, [age, place, before])."""
    head = []
    at = 0
    for _ in range(6):
        number, at = number_at(data, at)
        head.append(number)
    if head[0] != VERSION or head[5] != len(_NAMES):
        raise IndexError
    values = []
    for _ in _NAMES:
        value, at = _signed_at(data, at)
        values.append(value)
    rows = []
    while at < len(data):
        age, at = number_at(data, at)
        place = data[at] - UP_STATE
        if not 0 <= place < len(_NAMES):
            raise IndexError
        before, at = _signed_at(data, at + 1)
        rows.append([age, place, before])
    return head[1:5], head[4], values, rows


def _named(pairs):
    """{name: what a reader understands} of (place, value)."""
    found = {}
    for place, value in pairs:
        name = _NAMES[place]
        if name == "state":
            value = levels.LETTERS[value] if 0 <= value < len(levels.LETTERS) else "?"
        elif name == "faults":
            value = faults.codes(value)
        elif name == "why_not":
            value = reasons.codes(value)
        elif name == "opened":
            known = reasons.OPENED_CODES
            value = known[value] if 0 <= value < len(known) else "?"
        found[name] = value
    return found


def _put_signed(out, value):
    put(out, value * 2 if value >= 0 else -value * 2 - 1)


def _signed_at(data, at):
    number, at = number_at(data, at)
    return -(number + 1) // 2 if number & 1 else number // 2, at
