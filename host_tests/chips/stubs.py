"""MicroPython's published stubs as signatures that calls are held against."""

import ast
import functools
import inspect
from pathlib import Path
from typing import Any

import pytest
from rig.install import BUILD

_KINDS = inspect.Parameter


def stub(chip: str, module: str) -> ast.Module:
    """A module's stub; without it the test is skipped, and says what to do."""
    path = Path(BUILD / "stubs" / chip / f"{module}.pyi")
    if not path.exists():
        pytest.skip(f"no stubs of {chip}: `make types` installs them")
    return ast.parse(path.read_text())


def classes(tree: ast.Module) -> dict[str, list[ast.ClassDef]]:
    """{name: its definitions}: there is one for each family of ports, some of them."""
    found: dict[str, list[ast.ClassDef]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found.setdefault(node.name, []).append(node)
    return found


def constants(definition: ast.ClassDef) -> dict[str, Any]:
    """{name: value} of those whose value the stub tells."""
    return {
        node.target.id: node.value.value
        for node in definition.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Constant)
        and node.value.value is not Ellipsis
    }


def signatures(body: list[ast.stmt]) -> dict[str, list[inspect.Signature]]:
    """{function: its overloads}."""
    found: dict[str, list[inspect.Signature]] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(_signature(node.args))
    return found


def _signature(arguments: ast.arguments) -> inspect.Signature:
    placed = [(arg, _KINDS.POSITIONAL_ONLY) for arg in arguments.posonlyargs]
    placed += [(arg, _KINDS.POSITIONAL_OR_KEYWORD) for arg in arguments.args]
    needed = len(placed) - len(arguments.defaults)
    found = [
        _KINDS(arg.arg, kind, default=_KINDS.empty if place < needed else None)
        for place, (arg, kind) in enumerate(placed)
    ]
    if arguments.vararg:
        found.append(_KINDS(arguments.vararg.arg, _KINDS.VAR_POSITIONAL))
    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        empty = _KINDS.empty if default is None else None
        found.append(_KINDS(arg.arg, _KINDS.KEYWORD_ONLY, default=empty))
    if arguments.kwarg:
        found.append(_KINDS(arguments.kwarg.arg, _KINDS.VAR_KEYWORD))
    return inspect.Signature(found)


def checked(function: Any, overloads: list[inspect.Signature]) -> Any:
    """`function`, which raises TypeError where no overload takes the call."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for signature in overloads:
            try:
                signature.bind(*args, **kwargs)
                break
            except TypeError:
                continue
        else:
            raise TypeError(f"{function.__qualname__}{args[1:]} {kwargs} is none of {overloads}")
        return function(*args, **kwargs)

    return call
