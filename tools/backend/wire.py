"""What boxes publish, read with distrust: topic and payload become a message, or are Refused.

The shapes are docs/mqtt.md's. A record is kept if it has a number, a kind and a frame; what its
other fields say is stored as it came, and fills a column where its type is the column's.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from pilotwire.record.frame import MOST, Frame, length

PREFIX = "pilotwire/v1/"
SHARED = ("tx", "records", "event", "state")  # one consumer of a group gets each message
RETAINED = ("online", "info")  # every consumer gets them, and the last ones when it connects
MOST_BYTES = 16_384  # of a payload; a state has less than 2 KB, a record less
MOST_SEQ = 0xFFFFFFFF

# Columns of the table `records` that a record's own fields fill: (column, field, type).
COLUMNS: tuple[tuple[str, str, type], ...] = (
    ("kind", "kind", str),
    ("boot", "boot", int),
    ("charge", "charge", int),
    ("start_unix", "start_unix", int),
    ("end_unix", "end_unix", int),
    ("unix", "unix", int),
    ("wh", "wh", int),
    ("energy", "energy", str),
    ("reason", "reason", str),
    ("auth", "auth", str),
    ("by_whom", "by", str),
    ("meter_serial", "meter_serial", str),
    ("charging_s", "charging_s", int),
    ("currency", "currency", str),
    ("event", "event", str),
    ("about", "about", str),
)

_TOPIC = re.compile(PREFIX + r"([^/]*)/([^/]*)")
BOX = re.compile(r"[A-Za-z0-9_-]{1,20}")
_KIND = re.compile(r"[a-z0-9-]{1,20}")
_BIGINT = 1 << 63
_SURROGATE = re.compile("[\x00\ud800-\udfff]")  # what neither UTF-8 nor PostgreSQL can hold


class Refused(ValueError):
    """A message that is not stored. `reason` is a word, `box` "" where the topic names none."""

    def __init__(self, box: str, topic: str, reason: str):
        super().__init__(f"{box or 'no box'}: {topic}: {reason}")
        self.box, self.topic, self.reason = box, topic, reason


@dataclass(frozen=True, slots=True)
class Record:
    """`columns` in the order of COLUMNS. `sound`: the frame is whole and has the same number.

    `asked`: it came on the topic `records`, where no acknowledgement is awaited.
    """

    box: str
    seq: int
    asked: bool
    columns: tuple[Any, ...]
    amount: int | None
    sound: bool
    frame: bytes
    payload: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The box does not have records `first` to `last` any more."""

    box: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Latest:
    """`what` (online, info or state) of a box, as it is now: a bool for online, else JSON."""

    box: str
    what: str
    value: bool | str


@dataclass(frozen=True, slots=True)
class Event:
    """What has happened, live."""

    box: str
    unix: int | None
    event: str | None
    payload: str


Message = Record | Missing | Latest | Event


def read(topic: str, payload: bytes) -> Message | None:
    """The message; None for a retained one that was deleted. Raises Refused."""
    found = _TOPIC.fullmatch(topic)
    if not found or not BOX.fullmatch(found[1]):
        raise Refused("", "", "topic")
    box, name = found[1], found[2]
    try:
        return _read(box, name, payload)
    except _Wrong as wrong:
        raise Refused(box, name, wrong.args[0]) from None


class _Wrong(ValueError):
    """The word that names what is wrong."""


def _read(box: str, name: str, payload: bytes) -> Message | None:
    if len(payload) > MOST_BYTES:
        raise _Wrong("size")
    if name == "online":
        if payload not in (b"0", b"1", b""):
            raise _Wrong("online")
        return Latest(box, name, payload == b"1")
    if name in ("state", "info"):
        return Latest(box, name, _text(_object(payload))) if payload else None
    if name == "event":
        value = _object(payload)
        return Event(box, _typed(value, "unix", int), _typed(value, "event", str), _text(value))
    if name in ("tx", "records"):
        return _record(box, name == "records", _object(payload))
    raise _Wrong("topic")


def _object(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise _Wrong("json") from None
    if not isinstance(value, dict):
        raise _Wrong("object")
    return value


def _refuse(_name: str) -> NoReturn:
    raise ValueError


def _text(value: dict[str, Any]) -> str:
    """Back to JSON, such as both databases take: no infinity, no NUL, no half surrogate pair."""
    _check_texts(value)
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise _Wrong("number") from None


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise _Wrong("text")
    elif isinstance(value, dict):
        for item in value.items():
            _check_texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_texts(item)


def _record(box: str, asked: bool, value: dict[str, Any]) -> Message:
    seq = _number(value, "seq")
    if value.get("kind") == "missing":
        first = _number(value, "first")
        if first > seq:
            raise _Wrong("first")
        return Missing(box, first, seq)
    if not isinstance(value.get("kind"), str) or not _KIND.fullmatch(value["kind"]):
        raise _Wrong("kind")
    frame = _frame(value.get("frame"))
    return Record(
        box,
        seq,
        asked,
        tuple(_typed(value, name, kind) for _, name, kind in COLUMNS),
        _amount(value.get("amounts")),
        length(frame, 0) == len(frame) and Frame(frame).seq == seq,
        frame,
        _text(value),
    )


def _number(value: dict[str, Any], name: str) -> int:
    number = value.get(name)
    if type(number) is not int or not 1 <= number <= MOST_SEQ:
        raise _Wrong(name)
    return number


def _frame(text: Any) -> bytes:
    try:
        frame = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise _Wrong("frame") from None
    if not 0 < len(frame) <= MOST:
        raise _Wrong("frame")
    return frame


def _typed(value: dict[str, Any], name: str, kind: type) -> Any:
    """The field, or None where it is absent or no column could hold it."""
    found: Any = value.get(name)
    if type(found) is not kind or (kind is int and not -_BIGINT <= found < _BIGINT):
        return None
    return found


def _amount(amounts: Any) -> int | None:
    if not isinstance(amounts, list) or not amounts or any(type(n) is not int for n in amounts):
        return None
    total = sum(amounts)
    return total if -_BIGINT <= total < _BIGINT else None
