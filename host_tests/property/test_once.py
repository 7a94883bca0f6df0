"""What the start gives back (once.py) is there, and nothing is made of it a second time."""

import ast

import pytest
from pilotwire import once
from rig.interpreter import FIRMWARE

ROOT = FIRMWARE / "pilotwire"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text())
    for path in ROOT.rglob("*.py")
}
# Entry points, each run once a start, before the box stands.
STARTS = {("update.start", "run"), ("update.process", "run")}
# Programs of their own, in which no box stands; and a chip that has heap enough.
OTHERS = {"energy.scan", "hal.host", "hal.mock", "hal.esp32"}


def names(body):
    """What a module or a class defines by a name of its own."""
    return {
        node.name: node
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def forgotten():
    """(module, class or "", function) of everything that is given back."""
    for module, owner, *more in once._BUILT:
        for name in (["__init__"] if owner else []) + more:
            yield module, owner, name


def functions():
    """(module, class or "", function, its node) of the firmware."""
    for module, tree in MODULES.items():
        for name, node in names(tree.body).items():
            if isinstance(node, ast.ClassDef):
                for method, body in names(node.body).items():
                    yield module, name, method, body
            else:
                yield module, "", name, node


def callers(is_it):
    """Functions in which something is called that `is_it(module of the caller, what)` knows."""
    for module, owner, function, node in functions():
        calls = [ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)]
        if any(is_it(module, call) for call in calls):
            yield module, owner, function


def makers(name):
    """Functions in which `name` is called, wherever it comes from."""
    return callers(lambda _, call: call.split(".")[-1] == name)


def starting():
    """Functions of start.py, which is unloaded, that only what is given back calls."""
    for name in names(MODULES["start"].body):
        if set(callers(lambda _, call, name=name: call == "start." + name)) <= set(forgotten()):
            yield name


@pytest.mark.parametrize("row", once._BUILT, ids=str)
def test_every_row_names_what_there_is(row):
    module, owner, *more = row
    there = names(MODULES[module].body)
    if owner:
        there = names(there[owner].body)
        assert "__init__" in there
    else:
        assert more
    assert set(more) <= set(there)


def test_no_row_is_there_twice():
    rows = [row[:2] for row in once._BUILT]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("owner", [row[1] for row in once._BUILT if row[1]])
def test_a_class_is_made_only_by_what_is_given_back_itself(owner):
    """Whoever made it later would call None."""
    given_back = set(forgotten()) | {(module, "", name) for module, name in STARTS}
    given_back |= {("start", "", name) for name in starting()}
    made_by = {found for found in makers(owner) if found[0] not in OTHERS}
    # Meters._bus, for Meters.__init__; and what is unloaded after it was called, at the start.
    made_by -= {("energy.rtu", "", "open_bus"), ("energy.order", "", "add")}
    # They load whole ones (anew.py); a Bus there is the console's.
    made_by = {
        found
        for found in made_by
        if found[0] not in ("console.bus", "console.commission_meter", "record.kept")
    }
    assert made_by <= given_back
    # Those by main.py, before anything stands, and Rp2's base.
    assert made_by or owner in ("App", "Rp2", "Bus", "Chip")


@pytest.mark.parametrize(
    ("module", "name"), [(row[0], name) for row in once._BUILT if not row[1] for name in row[2:]]
)
def test_a_function_is_called_only_by_what_is_given_back_itself(module, name):
    abroad = module.split(".")[-1] + "." + name
    found = set(callers(lambda home, call: call in (abroad, name if home == module else "")))
    assert found
    assert found <= set(forgotten()) | {(module, "", name)}
