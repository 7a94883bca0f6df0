"""The words of the contract are those of the firmware's code: no more, no fewer."""

import ast

from contract import document, generate, schemas
from pilotwire.link import info
from pilotwire.record import lines, log
from rig.interpreter import FIRMWARE

TREES = [ast.parse(path.read_text()) for path in (FIRMWARE / "pilotwire").rglob("*.py")]


def texts(node):
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value
    }


def nodes(kind):
    return [(tree, node) for tree in TREES for node in ast.walk(tree) if isinstance(node, kind)]


def calls(*names):
    """(file, arguments) of each call by one of these names, method or not."""
    for tree, node in nodes(ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in names and node.args:
            yield tree, node.args


def test_the_version_is_the_documents():
    assert document.read()["info"]["version"] == info.CONTRACT


def test_events_are_those_that_the_firmware_tells():
    kinds = schemas.read(document.topics()["event"].schema)["oneOf"]
    told = {kind["properties"]["event"]["const"] for kind in kinds}
    assert told == set(lines.NAMES[: log.N_EVENTS])


def test_every_code_of_the_log_is_noted_somewhere():
    noted = {one.id for _, node in nodes(ast.Call) for one in ast.walk(node) if _is_name(one)}
    noted |= {"FAULT", "FAULT_CLEARED"}  # in a loop
    codes = [name for name, number in vars(log).items() if _is_code(name, number)]
    assert len(codes) == len(lines.NAMES)
    assert set(codes) <= noted


def _is_name(node):
    return isinstance(node, ast.Name) and node.id.isupper()


def _is_code(name, number):
    return name.isupper() and name[0] != "_" and name not in ("ROWS", "KEPT", "LEVELS", "N_EVENTS")


def test_reasons_of_refusals_are_those_that_the_firmware_gives():
    given = [args[1] for _, args in calls("Refused")]
    for _, args in calls("_refuse"):  # orders' has the reason alone, link's behind two ids
        given.append(args[2] if len(args) > 2 else args[0])
    for _, function in nodes(ast.FunctionDef):
        if function.name in ("permits", "reserve"):
            given += [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    known = generate.refusals("any") | generate.refusals("some")
    assert set(known) == {
        word for one in given if isinstance(one, ast.Constant) for word in texts(one)
    }
