"""Every way in which a file of ring 0 is broken, found in its syntax tree: new code needs no list.

- a condition is replaced by True and by False, and each part of an `and` or `or` by the value
  that lets the others decide;
- an ordered comparison is moved by its edge: `<` to `<=`;
- a number is doubled, halved, one step more and one step less;
- a statement that sets, adds or takes away bits of faults.py or reasons.py is dropped.

A number is a timing, a level or a factor if it is 10 or more, or multiplied, or a constant that
is compared by order. What is written as a shift or in hex is a mask; what stands in a subscript,
or at the top of a file that lays out arrays (LAYOUTS), is a place; other small numbers are names.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

LAYOUTS = ("handover.py", "signals.py")

_EDGES = {ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">")}
_BITS = {"faults", "_faults", "reasons"}
_STEP_MS = 10  # one tick
_SMALL = 10


class Mutant(NamedTuple):
    """`name` tells it from all others and outlives a move to another line.

    `start`, `end`: the bytes of the file that `new` replaces.
    """

    file: str
    line: int
    name: str
    start: int
    end: int
    new: str

    def applied(self, text: str) -> str:
        """The file's `text` with this mutant in it."""
        data = text.encode()
        return (data[: self.start] + self.new.encode() + data[self.end :]).decode()


def mutants(sources: dict[str, str]) -> list[Mutant]:
    """All mutants of `sources` ({file name: text}), in the order of the files and their lines."""
    trees = {file: ast.parse(text) for file, text in sources.items()}
    ordered = {name for tree in trees.values() for name in _ordered(tree)}
    return [
        mutant
        for file, tree in trees.items()
        for mutant in _File(file, sources[file], tree, ordered).mutants()
    ]


class _File:
    def __init__(self, file: str, text: str, tree: ast.Module, ordered: set[str]):
        self._file = file
        self._data = text.encode()
        self._tree = tree
        self._ordered = ordered
        self._starts = [0]
        for line in self._data.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._parents = {
            child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
        }

    def mutants(self) -> list[Mutant]:
        found: dict[tuple[int, int, str], ast.expr | ast.stmt] = {}
        for node in ast.walk(self._tree):
            for place, *news in self._of(node):
                for new in news:
                    found.setdefault((*self._span(place), new), place)
        names: Counter[str] = Counter()
        result = []
        for (start, end, new), place in sorted(found.items(), key=lambda item: item[0]):
            old = " ".join(self._segment(place).split())
            where = self._scope(place) or self._named_for(place)
            name = f"{self._file} {where}: {old} -> {' '.join(new.split())}"
            names[name] += 1
            if names[name] > 1:
                name += f" (no. {names[name]})"
            result.append(Mutant(self._file, place.lineno, name, start, end, new))
        return result

    def _of(self, node: ast.AST) -> Iterator[tuple]:
        """(a place to break, what to put there, ...) for what is broken at this node."""
        match node:
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                yield test, "True", "False"
            case ast.comprehension(ifs=tests):
                for test in tests:
                    yield test, "True", "False"
            case ast.BoolOp(op=op, values=values):
                if not self._is_part(node):
                    yield node, "True", "False"
                for value in values:
                    yield value, str(isinstance(op, ast.And))
            case ast.Compare():
                if not self._is_part(node):
                    yield node, "True", "False"
                yield node, *self._edges(node)
            case ast.Constant(value=int(value)) if self._is_quantity(node):
                step = _STEP_MS if self._named_for(node).lower().endswith("_ms") else 1
                numbers = {value * 2, value // 2, value + step, value - step} - {value}
                yield node, *map(str, numbers)
            case ast.AugAssign(op=ast.BitOr() | ast.BitAnd()):
                yield node, "pass"
            case ast.Assign(value=value) if _sets_bits(value):
                yield node, "pass"

    def _edges(self, node: ast.Compare) -> Iterator[str]:
        places = [node.left, *node.comparators]
        start, end = self._span(node)
        for left, op, right in zip(places, node.ops, places[1:], strict=False):
            if type(op) in _EDGES:
                sign, other = _EDGES[type(op)]
                at = self._data.index(sign.encode(), self._span(left)[1], self._span(right)[0])
                after = self._data[at + len(sign) : end]
                yield (self._data[start:at] + other.encode() + after).decode()

    def _is_part(self, node: ast.AST) -> bool:
        """Whether this is a part of an `and` or `or`, which is broken as such."""
        return isinstance(self._parents.get(node), ast.BoolOp)

    def _is_quantity(self, node: ast.Constant) -> bool:
        if not isinstance(node.value, int) or isinstance(node.value, bool):
            return False
        if self._segment(node).startswith("0x"):
            return False
        parent = self._parents[node]
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.LShift):
            return False
        for child, around in self._around(node):
            if isinstance(around, ast.Subscript) and child is around.slice:
                return False
        if self._file in LAYOUTS and not self._scope(node):
            return False
        multiplied = isinstance(parent, ast.BinOp) and isinstance(
            parent.op, ast.Mult | ast.FloorDiv
        )
        compared = not self._scope(node) and self._named_for(node) in self._ordered
        return node.value >= _SMALL or multiplied or compared

    def _named_for(self, node: ast.AST) -> str:
        """The name that this number is given; "" where it is given none."""
        for _, around in self._around(node):
            match around:
                case ast.Assign(targets=[ast.Name(id=name)]):
                    return name
                case ast.Assign(targets=[ast.Attribute(attr=name)]):
                    return name
                case ast.stmt():
                    return ""
        return ""

    def _scope(self, node: ast.AST) -> str:
        names = [
            around.name
            for _, around in self._around(node)
            if isinstance(around, ast.FunctionDef | ast.ClassDef)
        ]
        return ".".join(reversed(names))

    def _around(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """(child, parent) from `node` outwards."""
        while node in self._parents:
            yield node, self._parents[node]
            node = self._parents[node]

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        return start, end

    def _segment(self, node: ast.expr | ast.stmt) -> str:
        start, end = self._span(node)
        return self._data[start:end].decode()


def _sets_bits(value: ast.AST) -> bool:
    return any(isinstance(node, ast.Name) and node.id in _BITS for node in ast.walk(value))


def _ordered(tree: ast.Module) -> Iterator[str]:
    """Names that `tree` compares by order."""
    for compare in ast.walk(tree):
        if isinstance(compare, ast.Compare) and any(type(op) in _EDGES for op in compare.ops):
            for node in ast.walk(compare):
                if isinstance(node, ast.Name):
                    yield node.id
                elif isinstance(node, ast.Attribute):
                    yield node.attr
