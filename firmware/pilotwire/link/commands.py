"""Commands from the backend: checked against the table below before anything acts on them."""

import json

from ..power.leases import MAX_TTL_S

# type: {argument: (least, most, required)}: an integer, or where `least` is "" a text of at most
# so many characters.
COMMANDS = {
    "limit": {
        "ma": (0, 80_000, True),
        "ttl_s": (1, MAX_TTL_S, False),
        "fallback_ma": (0, 80_000, False),
    },
    "pause": {},
    "resume": {},
    "start": {"by": ("", 20, False)},
    "stop": {},
    "clear-faults": {},
    "trace": {"kb": (0, 32, True)},
    "records": {"first": (1, 0xFFFFFFFF, True)},
}

_ID_LENGTH = 64
_REMEMBERED = 16


class Refused(Exception):
    """A command that is not obeyed: `args` are its id or None, the reason code, and the detail."""


class Commands:
    """Checks commands; remembers the latest ids, so that a repeated one is not obeyed twice."""

    def __init__(self):
        self._seen = []

    def check(self, payload, retained, unix_s):
        """(id, type, arguments) of a good command. Raises Refused, with the id where there is one.

        `unix_s` is the wall clock, None while it is unknown: then no command can be expired.
        """
        envelope = _object(payload)
        id_ = envelope.get("id")
        if type(id_) is not str or not 0 < len(id_) <= _ID_LENGTH or not _is_plain(id_):
            raise Refused(None, "malformed", "id: 1 to %d ASCII characters wanted" % _ID_LENGTH)
        if retained:  # it would be obeyed again at every reconnect
            raise Refused(id_, "retained", "")
        if id_ in self._seen:
            raise Refused(id_, "repeated", "")
        self._seen.append(id_)
        del self._seen[:-_REMEMBERED]
        for key in envelope:
            if key not in ("id", "type", "args", "exp"):
                raise Refused(id_, "malformed", "%.32r: unknown key" % key)
        exp = envelope.get("exp")
        if exp is not None and type(exp) is not int:
            raise Refused(id_, "malformed", "exp: unix seconds wanted")
        if exp is not None and unix_s is not None and unix_s > exp:
            raise Refused(id_, "expired", "")
        type_ = envelope.get("type")
        if type(type_) is not str or type_ not in COMMANDS:
            raise Refused(id_, "unknown", "type")
        return id_, type_, self._arguments(id_, COMMANDS[type_], envelope.get("args", {}))

    def _arguments(self, id_, table, given):
        if type(given) is not dict:
            raise Refused(id_, "malformed", "args: an object wanted")
        for key in given:
            if key not in table:
                raise Refused(id_, "malformed", "%.32r: unknown argument" % key)
        for key, (least, most, required) in table.items():
            if key not in given:
                if required:
                    raise Refused(id_, "malformed", "%s: missing" % key)
                continue
            value = given[key]
            if least == "":
                if type(value) is not str or len(value) > most or not _is_plain(value):
                    raise Refused(id_, "range", "%s: %d ASCII characters at most" % (key, most))
            elif type(value) is not int or not least <= value <= most:
                raise Refused(id_, "range", "%s: %d to %d wanted" % (key, least, most))
        return given


def acknowledged(payload):
    """The number in an `ack` message: every record up to it is stored. Raises Refused."""
    upto = _object(payload).get("upto")
    if type(upto) is not int:
        raise Refused(None, "malformed", "upto: an integer wanted")
    if upto < 0:
        raise Refused(None, "range", "upto")
    return upto


def _object(payload):
    try:
        value = json.loads(payload)
    except (ValueError, RuntimeError, MemoryError):  # the latter two: nested too deeply
        raise Refused(None, "malformed", "not JSON") from None
    if type(value) is not dict:
        raise Refused(None, "malformed", "an object wanted")
    return value


def _is_plain(text):
    """Whether the result can echo it in any encoding."""
    try:
        data = text.encode()  # not character by character: each would be interned for ever
    except UnicodeError:  # half a surrogate pair, on CPython
        return False
    return all(0x20 <= byte <= 0x7E for byte in data)
