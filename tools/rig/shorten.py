"""Private names made short, and alike in each file, before the firmware is compiled for a board.

MicroPython keeps every name that it has ever seen in the heap. A name with an underscore that only
its own module uses is nobody else's business: there it may be called like another module's.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count

_PRIVATE = re.compile(r"(?<![A-Za-z0-9_])_[A-Za-z][A-Za-z0-9_]*")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def shorten(texts: dict[str, str], kept: Iterable[str], outside: Iterable[str]) -> dict[str, str]:
    """`texts` ({module: text}) with short private names, but for what objects of the modules in
    `kept` hold, and for names that a module uses of another's objects, or a text `outside` at all.
    Lines stay in place.
    """
    taken = {name for text in outside for name in _PRIVATE.findall(text)}
    taken |= {name for module in kept for name in _held(ast.parse(texts[module]))}
    taken |= _inherited(texts)
    for text in texts.values():
        taken |= set(_foreign(ast.parse(text)))
    return {module: _shortened(text, taken) for module, text in texts.items()}


def _held(tree: ast.Module) -> Iterator[str]:
    """Names of what is stored in an object."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def _foreign(tree: ast.Module) -> Iterator[str]:
    """Private names of what may be somebody else's: of objects that are not `self`, or imported,
    or looked up by a text where the module itself has no such thing."""
    own = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) | ast.Name(id=name):
                own.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                own.add(name)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self")):
                continue
            case ast.Attribute(attr=name) | ast.alias(name=name):
                yield name
            case ast.Constant(value=str(name)) if name not in own:
                yield name


def _inherited(texts: dict[str, str]) -> set[str]:
    """Private names that a class may share with its base in another module."""
    found: set[str] = set()
    for module, text in texts.items():
        tree = ast.parse(text)
        origins = {
            item.asname or item.name: (node.module or "").rpartition(".")[2]
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for item in node.names
        }
        bases = {
            base.id
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for base in node.bases
            if isinstance(base, ast.Name)
        }
        for origin in (origins[base] for base in bases if base in origins):
            for other, theirs in texts.items():
                if other != module and other.rpartition(".")[2] == origin:
                    found |= set(_PRIVATE.findall(text)) & set(_PRIVATE.findall(theirs))
    return found


def _shortened(text: str, taken: set[str]) -> str:
    letters = free(taken, "_")
    own = Counter(name for name in _PRIVATE.findall(text) if name not in taken)
    names = {name: next(letters) for name, _ in own.most_common()}
    return _PRIVATE.sub(lambda found: names.get(found[0], found[0]), text)


def free(taken: set[str], start: str = "") -> Iterator[str]:
    """Names that are not `taken`, the shortest first: `start` and a letter or two."""
    for number in count():
        digits = _LETTERS[number % 26]
        if number >= 26:
            digits = _LETTERS[number // 26 - 1] + digits
        if start + digits not in taken:
            yield start + digits
