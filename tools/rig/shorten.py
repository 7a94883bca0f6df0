"""Private names made short, and alike in each file, before the firmware is compiled for a board.

MicroPython keeps every name that it has ever seen in the heap. A name with an underscore that only
one module uses is nobody else's business: there it may be called like another module's. A
traceback on a board still tells file and line.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count

_PRIVATE = re.compile(r"(?<![A-Za-z0-9_])_[a-z][a-z0-9_]*")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def shorten(texts: dict[str, str], kept: Iterable[str], outside: Iterable[str]) -> dict[str, str]:
    """`texts` ({module: text}) with short private names, but for the modules in `kept`, and for
    names that two modules or a text `outside` use. Lines stay in place.
    """
    kept = set(kept)
    users = Counter(name for text in texts.values() for name in set(_PRIVATE.findall(text)))
    taken = {name for text in outside for name in _PRIVATE.findall(text)}
    taken |= {name for name, number in users.items() if number > 1}
    taken |= {name for module in kept for name in _PRIVATE.findall(texts[module])}
    return {
        module: text if module in kept else _shortened(text, taken)
        for module, text in texts.items()
    }


def _shortened(text: str, taken: set[str]) -> str:
    free = _free(taken)
    own = Counter(name for name in _PRIVATE.findall(text) if name not in taken)
    names = {name: next(free) for name, _ in own.most_common()}
    return _PRIVATE.sub(lambda found: names.get(found[0], found[0]), text)


def _free(taken: set[str]) -> Iterator[str]:
    for number in count():
        digits = _LETTERS[number % 26]
        if number >= 26:
            digits = _LETTERS[number // 26 - 1] + digits
        if "_" + digits not in taken:
            yield "_" + digits
