"""Commands from the backend, checked before anything acts on them: their envelope."""

import json

from micropython import const

from ..loading import unload
from .plain import is_plain

_ID_LENGTH = const(64)
_REMEMBERED = const(16)


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
        if type(id_) is not str or not 0 < len(id_) <= _ID_LENGTH or not is_plain(id_):
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
        from .arguments import check

        type_, args = envelope.get("type"), envelope.get("args", {})
        unload("link.arguments")
        reason, about = check(type_, args)
        if reason:
            raise Refused(id_, reason, about)
        return id_, type_, args


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
