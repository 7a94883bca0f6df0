"""The arguments of commands, checked against commands.json; loads on demand.

That has a line for each type, read when it is wanted: {argument: what it may be}, which is
[least, most, required], ["text", longest, required] (printable ASCII), ["hash", digits, required],
["choice", which, required], ["list", longest, required], or ["object", 1, required] (0: or null).
"""

import json

from .plain import is_plain

_TABLE = __file__.rsplit("/", 1)[0] + "/commands.json"
_HEX = b"0123456789abcdef"


def check(type_, given):
    """What keeps a command of this type with these arguments, any JSON values, from being obeyed:
    (reason code, detail), or ("", "")."""
    table = arguments_of(type_)
    if table is None:
        return "unknown", "type"
    if type(given) is not dict:
        return "malformed", "args: an object wanted"
    for key in given:
        if key not in table:
            return "malformed", "%.32r: unknown argument" % key
    for key, row in table.items():
        if key in given:
            wanted = _wanted(row, given[key])
            if wanted:
                return "range", "%s: %s" % (key, wanted)
        elif row[2]:
            return "malformed", "%s: missing" % key
    return "", ""


def arguments_of(type_):
    """The arguments of this type of command, None for any other value."""
    if type(type_) is not str or '"' in type_:
        return None
    head = b'{"type": "%s",' % type_.encode()
    with open(_TABLE, "rb") as file:
        while line := file.readline():
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
        if type(value) is not str or len(value) > most or not is_plain(value):
            return "%d ASCII characters at most" % most
    elif least == "hash":
        if type(value) is not str or len(value) != most or not is_plain(value):
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
