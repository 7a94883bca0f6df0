"""Parameters called alike in every function, before the firmware is compiled for a board.

MicroPython keeps a function's parameters by name, for ever, though nearly all calls are by place.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KEYWORD = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*=[^=]")
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Edit(NamedTuple):
    """A piece of one line to be replaced."""

    line: int  # from 0
    start: int  # in bytes
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all of `edits`."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for edit in sorted(edits, reverse=True):
        line = lines[edit.line]
        lines[edit.line] = line[: edit.start] + edit.text.encode() + line[edit.end :]
    return b"".join(lines).decode()


def rename(texts: dict[str, str], outside: Iterable[str]) -> dict[str, str]:
    """`texts` ({module: text}) with one-letter parameters, but for those that a call anywhere, or
    a text `outside`, might name. Lines stay in place.
    """
    named = {name for text in outside for name in _KEYWORD.findall(text)}
    for text in texts.values():
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.keyword(arg=str(name)) | ast.Constant(value=str(name)):  # `**own`
                    named.add(name)
    return {module: _renamed(text, named) for module, text in texts.items()}


def _renamed(text: str, named: set[str]) -> str:
    tree = ast.parse(text)
    common = named | _defined(tree) | set(dir(builtins)) | {"self", "cls"}
    return edited(
        text, (edit for function in _outermost(tree) for edit in _edits(function, common))
    )


def _defined(tree: ast.Module) -> set[str]:
    """Names that mean something in the whole module, so that no parameter is renamed from them."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Global(names=names):
                found.update(names)
            case ast.alias(name=name, asname=asname):
                found.add(asname or name.split(".")[0])
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found.add(name)
            case ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.Assign() | ast.AnnAssign() | ast.For() | ast.If() | ast.Try():
                found |= {leaf.id for leaf in ast.walk(node) if isinstance(leaf, ast.Name)}
    return found


def _outermost(tree: ast.AST) -> Iterator[_Function]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, _Function):
            yield node
        else:
            yield from _outermost(node)


def _edits(function: _Function, common: set[str]) -> Iterator[Edit]:
    """All that is renamed in a function and those inside."""
    inside = list(ast.walk(function))
    parameters = [
        argument.arg
        for node in inside
        if isinstance(node, ast.arguments)
        for argument in [*node.posonlyargs, *node.args, node.vararg]
        if argument
    ]
    fixed = {
        argument.arg
        for node in inside
        if isinstance(node, ast.arguments)
        for argument in [*node.kwonlyargs, node.kwarg]
        if argument
    }
    used = {node.id for node in inside if isinstance(node, ast.Name)} | set(parameters) | fixed
    used |= {node.name for node in inside if isinstance(node, ast.ExceptHandler) and node.name}
    free = (letter for letter in _LETTERS if letter not in used | common)
    new = {
        name: next(free, name)
        for name in dict.fromkeys(parameters)
        if len(name) > 1 and name not in common | fixed
    }
    for node in inside:
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) if name in new:
                start = node.col_offset
                yield Edit(node.lineno - 1, start, start + len(name), new[name])
