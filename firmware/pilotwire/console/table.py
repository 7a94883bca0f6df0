"""What commands there are, and what each takes: commands.jsonl, read line by line.

A line is {"name", "level", "in": module, "args": [[argument, least, most, required], ...]}: what
an argument may be is written as in link/commands.json, and "key" is one of the configuration's.
With "order" the command is one of an operator's, and its args are names of that one's.
"""

import json

from micropython import const

from ..link.arguments import arguments_of

_HELP = b'{"help '
_FOLDER = __file__.rsplit("/", 1)[0]
USER = const(0)
INSTALLER = const(1)
FACTORY = const(2)


class WrongError(Exception):
    """`args`: the key of a text, and what that says it about."""


class Leave(Exception):
    """The console is left: by a command, by Ctrl-D, or because nobody is at the terminal."""


def rows():
    """All commands, in the order of help."""
    with open(_FOLDER + "/commands.jsonl", "rb") as file:
        while line := file.readline():
            yield json.loads(line)


def text(language, key):
    """A text for people, in English where the language has none; None where there is none.

    Keys have more than ten characters: MicroPython would intern shorter ones for ever.
    """
    head = b'{"%s": ' % key.encode()
    for name in (language, "en"):
        with open("%s/%s.jsonl" % (_FOLDER, name), "rb") as file:
            while line := file.readline():
                if line.startswith(head):
                    return json.loads(line)[key]
    return None


def helps(language):
    """(command, what it is for) of each."""
    with open("%s/%s.jsonl" % (_FOLDER, language), "rb") as file:
        while line := file.readline():
            if line.startswith(_HELP):
                for key, said in json.loads(line).items():
                    yield key[len("help ") :], said


def split(line):
    """The words of a line (UTF-8); quotes hold one together. Raises WrongError."""
    parts = line.decode().split('"')
    if len(parts) % 2 == 0:
        raise WrongError("quote-not-closed")
    words = []
    for i, part in enumerate(parts):
        words.extend([part] if i % 2 else part.split())
    return words


def find(words):
    """(the command that these words begin with, the words after it). Raises WrongError."""
    for row in rows():
        name = row["name"].split(" ")
        if words[: len(name)] == name:
            return row, words[len(name) :]
    begun = [row["name"] for row in rows() if row["name"].split(" ")[0] == words[0]]
    if begun:
        raise WrongError("which-command", ", ".join(begun))
    raise WrongError("unknown-command", words[0][:20])


def arguments(row):
    """[name, least, most, required] of each."""
    if "order" not in row:
        return row["args"]
    of_order = arguments_of(row["order"])
    return [[name] + of_order[name] for name in row["args"]]


def usage(row):
    """The command with its arguments and what they may be."""
    said = row["name"]
    for name, least, most, required in arguments(row):
        said += (" %s=%s" if required else " [%s=%s]") % (name, span(least, most))
    return said


def span(least, most):
    """What an argument may be, in any language."""
    if type(least) is int:
        return "%d..%d" % (least, most)
    if least == "choice":
        return "|".join([_said(one) for one in most])
    return "key" if least == "key" else "text(%d)" % most


def check(row, words, keys):
    """{argument: value} of the `words` after the command. `keys` of the configuration.

    Raises WrongError.
    """
    wanted = arguments(row)
    if len(words) > len(wanted):
        raise WrongError("usage-of-command", usage(row))
    args = {}
    for (name, least, most, _), word in zip(wanted, words):
        value = _value(least, most, word, keys)
        if value is None:
            raise WrongError("wrong-argument", name, span(least, most))
        args[name] = value
    for name, least, most, required in wanted[len(words) :]:
        if required:
            raise WrongError("missing-argument", name, span(least, most))
    return args


def complete(before, keys):
    """Words (bytes) that the last one of `before` (bytes) may become."""
    words = before.split(b" ")
    begun = words.pop().decode()
    given = [one.decode() for one in words if one]
    found = []
    for row in rows():
        name = row["name"].split(" ")
        if given == name[: len(given)] and len(given) < len(name):
            found.append(name[len(given)])
            continue
        if given[: len(name)] == name and len(given) - len(name) < len(arguments(row)):
            _, least, most, _ = arguments(row)[len(given) - len(name)]
            if least == "choice":
                found.extend([_said(one) for one in most])
            elif least == "key":
                found.extend(keys)
    return sorted({one.encode() for one in found if one.startswith(begun)})


def _said(choice):
    return str(choice).lower() if type(choice) is bool else str(choice)


def _value(least, most, word, keys):
    """What the word means, None where that may not be."""
    if type(least) is int:
        number = whole(word)
        return number if number is not None and least <= number <= most else None
    if least == "choice":
        return next((one for one in most if _said(one) == word), None)
    if least == "key":
        return word if word in keys else None
    return word if len(word.encode()) <= most else None


def whole(word):
    """The integer that the word is, or None."""
    digits = (word[1:] if word[:1] == "-" else word).encode()
    if not 0 < len(digits) <= 10 or not all(0x30 <= digit <= 0x39 for digit in digits):
        return None
    return int(word)


def dash(value):
    """What a person reads for it where there may be none."""
    return "-" if value is None else str(value)


def on(value):
    """A truth value in any language."""
    return "+" if value else "-"
