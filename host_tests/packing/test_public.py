"""Public names on a board: letters, where every use of them can be found, and lines in place."""

import ast
import re

import pytest
from packing import mpy
from packing.fold import origin
from packing.public import reuse

WIRE = (
    "import json\n\n\n"
    "class Refused(ValueError):\n    pass\n\n\n"
    "def show(a, width):\n    return a + width + _own(json)\n\n\n"
    "def _own(b):\n    raise Refused(b)\n"
)
USER = (
    "from . import wire\nfrom .wire import Refused, show as display\n\n\n"
    "def attempt():\n    try:\n        return wire.show(1, 2) + display(3, 4)\n"
    "    except Refused:\n        return None\n"
)
LATE = "def g():\n    from .wire import show\n\n    return show(1, 2)\n"
TEXTS = {"p": "", "p.wire": WIRE, "p.user": USER, "p.late": LATE}


def test_a_module_and_those_that_import_from_it_each_have_letters_of_their_own():
    short = reuse(TEXTS, [])
    assert "class c(ValueError)" in short["p.wire"]
    assert "def d(a, width)" in short["p.wire"]
    assert "raise c(b)" in short["p.wire"]
    assert short["p.user"] == (
        "from . import wire\nfrom .wire import c as a, d as c\n\n\n"
        "def b():\n    try:\n        return wire.d(1, 2) + c(3, 4)\n"
        "    except a:\n        return None\n"
    )


def test_what_only_a_function_imports_is_its_own_variable():
    late = reuse(TEXTS, [])["p.late"]
    assert "import d as show\n\n    return show(1, 2)" in late


@pytest.mark.parametrize(
    "use",
    [
        "x = 'show'\n",
        "def f(thing):\n    return thing.show\n",
        "from . import wire\n\n\ndef f(wire):\n    return wire.show\n",
        "import p.wire\n\np.wire.show(1, 2)\n",
    ],
)
def test_what_might_be_looked_up_somewhere_else_stays(use):
    assert "def show(" in reuse(TEXTS | {"p.more": use}, [])["p.wire"]


def test_rows_of_a_module_and_a_name_in_it_are_once_py_s_alone():
    texts = {"pilotwire": "", "pilotwire.x.m": "class Meter:\n    pass\n"}
    rows = "_R = (('x.m', 'Meter', 'f'), ('x.m', ''))\n"
    short = reuse(texts | {"pilotwire.once": rows}, [])
    assert short["pilotwire.x.m"].startswith("class a:")
    assert short["pilotwire.once"] == rows.replace("'Meter'", '"a"')
    elsewhere = texts | {"pilotwire.b": rows}
    assert reuse(elsewhere, []) == elsewhere


def test_what_a_text_outside_or_a_package_has_stays():
    assert "def show(" in reuse(TEXTS, ["wire.show()"])["p.wire"]
    face = "from .wire import show\n\n\ndef open():\n    pass\n"
    short = reuse(TEXTS | {"p": face}, [])
    assert short["p"] == face.replace("import show", "import d as show")


def test_a_name_that_a_function_has_for_something_else_stays_in_that_module():
    texts = {
        "p.a": "def show():\n    pass\n",
        "p.b": "from .a import show\n\n\ndef f(show):\n    pass",
    }
    assert reuse(texts, [])["p.b"].startswith("from .a import a as show\n")
    texts = {"p.a": "def size():\n    pass\n\n\ndef f():\n    size = 1\n    return size\n"}
    assert "def size()" in reuse(texts, [])["p.a"]


def test_two_modules_may_have_the_same_name_and_only_one_may_have_to_keep_it():
    texts = {"p.a": "def load():\n    pass\n", "p.b": "def load():\n    load = 1\n"}
    assert reuse(texts, []) == texts | {"p.a": "def a():\n    pass\n"}


@pytest.fixture(scope="module")
def firmware():
    """The modules as they were before and after."""
    seen = []

    def reuse_and_see(texts, outside):
        seen.append((texts, reuse(texts, outside)))
        return seen[0][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mpy, "reuse", reuse_and_see)
        tree = mpy.compiled("pico_w")
    return *seen[0], tree


def test_the_whole_firmware_changes_in_names_alone_one_for_one(firmware):
    texts, short, _ = firmware
    for module, text in texts.items():
        before, after = ast.walk(ast.parse(text)), ast.walk(ast.parse(short[module]))
        new: dict[str, str] = {}
        for old_node, node in zip(before, after, strict=True):
            assert type(old_node) is type(node)
            assert getattr(old_node, "lineno", 0) == getattr(node, "lineno", 0)
            match old_node, node:
                case ast.Name(id=old), ast.Name(id=name):
                    assert new.setdefault(old, name) == name, (module, old)
        assert len(set(new.values())) == len(new), module


def test_in_the_whole_firmware_each_import_and_module_has_what_is_asked_of_it(firmware):
    trees = {module: ast.parse(text) for module, text in firmware[1].items()}
    held = {module: set(names_of(tree)) for module, tree in trees.items()}
    asked = 0
    for row in ast.walk(trees["pilotwire.once"]):
        match row:
            case ast.Tuple(elts=[ast.Constant(value=str(module)), ast.Constant(value=name), *_]):
                assert name in {"", *held["pilotwire." + module]}, (module, name)
                asked += 1
    for module, tree in trees.items():
        ours = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                source = origin(node, module, False)
                for item in node.names:
                    if f"{source}.{item.name}" in held:
                        ours[item.asname or item.name] = f"{source}.{item.name}"
                    elif source in held:
                        assert item.name in held[source], (module, source, item.name)
                        asked += 1
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in ours:
                    assert name in held[ours[owner]], (module, owner, name)
                    asked += 1
    assert asked > 200


def names_of(tree):
    """The names that a module holds."""
    for node in tree.body:
        match node:
            case ast.ImportFrom(names=items):
                yield from (item.asname or item.name for item in items)
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.Assign(targets=targets):
                for target in targets:
                    yield from (leaf.id for leaf in ast.walk(target) if isinstance(leaf, ast.Name))


def test_on_a_board_their_names_are_gone(firmware):
    tree = firmware[2]
    assert not re.search(rb"look_up|NoAddress", tree["pilotwire/link/route.mpy"])
    assert b"run" in tree["pilotwire/update/start.mpy"]  # main.py's
    assert b"Guard" in tree["pilotwire/pilot/guard.mpy"]  # of a bench
