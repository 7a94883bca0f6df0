"""The commands that the model of a box takes, and why it refuses one, as the firmware does."""

import json
from collections import deque
from typing import Any

from rig.interpreter import ROOT

_SEEN = 16  # ids that a box remembers
_PACKET = 2_048  # bytes that it takes, topic included
_TABLE = ROOT / "firmware" / "pilotwire" / "link" / "commands.json"
_TYPES = frozenset(json.loads(line)["type"] for line in _TABLE.read_text().splitlines())
_ARGUMENTS = {
    "limit": ("ma", "ttl_s", "fallback_ma", "ramp_ma_min", "source"),
    "pause": (),
    "resume": (),
    "config-get": ("keys",),
}
_RANGES = {"ma": (0, 80_000), "ttl_s": (1, 432_000), "fallback_ma": (0, 80_000)}
_SOURCES = ("operator", "site")


class Refused(Exception):
    """A command that is not obeyed: `args` are its id or None, the reason code, and the detail."""


class Orders:
    """Remembers the latest ids, so that a repeated command is not obeyed twice."""

    def __init__(self) -> None:
        self._seen: deque[str] = deque(maxlen=_SEEN)

    def check(
        self, payload: bytes, retained: bool, unix: int | None, topic_bytes: int
    ) -> tuple[str, str, dict[str, Any]]:
        """(id, type, arguments) of a good command. Raises Refused."""
        if topic_bytes + len(payload) > _PACKET - 4:
            raise Refused(None, "oversized", f"{len(payload)} bytes")
        command = _object(payload)
        id_ = command.get("id")
        if not (type(id_) is str and 0 < len(id_) <= 64 and id_.isascii() and id_.isprintable()):
            raise Refused(None, "malformed", "id: 1 to 64 ASCII characters wanted")
        if retained:
            raise Refused(id_, "retained", "")
        if id_ in self._seen:
            raise Refused(id_, "repeated", "")
        self._seen.append(id_)
        for key in command:
            if key not in ("id", "type", "args", "exp"):
                raise Refused(id_, "malformed", f"{key!r:.32}: unknown key")
        exp = command.get("exp")
        if exp is not None and type(exp) is not int:
            raise Refused(id_, "malformed", "exp: unix seconds wanted")
        if exp is not None and unix is not None and unix > exp:
            raise Refused(id_, "expired", "")
        type_: Any = command.get("type")
        args: Any = command.get("args", {})
        reason, about = _wrong(type_, args)
        if reason:
            raise Refused(id_, reason, about)
        return id_, type_, args


def _object(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        raise Refused(None, "malformed", "not JSON") from None
    if type(value) is not dict:
        raise Refused(None, "malformed", "an object wanted")
    return value


def _wrong(type_: Any, args: Any) -> tuple[str, str]:
    """What keeps it from being obeyed: (reason code, detail), or ("", "")."""
    if type(type_) is not str or type_ not in _TYPES:
        return "unknown", "type"
    if type(args) is not dict:
        return "malformed", "args: an object wanted"
    if type_ not in _ARGUMENTS:
        return "busy", ""
    for key in args:
        if key not in _ARGUMENTS[type_]:
            return "malformed", f"{key!r:.32}: unknown argument"
    if type_ != "limit":
        return "", ""
    for key, (least, most) in _RANGES.items():
        if key in args and (type(args[key]) is not int or not least <= args[key] <= most):
            return "range", f"{key}: {least} to {most} wanted"
        if key == "ma" and key not in args:
            return "malformed", "ma: missing"
    if args.get("source", "site") not in _SOURCES:
        return "range", f"source: one of {', '.join(_SOURCES)} wanted"
    return ("busy", "") if "ramp_ma_min" in args else ("", "")
