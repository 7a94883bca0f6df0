"""Names that nobody uses any more, left out before the firmware is compiled for a board.

After fold.py most public constants, and the imports that brought them, are mentioned nowhere; yet
each would still cost an entry in a module's dictionary, and often a string, for ever.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from .fold import Constants


class _Edit(NamedTuple):
    node: ast.stmt | ast.expr
    text: str


def prune(texts: dict[str, str], known: Constants, outside: str = "") -> dict[str, str]:
    """Folded `texts` ({module: text}) without constants and imports that none of them names.

    `known` are the constants as fold.py found them; what the text `outside` names stays, and what
    a package imports, since that is its face. Lines stay in place.
    """
    packages = {module.rpartition(".")[0] for module in texts}
    texts = {
        module: text if module in packages else _edited(text, _imports(text))
        for module, text in texts.items()
    }
    named = {module: _names(ast.parse(text)) for module, text in texts.items()}
    everywhere = _names(ast.parse(outside))
    for module, text in texts.items():
        tree = ast.parse(text)
        others = everywhere.union(*(names for other, names in named.items() if other != module))
        unused = {
            name: value
            for name, value in known.get(module, {}).items()
            if name not in others and _stores(tree, name) == 1
        }
        texts[module] = _edited(text, _constants(tree, unused))
    return texts


def _names(tree: ast.Module) -> set[str]:
    """Every identifier that could mean something of another module."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Constant(value=str(name)):
                found.add(name)
            case ast.alias(name=name):
                found.update(name.split("."))
    return found


def _stores(tree: ast.Module, name: str) -> int:
    """How often `name` is given a value, as a variable or as an argument."""
    return sum(
        (isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.arg) and node.arg == name)
        for node in ast.walk(tree)
    )


def _imports(text: str) -> Iterator[_Edit]:
    tree = ast.parse(text)
    loads = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    plain = sum(
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "const"
        for node in tree.body
    )
    used = sum(isinstance(node, ast.Name) and node.id == "const" for node in ast.walk(tree))
    if used == plain:  # the compiler knows it without being told, but nowhere else
        loads.discard("const")
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            kept = [item for item in node.names if (item.asname or item.name) in loads]
            if len(kept) < len(node.names):
                less = ast.ImportFrom(node.module, kept, node.level)
                yield _Edit(node, ast.unparse(less) if kept else "")


def _constants(tree: ast.Module, unused: dict[str, int]) -> Iterator[_Edit]:
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) if name in unused:
                yield _Edit(statement, "")
                continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in unused:
                yield _Edit(node, f"({unused[node.id]})")


def _edited(text: str, edits: Iterator[_Edit]) -> str:
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for node, new in sorted(edits, key=lambda edit: _place(edit.node), reverse=True):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        rest = lines[last][node.end_col_offset :]
        lines[first] = lines[first][: node.col_offset] + new.encode() + rest
        lines[first + 1 : last + 1] = [b"\n"] * (last - first)
    return b"".join(lines).decode()


def _place(node: ast.stmt | ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset
