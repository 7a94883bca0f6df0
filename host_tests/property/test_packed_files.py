"""What lies in a slot's pack comes inflated: bytes, by read and readline, and by nothing else."""

import ast

import pytest
from rig.interpreter import FIRMWARE

# The unix port reads a real file there.
PATHS = sorted(set(FIRMWARE.rglob("pilotwire/**/*.py")) - {FIRMWARE / "pilotwire/hal/host.py"})


def opened(tree):
    """(name, mode, body) of each `with open(path, mode) as name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            for item in node.items:
                match item:
                    case ast.withitem(ast.Call(ast.Name("open"), [_, *modes]), ast.Name(id=name)):
                        mode = ast.unparse(modes[0]) if modes else "r"
                        yield name, mode, node.body


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.relative_to(FIRMWARE).as_posix())
def test_no_open_file_is_iterated(path):
    for name, _, body in opened(ast.parse(path.read_text())):
        for node in ast.walk(ast.Module(body, [])):
            match node:
                case (
                    ast.For(iter=ast.Name(id=iterated))
                    | ast.comprehension(iter=ast.Name(id=iterated))
                ):
                    assert iterated != name
                case ast.Call(ast.Name("next" | "list"), [ast.Name(id=iterated), *_]):
                    assert iterated != name


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.relative_to(FIRMWARE).as_posix())
def test_lines_are_taken_as_bytes(path):
    for name, mode, body in opened(ast.parse(path.read_text())):
        for node in ast.walk(ast.Module(body, [])):
            match node:
                case ast.Call(ast.Attribute(ast.Name(id=owner), "readline")) if owner == name:
                    assert "b" in mode
