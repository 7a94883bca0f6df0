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
    bases = _bases(texts)
    for module, others in bases.items():
        for other in others:
            taken |= set(_PRIVATE.findall(texts[module])) & set(_PRIVATE.findall(texts[other]))
    for text in texts.values():
        taken |= set(_foreign(ast.parse(text)))
    names: dict[str, dict[str, str]] = {}

    def name(module: str) -> dict[str, str]:
        """{private name: short one}; none is that of a base, since the object is the same."""
        if module not in names:
            theirs = set(taken)
            for other in _line(module, bases):
                theirs.update(name(other).values())
            own = Counter(old for old in _PRIVATE.findall(texts[module]) if old not in taken)
            names[module] = dict(
                zip([old for old, _ in own.most_common()], free(theirs, "_"), strict=False)
            )
        return names[module]

    def short(module: str) -> str:
        new = name(module)
        return _PRIVATE.sub(lambda found: new.get(found[0], found[0]), texts[module])

    return {module: short(module) for module in texts}


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


def _bases(texts: dict[str, str]) -> dict[str, set[str]]:
    """{module: those in which a base of one of its classes stands}."""
    found: dict[str, set[str]] = {module: set() for module in texts}
    for module, text in texts.items():
        tree = ast.parse(text)
        origins = {
            item.asname or item.name: (node.module or "").rpartition(".")[2]
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for item in node.names
        }
        names = {
            base.id
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for base in node.bases
            if isinstance(base, ast.Name)
        }
        for origin in (origins[name] for name in names if name in origins):
            for other in texts:
                if other != module and other.rpartition(".")[2] == origin:
                    found[module].add(other)
    return found


def _line(module: str, bases: dict[str, set[str]]) -> set[str]:
    """All modules that a class of `module` comes from."""
    found = set(bases[module])
    for base in bases[module]:
        found |= _line(base, bases)
    return found


def free(taken: set[str], start: str = "") -> Iterator[str]:
    """Names that are not `taken`, the shortest first: `start` and a letter or two."""
    for number in count():
        digits = _LETTERS[number % 26]
        if number >= 26:
            digits = _LETTERS[number // 26 - 1] + digits
        if start + digits not in taken:
            yield start + digits
