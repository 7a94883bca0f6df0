"""Public names made short too, the same in each file, before the firmware is compiled for a board.

A function is `a` in its own module, and another letter where another one imports it: its name is
for those who read the source.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .fold import origin
from .parameters import Edit, edited
from .shorten import free

_WORD = re.compile(r"\w+")
_KEYWORDS = {ast.ClassDef: "class ", ast.FunctionDef: "def ", ast.AsyncFunctionDef: "async def "}
_ONCE = "pilotwire.once"  # rows of a module, a name in it, ...: the only such texts
_Names = dict[str, str]


class _Module(NamedTuple):
    tree: ast.Module
    imports: list[tuple[str, ast.alias]]  # from which module, what
    modules: _Names  # what is called by a name wherever it stands
    rows: list[tuple[str, ast.Constant]]  # in which module, the name
    top: set[str]


def reuse(texts: dict[str, str], outside: Iterable[str]) -> dict[str, str]:
    """`texts` ({module: text}) with letters for what the modules define, but for words of a text
    `outside`, and for what a string or an attribute of some object might mean. Lines stay in
    place.
    """
    modules = {name: _read(name, text, texts) for name, text in texts.items()}
    fixed = {word for text in outside for word in _WORD.findall(text)}
    for module in modules.values():
        fixed.update(_uncertain(module))
    defined = {
        name: module.top - fixed - {_called(item) for _, item in module.imports}
        for name, module in modules.items()
    }
    new: dict[str, _Names] = {}
    for name, module in modules.items():
        brought = {
            _called(item)
            for source, item in module.imports
            if item.name in defined.get(source, ())
        }
        own = sorted(defined[name] | (brought & module.top - fixed))
        new[name] = dict(zip(own, free(_identifiers(module.tree)), strict=False))
    return {
        name: edited(texts[name], _edits(module, new[name], new))
        for name, module in modules.items()
    }


def _read(name: str, text: str, texts: Iterable[str]) -> _Module:
    is_package = any(other.startswith(name + ".") for other in texts)
    tree = ast.parse(text)
    imports = [
        (origin(node, name, is_package), item)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for item in node.names
    ]
    rows = list(_rows(tree)) if name == _ONCE else []
    top = set() if is_package else _top(tree)  # a package's names are for others
    return _Module(tree, imports, _modules(tree, imports, texts), rows, top)


def _called(item: ast.alias) -> str:
    return item.asname or item.name


def _modules(
    tree: ast.Module, imports: list[tuple[str, ast.alias]], texts: Iterable[str]
) -> _Names:
    """{name: module} of what means that one of `texts` wherever it stands."""
    bound = Counter(_bound(tree))
    meant: dict[str, list[str]] = {}
    for source, item in imports:
        meant.setdefault(_called(item), []).append(f"{source}.{item.name}")
    return {
        name: found[0]
        for name, found in meant.items()
        if found[0] in texts and found == [found[0]] * bound[name]
    }


def _top(tree: ast.Module) -> set[str]:
    """Public names that mean the same thing of the module's wherever they stand."""
    found: Counter[str] = Counter()
    for node in tree.body:
        match node:
            case ast.Assign(targets=targets):
                found.update(name for target in targets for name in _bound(target))
            case ast.ImportFrom():
                found.update(_bound(node))
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                found[node.name] += 1
    bound = Counter(_bound(tree))
    return {
        name
        for name, times in found.items()
        if times == bound[name] and len(name) > 1 and not name.startswith("_")
    }


def _bound(tree: ast.AST) -> Iterator[str]:
    """A name as often as something is given it, at any depth."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                yield name
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.alias():
                yield _called(node).split(".")[0]
            case ast.Global(names=names):
                yield from names


def _rows(tree: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    for node in ast.walk(tree):
        match node:
            case ast.Tuple(elts=[ast.Constant(value=str(module)), ast.Constant() as name, *_]):
                yield f"pilotwire.{module}", name


def _uncertain(module: _Module) -> Iterator[str]:
    """What is looked up in an object that may be any, or by a text."""
    certain = [name for _, name in module.rows]
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(value=ast.Name(id=owner)) if owner in module.modules:
                continue
            case ast.Constant() if node in certain:
                continue
            case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                yield name


def _identifiers(tree: ast.Module) -> set[str]:
    found = set(_bound(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.keyword(arg=str(name)):
                found.add(name)
    return found


def _edits(module: _Module, own: _Names, new: dict[str, _Names]) -> Iterator[Edit]:
    for source, item in module.imports:
        name, called = new.get(source, {}).get(item.name, item.name), _called(item)
        called = own.get(called, called)
        text = name if name == called else f"{name} as {called}"
        yield Edit(item.lineno - 1, item.col_offset, item.end_col_offset or 0, text)
    for source, row in module.rows:
        if text := new.get(source, {}).get(str(row.value)):
            yield Edit(row.lineno - 1, row.col_offset, row.end_col_offset or 0, f'"{text}"')
    for node in ast.walk(module.tree):
        match node:
            case ast.Name(id=name, col_offset=start):
                text = own.get(name)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                text = new.get(module.modules.get(owner, ""), {}).get(name)
                start = (node.end_col_offset or 0) - len(name)
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                name = node.name
                text = own.get(name)
                start = node.col_offset + len(_KEYWORDS[type(node)])
            case _:
                continue
        if text:
            yield Edit(node.lineno - 1, start, start + len(name), text)
