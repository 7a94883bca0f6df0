"""What a record says, as fields and as bytes: docs/records.md is this table in words.

A field is a byte (its place in FIELDS, doubled; odd where a length follows) and its value: a
number as a varint (seven bits a byte, the least first), a text, a hash, or rows of numbers.
What a reader does not know it can pass over, so new fields go to the end and no place is reused.
Loads when a record is written or read: 4 KB of the heap.
"""

from binascii import hexlify, unhexlify

from ..pilot.reasons import OPENED_CODES

KINDS = ("", "open", "charge", "start", "event", "day")  # by their numbers, see kinds.py

# Kinds of fields. A number above 0 is a text of at most so many characters, a tuple is one of
# those words, a list the columns of rows.
NUMBER = 0
HASH = -1  # hexadecimal digits

_CLOCKS = ("none", "set", "synchronised")
_READ = (False, True)
_SOURCES = (  # of a limit
    "box",
    "operator",
    "cable",
    "vehicle",
    "local",
    "schedule",
    "temperature",
    "imbalance",
    "grid",
    "site",
    "plan",
    "delay",
    "solar",
)
_EVENTS = (
    "clock",
    "cover",
    "meter",
    "unrecorded",
    "damage",
    "update",
    "login",
    "forgotten",
    "tariff",
    "commissioned",
    "unsealed",
)

FIELDS = (
    ("charge", NUMBER),
    ("box", 20),
    ("start_unix", NUMBER),
    ("start_clock", _CLOCKS),
    ("start_wh", NUMBER),
    ("start_read", _READ),
    ("auth", ("free", "remote", "token", "window")),
    ("by", 20),
    ("meter", 16),
    ("meter_serial", 16),
    ("meter_firmware", 8),
    ("phases", NUMBER),
    ("firmware", HASH),
    ("config", HASH),
    ("end_unix", NUMBER),
    ("end_clock", _CLOCKS),
    ("end_wh", NUMBER),
    ("end_read", _READ),
    ("reason", ("unplugged", "remote", "power-lost")),
    ("opened", OPENED_CODES),
    ("wh", NUMBER),
    ("energy", ("measured", "last-known", "unmetered")),
    ("resolution_wh", NUMBER),
    ("end_after_unix", NUMBER),
    ("charging_s", NUMBER),
    ("suspended_s", NUMBER),
    ("idle_s", NUMBER),
    ("max_power_w", NUMBER),
    ("phases_used", NUMBER),
    ("openings", [OPENED_CODES, NUMBER]),
    ("contactor", [NUMBER, ("closed",) + OPENED_CODES]),
    ("limits", [NUMBER, NUMBER, _SOURCES]),
    ("register", ("exchanged", "wrapped", "reset", "back", "leaped")),
    ("register_before_wh", NUMBER),
    ("register_after_wh", NUMBER),
    ("tariff", HASH),
    ("period_wh", [NUMBER]),
    ("unsplit_wh", NUMBER),
    ("currency", 3),
    ("amounts", [NUMBER]),
    ("co2_g", NUMBER),
    ("event", _EVENTS),
    ("unix", NUMBER),
    ("clock", _CLOCKS),
    ("about", 20),
    ("before", 20),
    ("after", 20),
    ("count", NUMBER),
    ("periods", 39),
    ("usable_min", NUMBER),
    ("faulted_min", NUMBER),
    ("unreachable_min", NUMBER),
    ("report", HASH),
)

# What a record that is too long can do without, the first first: a list loses what is in its
# middle, pair by pair; the record of the start says some of it too.
_LISTS = ("contactor", "limits")
_DISPENSABLE = ("meter_firmware", "meter", "firmware", "config", "openings", "box")


def encode(values, room):
    """The fields of dict `values` in at most `room` bytes; None counts as absent.

    Raises ValueError for what no field can hold, and where the room does not do.
    """
    values = dict(values)
    for key in _LISTS:
        while values.get(key) and len(_encode(values)) > room:
            rows = list(values[key])
            middle = (len(rows) - 1) // 2
            del rows[middle : middle + 2]
            values[key] = rows or None
    for key in _DISPENSABLE:
        if len(_encode(values)) > room:
            values.pop(key, None)
    body = _encode(values)
    if len(body) > room:
        raise ValueError("a record of %d bytes" % len(body))
    return body


def decode(body):
    """The fields of `body` as a dict. Raises ValueError."""
    values = {}
    at = 0
    try:
        while at < len(body):
            tag = body[at]
            name, kind = FIELDS[tag >> 1] if tag >> 1 < len(FIELDS) else ("", NUMBER)
            number, at = number_at(body, at + 1)
            value = number
            if tag & 1:
                value = body[at : at + number]
                at += number
                if len(value) != number:
                    raise ValueError("cut off")
            if name:
                if tag & 1 != _is_long(kind):
                    raise ValueError(name)
                values[name] = _value(kind, value)
    except (IndexError, OverflowError):  # the latter: a number that is no place anywhere
        raise ValueError("no record")
    return values


def fields_of(body):
    """As `decode`, but empty for what cannot be read."""
    try:
        return decode(body)
    except ValueError:
        return {}


def _encode(values):
    out = bytearray()
    for place in range(len(FIELDS)):
        name, kind = FIELDS[place]
        value = values.get(name)
        if value is None:
            continue
        out.append(place << 1 | _is_long(kind))
        if _is_long(kind):
            value = _bytes(kind, value)
            put(out, len(value))
            out.extend(value)
        else:
            put(out, kind.index(value) if type(kind) is tuple else value)
    return bytes(out)


def _is_long(kind):
    """1 where a length stands before the value."""
    return int(kind != NUMBER and type(kind) is not tuple)


def _bytes(kind, value):
    if kind == HASH:
        return unhexlify(value)
    if type(kind) is not list:
        # Not character by character: each would be interned for ever.
        return bytes([byte if 0x20 <= byte < 0x7F else 0x3F for byte in value.encode()[:kind]])
    out = bytearray()
    for row in value:
        for column, cell in zip(kind, (row,) if len(kind) == 1 else row):
            put(out, cell if column == NUMBER else column.index(cell))
    return out


def _value(kind, value):
    if type(kind) is tuple:
        return kind[value]
    if kind == NUMBER:
        return value
    if kind == HASH:
        return hexlify(value).decode()
    if type(kind) is not list:
        return bytes(value).decode()
    rows = []
    at = 0
    while at < len(value):
        row = []
        for column in kind:
            number, at = number_at(value, at)
            row.append(number if column == NUMBER else column[number])
        rows.append(row if len(kind) > 1 else row[0])
    return rows


def put(out, number):
    """Append a number of 0 or more as a varint."""
    if number < 0:
        raise ValueError(number)
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def number_at(body, at):
    """(number, place after it)."""
    number = shift = 0
    while True:
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > 63:
            raise ValueError("a number without end")
