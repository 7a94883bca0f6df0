"""Constants of one module written into the others, before they are compiled for a board.

MicroPython's compiler folds `NAME = const(1)` inside a file only; `signals.RCD` in another one
is two look-ups in dictionaries, 10 us on an RP2040, in a tick that may take 1,000.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

Constants = dict[str, dict[str, int]]  # module -> name -> value


class _Place(NamedTuple):
    line: int  # from 0
    start: int  # in bytes
    end: int
    value: int


def constants(sources: dict[str, str]) -> Constants:
    """The public integer constants of `sources` ({module as "a.b": text})."""
    return {module: _defined(ast.parse(text)) for module, text in sources.items()}


def fold(module: str, text: str, known: Constants, is_package: bool = False) -> str:
    """`text` with the constants that it takes from other modules as numbers, lines in place."""
    tree = ast.parse(text)
    modules: dict[str, dict[str, int]] = {}
    names: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            source = origin(node, module, is_package)
            for item in node.names:
                name = item.asname or item.name
                if item.name in known.get(source, {}):
                    names[name] = known[source][item.name]
                elif f"{source}.{item.name}" in known:
                    modules[name] = known[f"{source}.{item.name}"]
    for node in ast.walk(tree):  # a name that is also something else stays what it is
        hidden = node.arg if isinstance(node, ast.arg) else None
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            hidden = node.id
        modules.pop(hidden or "", None)
        names.pop(hidden or "", None)
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for place in sorted(_places(tree, modules, names), reverse=True):
        line = lines[place.line]
        number = str(place.value) if place.value >= 0 else f"({place.value})"
        lines[place.line] = line[: place.start] + number.encode() + line[place.end :]
    return b"".join(lines).decode()


def _defined(tree: ast.Module) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name(id="const"), args=[value]),
            ):
                code = compile(ast.Expression(value), "const", "eval")
                found[name] = eval(code, {"__builtins__": {}}, found)
    return {name: value for name, value in found.items() if not name.startswith("_")}


def origin(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """The full name of the module that `node` imports from."""
    if not node.level:
        return node.module or ""
    package = module.split(".") if is_package else module.split(".")[:-1]
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, *([node.module] if node.module else [])])


def _places(
    tree: ast.Module, modules: dict[str, dict[str, int]], names: dict[str, int]
) -> Iterator[_Place]:
    for node in ast.walk(tree):
        value = None
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=name, ctx=ast.Load()):
                value = modules.get(owner, {}).get(name)
            case ast.Name(id=name, ctx=ast.Load()):
                value = names.get(name)
            case _:
                continue
        if value is not None and node.end_col_offset is not None:
            yield _Place(node.lineno - 1, node.col_offset, node.end_col_offset, value)
