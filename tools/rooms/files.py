"""What Python files import, and whether any of them lead back to where they came from."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any


def imported(path: Path, root: Path) -> Iterator[list[str]]:
    """The dotted names of a file's imports below `root`, wherever in it they stand, but for what a
    type checker alone reads."""
    package = list(path.relative_to(root).parts[:-1])
    for node in _running(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            named = above + (node.module.split(".") if node.module else [])
            yield from ([*named, alias.name] for alias in node.names)


def circle(root: Path) -> list[str]:
    """Files below `root` that import each other in a ring, each the one before it; empty: none."""
    return [".".join(name) for name in _circle(_arrows(root))]


def circle_of_folders(root: Path) -> list[str]:
    """The same of the folders that `root` has."""
    between: dict[str, set[str]] = {}
    for (here, *_), targets in _arrows(root).items():
        between.setdefault(here, set()).update({name[0] for name in targets} - {here})
    return _circle(between)


def _circle(arrows: dict[Any, set[Any]]) -> list[Any]:
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def _arrows(root: Path) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """{file: the files that it imports}."""
    files = {_name(path, root): path for path in root.glob("**/*.py")}
    return {name: {*_known(path, root, files)} - {name} for name, path in files.items()}


def _running(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from _running(child)


def _name(path: Path, root: Path) -> tuple[str, ...]:
    parts = path.relative_to(root).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def _known(
    path: Path, root: Path, files: dict[tuple[str, ...], Path]
) -> Iterator[tuple[str, ...]]:
    """Of a file's imports those that are files: a module, or that of which a name is taken."""
    for parts in imported(path, root):
        for name in (tuple(parts), tuple(parts[:-1])):
            if name in files:
                yield name
                break
