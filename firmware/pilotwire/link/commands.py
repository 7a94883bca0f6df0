"""Commands from the backend: checked against commands.json before anything acts on them.

That has a line for each type, read when it is wanted: {argument: what it may be}, which is
[least, most, required], ["text", longest, required] (printable ASCII), ["hash", digits, required],
["choice", which, required], ["list", longest, required], or ["object", 1, required] (0: or null).
"""

import json

from micropython import const

_ID_LENGTH = const(64)
_REMEMBERED = const(16)
_TABLE = __file__.rsplit("/", 1)[0] + "/commands.json"
_HEX = b"0123456789abcdef"


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
        table = _table(type_)
        if table is None:
            raise Refused(id_, "unknown", "type")
        return id_, type_, self._arguments(id_, table, envelope.get("args", {}))

    def _arguments(self, id_, table, given):
        if type(given) is not dict:
            raise Refused(id_, "malformed", "args: an object wanted")
        for key in given:
            if key not in table:
                raise Refused(id_, "malformed", "%.32r: unknown argument" % key)
        for key, row in table.items():
            if key in given:
                wanted = _wanted(row, given[key])
                if wanted:
                    raise Refused(id_, "range", "%s: %s" % (key, wanted))
            elif row[2]:
                raise Refused(id_, "malformed", "%s: missing" % key)
        return given


def _table(type_):
    """The arguments of this type of command, None for any other value."""
    if type(type_) is not str or '"' in type_:
        return None
    head = '{"type": "%s",' % type_
    with open(_TABLE) as file:
        for line in file:
            if line.startswith(head):
                return json.loads(line)["args"]
    return None


def _wanted(row, value):
    """What `row` of the table wants instead of `value`, "" where that will do."""
    least, most = row[:2]
    if type(least) is int:
        if type(value) is not int or not least <= value <= most:
            return "%d to %d wanted" % (least, most)
    elif least == "text":
        if type(value) is not str or len(value) > most or not _is_plain(value):
            return "%d ASCII characters at most" % most
    elif least == "hash":
        if type(value) is not str or len(value) != most or not _is_plain(value):
            return "%d hexadecimal digits wanted" % most
        if not all(byte in _HEX for byte in value.encode()):
            return "%d hexadecimal digits wanted, a to f small" % most
    elif least == "choice":
        if not any(type(value) is type(one) and value == one for one in most):
            return "one of %s wanted" % ", ".join([str(one) for one in most])
    elif least == "list":
        if type(value) is not list or len(value) > most:
            return "a list of at most %d wanted" % most
    elif type(value) is not dict and (most or value is not None):
        return "an object wanted"
    return ""


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
